"""How long a trip takes and how far it is, computed apart from the planner and by other formulas."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from allocopt.checker.figures import reaches
from allocopt.checker.files import Row
from allocopt.checker.geodesy import Point, ellipsoid, haversine, plane
from allocopt.checker.instance import Instance
from allocopt.checker.network import Nearest, Network

_EQUATOR_DEGREE_M = 110_574.0
"""A degree of latitude on WGS84 where it is shortest, at the equator."""


class Trip(NamedTuple):
    """One way from a place to another."""

    minutes: float
    metres: float


class Trips:
    """Every trip of a city; one that is asked for again is not computed again."""

    def __init__(self, city: Instance) -> None:
        self._city = city
        self._metric: str = city.settings["travel"]["metric"]
        self._speeds = {mode: float(speed) for mode, speed in city.settings["travel"]["speeds_kmh"].items()}
        self._radius = city.number("travel", "radius_m")
        self._detour = city.number("travel", "detour")
        self._known: dict[tuple[str, int, int, frozenset[str]], Trip | None] = {}
        self._points: dict[int, Point | None] = {}
        self._networks: dict[tuple[str, frozenset[str]], Network] = {}
        self._finders: dict[tuple[str, frozenset[str]], Nearest] = {}
        self._stands: dict[tuple[str, int, frozenset[str]], tuple[str, float] | None] = {}

    @property
    def modes(self) -> list[str]:
        """Every mode by which anybody travels."""
        return sorted(set(self._speeds) | {row["mode"] for row in self._city.rows("travel")})

    def trip(self, mode: str, start: Row, end: Row, scenario: str = "") -> Trip | None:
        """The trip from one place to another by a mode, in a scenario if one is named; None: out of reach."""
        closed = self._closed(scenario)
        key = (mode, id(start), id(end), closed)
        if key not in self._known:
            self._known[key] = self._compute(mode, start, end, closed)
        return self._known[key]

    def minutes(self, mode: str, start: Row, end: Row) -> float | None:
        found = self.trip(mode, start, end)
        return None if found is None else found.minutes

    def sites_within(self, mode: str, start: Row, minutes: float | None, metres: float | None) -> Iterator[Row]:
        """The sites, in order, within so many minutes and metres of a place; None: there is no such limit."""
        for site in self._not_far(start, self._as_the_crow_flies(mode, minutes, metres)):
            trip = self.trip(mode, start, site)
            if trip is None or (minutes is not None and not reaches(trip.minutes, minutes)):
                continue
            if metres is None or reaches(trip.metres, metres):
                yield site

    def _as_the_crow_flies(self, mode: str, minutes: float | None, metres: float | None) -> float:
        """What lies farther, in metres, is not within the limits; some room is left for ties and rounding."""
        if self._metric in ("table", "network") or mode not in self._speeds:
            return math.inf
        driven = math.inf if minutes is None else minutes / 60 * self._speeds[mode] * 1000
        return min(driven, math.inf if metres is None else metres) / self._detour * 1.01 + 1

    def _not_far(self, start: Row, metres: float) -> Iterator[Row]:
        """The sites without those that one coordinate alone shows to be farther: most pairs need no formula."""
        sites, at = self._city.rows("sites"), self._point(start)
        if at is None:
            yield from sites
            return
        wide, high = (metres, metres) if self._in_plane else (math.inf, metres / self._degree_m)
        first = bisect_left(self._upwards, (at[1] - high,))
        last = bisect_right(self._upwards, (at[1] + high, math.inf))
        near = [number for _, number, x in self._upwards[first:last] if abs(x - at[0]) <= wide]
        yield from (sites[number] for number in sorted([*near, *self._placeless]))

    @cached_property
    def _upwards(self) -> list[tuple[float, int, float]]:
        """The sites that have a place, by their second coordinate; with their number and the first one."""
        points = enumerate(map(self._point, self._city.rows("sites")))
        return sorted((point[1], number, point[0]) for number, point in points if point is not None)

    @cached_property
    def _placeless(self) -> list[int]:
        return [number for number, site in enumerate(self._city.rows("sites")) if self._point(site) is None]

    @property
    def _degree_m(self) -> float:
        """No degree of latitude is shorter."""
        return _EQUATOR_DEGREE_M if self._metric == "ellipsoid" else math.radians(self._radius)

    def _closed(self, scenario: str) -> frozenset[str]:
        return self._closures.get(scenario, frozenset()) if self._metric == "network" else frozenset()

    @cached_property
    def _closures(self) -> dict[str, frozenset[str]]:
        """Closed streets by scenario."""
        closures: dict[str, set[str]] = {}
        for row in self._city.rows("closures"):
            if row["street"]:
                closures.setdefault(row["scenario"], set()).add(row["street"])
        return {scenario: frozenset(streets) for scenario, streets in closures.items()}

    def _compute(self, mode: str, start: Row, end: Row, closed: frozenset[str]) -> Trip | None:
        if self._metric == "table":
            return self._listed(mode, start["id"], end["id"])
        if self._metric == "network":
            return self._by_street(mode, start, end, closed)
        a, b = self._point(start), self._point(end)
        if a is None or b is None or mode not in self._speeds:
            return None
        metres = self._straight(a, b) * self._detour
        return Trip(metres / 1000 / self._speeds[mode] * 60, metres)

    def _straight(self, a: Point, b: Point) -> float:
        if self._metric == "plane":
            return plane(a, b)
        return ellipsoid(a, b) if self._metric == "ellipsoid" else haversine(a, b, self._radius)

    @cached_property
    def _table(self) -> dict[tuple[str, str, str], Trip]:
        return {
            (row["mode"], row["from_place"], row["to_place"]): Trip(row.num("minutes"), row.num("km") * 1000)
            for row in self._city.rows("travel")
        }

    def _listed(self, mode: str, start: str, end: str) -> Trip | None:
        return self._table.get((mode, start, end), Trip(0.0, 0.0) if start == end else None)

    def _by_street(self, mode: str, start: Row, end: Row, closed: frozenset[str]) -> Trip | None:
        """Walk to the first node, the shortest way, walk from the last."""
        network = self._network(mode, closed)
        first, last = self._stand(mode, start, closed), self._stand(mode, end, closed)
        if first is None or last is None or mode not in self._speeds:
            return None
        street = network.metres(first[0], last[0])
        if street is None:
            return None
        walk = first[1] + last[1]
        minutes = street / 1000 / self._speeds[mode] * 60
        return Trip(minutes + walk / 1000 / self._city.number("travel", "walk_kmh") * 60, street + walk)

    def _network(self, mode: str, closed: frozenset[str]) -> Network:
        key = (mode, closed)
        if key not in self._networks:
            self._networks[key] = Network(mode, self._city.rows("streets"), closed)
        return self._networks[key]

    def _stand(self, mode: str, place: Row, closed: frozenset[str]) -> tuple[str, float] | None:
        """The node a place stands at and the walk to it."""
        key = (mode, id(place), closed)
        if key not in self._stands:
            self._stands[key] = self._find_stand(mode, place, closed)
        return self._stands[key]

    def _find_stand(self, mode: str, place: Row, closed: frozenset[str]) -> tuple[str, float] | None:
        network, most = self._network(mode, closed), self._city.number("travel", "most_walk_m")
        point = self._point(place)
        if place["node"]:
            corner = self._point(self._city.by_id("nodes")[place["node"]])
            walk = 0.0 if point is None or corner is None else self._walk(point, corner)
            return (place["node"], walk) if network.ends_at(place["node"]) and reaches(walk, most) else None
        return None if point is None else self._finder(mode, closed).of(point, most)

    def _finder(self, mode: str, closed: frozenset[str]) -> Nearest:
        key = (mode, closed)
        if key not in self._finders:
            nodes = self._city.by_id("nodes")
            points = {node: self._point(nodes[node]) for node in self._network(mode, closed).nodes}
            most = self._city.number("travel", "most_walk_m") * 1.01 + 1
            known = {node: point for node, point in points.items() if point is not None}
            span = width = most
            if not self._in_plane:
                span = math.degrees(most / self._radius)
                farthest = max((abs(lat) for _, lat in known.values()), default=0.0) + span
                width = span / math.cos(math.radians(farthest)) * 1.01 if farthest < 89 else 360.0
            self._finders[key] = Nearest(known, self._walk, span, width)
        return self._finders[key]

    @cached_property
    def _in_plane(self) -> bool:
        """Whether places are in a plane: the metric says so, or the network's nodes have x and y."""
        if self._metric == "network":
            return any(row.opt("x") is not None for row in self._city.rows("nodes"))
        return self._metric == "plane"

    @property
    def _walk(self) -> Callable[[Point, Point], float]:
        if self._in_plane:
            return plane
        radius = self._radius
        return lambda a, b: haversine(a, b, radius)

    def _point(self, place: Row) -> Point | None:
        """Where a place lies; looked up once, since every place is asked for again and again."""
        if id(place) not in self._points:
            a, b = (place.opt("x"), place.opt("y")) if self._in_plane else (place.opt("lon"), place.opt("lat"))
            self._points[id(place)] = None if a is None or b is None else (a, b)
        return self._points[id(place)]
