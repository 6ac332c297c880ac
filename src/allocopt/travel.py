"""How far it is and how long it takes: trips from bases, posts and depots to sites, by one mode of travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from allocopt.city import City
from allocopt.schema.patrol import ClassRow
from allocopt.schema.places import NodeRow, StreetRow, TravelRow
from allocopt.schema.settings import Travel
from allocopt.schema.types import Placed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

TOLERANCE = 1e-9
_SOURCES_AT_ONCE = 256
_NOWHERE = -1


@dataclass(frozen=True)
class Trips:
    """Trips between places: (origins, destinations), infinite where out of reach."""

    minutes: Floats
    metres: Floats


@overload
def within(value: float, limit: float) -> bool: ...
@overload
def within(value: Floats, limit: float | Floats) -> NDArray[np.bool_]: ...
def within(value: float | Floats, limit: float | Floats) -> bool | NDArray[np.bool_]:
    """Whether values lie within a limit, the limit itself included (to 1e-9 of it).

    What is out of reach (infinite) lies within no limit, not even an infinite one.
    """
    limits = np.asarray(limit, dtype=np.float64)
    inside = np.isfinite(value) & (np.asarray(value) <= limits + TOLERANCE * np.abs(limits))
    return bool(inside) if inside.ndim == 0 else inside


def trips(
    city: City,
    mode: str,
    origins: Sequence[Placed],
    destinations: Sequence[Placed],
    *,
    closed_streets: frozenset[str] = frozenset(),
) -> Trips:
    """Minutes and metres one way from each origin to each destination by this mode, in the city's metric.

    `closed_streets` are ids of streets that are missing from the network; other metrics have no streets.
    A place without the coordinates that the metric reads is out of reach.
    """
    travel = city.settings.travel
    if travel.metric == "table":
        return _measured(city, mode, origins, destinations)
    if travel.metric == "network":
        return Network.of(city, mode, closed_streets).trips(origins, destinations)
    plane = travel.metric == "plane"
    starts, ends = _coordinates(origins, plane), _coordinates(destinations, plane)
    if travel.metric == "ellipsoid":
        metres = travel.detour * _ellipsoid(starts, ends)
    else:
        metres = way_metres(travel, starts[:, None], ends[None, :])
    metres = np.where(np.isnan(metres), np.inf, metres)
    return Trips(metres / metres_a_minute(travel.speeds_kmh[mode]), metres)


def within_standard(found: Trips, response: ClassRow) -> NDArray[np.bool_]:
    """Which of these trips arrive within the standard of a class of response."""
    if response.standard_min is not None:
        return within(found.minutes, response.standard_min)
    return within(found.metres, response.standard_m or 0.0)


def way_metres(travel: Travel, starts: Floats, ends: Floats) -> Floats:
    """Metres from each start to its end in a plane or on a sphere: x, y or lon, lat along the last axis, the other
    axes of both drawn out to each other."""
    straight = _plane(starts, ends) if travel.metric == "plane" else _sphere(starts, ends, travel.radius_m)
    return straight * travel.detour


@dataclass(frozen=True)
class Network:
    """The streets that one mode can use.

    `nodes` are the corners at which such a street ends, sorted by id; `graph` holds the metres of the
    shortest street from one to another; `at` the corners' coordinates: x, y in metres when `plane`,
    else lon, lat in degrees.
    """

    nodes: tuple[str, ...]
    graph: csr_array
    at: Floats
    plane: bool
    radius_m: float
    metres_a_minute: float
    walk_metres_a_minute: float
    most_walk_m: float

    @classmethod
    def of(cls, city: City, mode: str, closed_streets: frozenset[str] = frozenset()) -> Network:
        """The network of a mode, without the closed streets."""
        travel = city.settings.travel
        streets = [row for row in city.of(StreetRow) if mode in row.modes and row.id not in closed_streets]
        ends = {row.from_node for row in streets} | {row.to_node for row in streets}
        nodes = sorted((row for row in city.of(NodeRow) if row.id in ends), key=lambda row: row.id)
        plane = any(row.x is not None for row in city.of(NodeRow))
        return cls(
            nodes=tuple(row.id for row in nodes),
            graph=_graph(streets, {row.id: place for place, row in enumerate(nodes)}),
            at=_coordinates(nodes, plane),
            plane=plane,
            radius_m=travel.radius_m,
            metres_a_minute=metres_a_minute(travel.speeds_kmh[mode]),
            walk_metres_a_minute=metres_a_minute(travel.walk_kmh),
            most_walk_m=travel.most_walk_m,
        )

    def trips(self, origins: Sequence[Placed], destinations: Sequence[Placed]) -> Trips:
        """Trips along the streets, with the walks between the places and their nodes."""
        start, walk_out = self.snap(origins)
        end, walk_in = self.snap(destinations)
        streets = self._along_streets(start, end)
        walks = walk_out[:, None] + walk_in[None, :]
        return Trips(streets / self.metres_a_minute + walks / self.walk_metres_a_minute, streets + walks)

    def snap(self, places: Sequence[Placed]) -> tuple[Whole, Floats]:
        """For each place the position of its node in `nodes` and the metres it walks there; -1 and infinite
        when the place is out of reach by this mode."""
        position = {node: place for place, node in enumerate(self.nodes)}
        at = _coordinates(places, self.plane)
        nearest = self._nearest(at)
        named = [None if row.node is None else position.get(row.node, _NOWHERE) for row in places]
        node = np.array([near if own is None else own for near, own in zip(nearest, named, strict=True)], np.int64)
        walk = np.full(len(places), np.inf)
        found = np.flatnonzero(node != _NOWHERE)
        walk[found] = self._straight(at[found], self.at[node[found]])
        walk[found] = np.where(np.isnan(walk[found]), 0.0, walk[found])  # without coordinates
        too_far = ~within(walk, self.most_walk_m)
        return np.where(too_far, _NOWHERE, node), np.where(too_far, np.inf, walk)

    def _nearest(self, at: Floats) -> Whole:
        """Position of the nearest node of each point, the smallest id among equally near ones."""
        from scipy.spatial import cKDTree

        nearest = np.full(len(at), _NOWHERE, dtype=np.int64)
        known = np.flatnonzero(~np.isnan(at).any(axis=1))
        placed = np.flatnonzero(~np.isnan(self.at).any(axis=1))
        if not len(known) or not len(placed):
            return nearest
        points, corners = at[known], self.at[placed]
        if not self.plane:
            points, corners = unit(points), unit(corners)
        one_metre = 1.0 if self.plane else 1.0 / self.radius_m
        tree = cKDTree(corners)
        distance, _ = tree.query(points)
        reach = distance + TOLERANCE * np.maximum(distance, one_metre)
        for place, ties in zip(known, tree.query_ball_point(points, reach), strict=True):
            nearest[place] = placed[min(ties)]
        return nearest

    def _straight(self, points: Floats, corners: Floats) -> Floats:
        """Metres from each point to the corner in the same row."""
        if self.plane:
            return np.hypot(points[:, 0] - corners[:, 0], points[:, 1] - corners[:, 1])
        return _arc(np.square(unit(points) - unit(corners)).sum(axis=1), self.radius_m)

    def _along_streets(self, start: Whole, end: Whole) -> Floats:
        """Metres along the streets from each start to each end, some rows of the graph at a time."""
        from scipy.sparse.csgraph import dijkstra

        metres = np.full((len(start), len(end)), np.inf)
        ends = np.flatnonzero(end != _NOWHERE)
        sources = np.unique(start[start != _NOWHERE])
        for first in range(0, len(sources) if len(ends) else 0, _SOURCES_AT_ONCE):
            some = sources[first : first + _SOURCES_AT_ONCE]
            to_ends = dijkstra(self.graph, directed=True, indices=some)[:, end[ends]]
            rows = np.flatnonzero(np.isin(start, some))
            metres[np.ix_(rows, ends)] = to_ends[np.searchsorted(some, start[rows])]
        return metres


def _graph(streets: Sequence[StreetRow], position: dict[str, int]) -> csr_array:
    """Metres from node to node: of parallel streets the shortest, two-way streets in both directions.

    A sparse matrix adds up entries of one place, so that the shortest is picked before it is made.
    """
    from scipy.sparse import csr_array

    shortest: dict[tuple[int, int], float] = {}
    for row in streets:
        way = (position[row.from_node], position[row.to_node])
        for pair in (way,) if row.oneway else (way, way[::-1]):
            shortest[pair] = min(row.length_m, shortest.get(pair, np.inf))
    pairs = np.array(list(shortest), dtype=np.int64).reshape(-1, 2)
    lengths = np.array(list(shortest.values()), dtype=np.float64)
    return csr_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(len(position), len(position)))


def _measured(city: City, mode: str, origins: Sequence[Placed], destinations: Sequence[Placed]) -> Trips:
    """Trips as the table `travel` has them; none between different places without a row."""
    rows = {(row.from_place, row.to_place): row for row in city.of(TravelRow) if row.mode == mode}
    minutes = np.full((len(origins), len(destinations)), np.inf)
    metres = minutes.copy()
    for i, origin in enumerate(_ids(origins)):
        for j, destination in enumerate(_ids(destinations)):
            row = rows.get((origin, destination))
            if row is not None:
                minutes[i, j], metres[i, j] = row.minutes, 1000.0 * row.km
            elif origin == destination:
                minutes[i, j] = metres[i, j] = 0.0
    return Trips(minutes, metres)


def _ids(places: Sequence[Any]) -> list[str]:
    return [row.id for row in places]


def metres_a_minute(kmh: float) -> float:
    return kmh * 1000.0 / 60.0


def _coordinates(places: Sequence[Placed] | Sequence[NodeRow], plane: bool) -> Floats:
    """(places, 2): x, y in metres, or lon, lat in degrees; not-a-number where a place has none."""
    pairs = [(row.x, row.y) if plane else (row.lon, row.lat) for row in places]
    return np.array(
        [(np.nan, np.nan) if first is None or second is None else (first, second) for first, second in pairs],
        dtype=np.float64,
    ).reshape(-1, 2)


def _plane(starts: Floats, ends: Floats) -> Floats:
    return np.hypot(starts[..., 0] - ends[..., 0], starts[..., 1] - ends[..., 1])


def _sphere(starts: Floats, ends: Floats, radius_m: float) -> Floats:
    here, there = unit(starts), unit(ends)
    chord_squared = np.square(here[..., 0] - there[..., 0])
    for axis in 1, 2:
        chord_squared += np.square(here[..., axis] - there[..., axis])
    return _arc(chord_squared, radius_m)


def unit(lon_lat: Floats) -> Floats:
    """Points on the unit sphere."""
    lon, lat = np.radians(lon_lat[..., 0]), np.radians(lon_lat[..., 1])
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=-1)


def _arc(chord_squared: Floats, radius_m: float) -> Floats:
    """Metres along the great circle, from the squared chord of the unit sphere; exact for near points too."""
    return 2.0 * radius_m * np.arcsin(np.minimum(np.sqrt(chord_squared) / 2.0, 1.0))


def _ellipsoid(starts: Floats, ends: Floats) -> Floats:
    """Metres along the WGS84 geodesic; each pair of different points is computed once."""
    from geographiclib.geodesic import Geodesic

    here, here_of = np.unique(starts, axis=0, return_inverse=True)
    there, there_of = np.unique(ends, axis=0, return_inverse=True)
    metres = np.full((len(here), len(there)), np.nan)
    for i, (lon, lat) in enumerate(here):
        for j, (lon_to, lat_to) in enumerate(there):
            if not np.isnan((lon, lat, lon_to, lat_to)).any():
                metres[i, j] = Geodesic.WGS84.Inverse(lat, lon, lat_to, lon_to, Geodesic.DISTANCE)["s12"]
    return metres[np.ix_(here_of.ravel(), there_of.ravel())]
