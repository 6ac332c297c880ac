"""The layers of a plan's map as plain data: places as points, what goes between them as lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from allocopt.city import City
from allocopt.export.joined import joined_layers
from allocopt.export.layer import Feature, Layer
from allocopt.export.places import Places
from allocopt.export.reach import reached
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan
from allocopt.schema.patrol import PostRow
from allocopt.schema.people import PoolRow
from allocopt.schema.places import SiteRow, StreetRow
from allocopt.schema.prevention import MeasureRow
from allocopt.schema.supply import DepotRow

# More is no map that anybody draws.
MOST_FEATURES = 1_000_000


def layers_of(plan: Plan, city: City, places: Places) -> list[Layer]:
    """The layers that have features, those to draw first in front.

    Raises InputError for a layer of too many features, and for a city whose places nobody knows.
    """
    told = _Told(plan, city, places)
    every = (*(tell(told) for tell in _TELLERS), *joined_layers(plan, city, places))
    layers = [layer for layer in every if layer.features]
    faults = [
        Fault(layer.name, 0, "", f"{len(layer.features):,} features", f"a layer of at most {MOST_FEATURES:,}")
        for layer in layers
        if len(layer.features) > MOST_FEATURES
    ]
    if not any(at for layer in layers for at, _ in layer.features):
        expected = "coordinates of its places (--to xlsx needs none)"
        faults.append(Fault(str(city.folder / "sites.csv"), 0, "", "a city without coordinates", expected))
    if faults:
        raise InputError(faults)
    return layers


class _Told:
    """A plan, its city, and where the places of both lie."""

    def __init__(self, plan: Plan, city: City, places: Places) -> None:
        self.plan, self.city, self.places = plan, city, places
        self.sites = {row.id: row for row in city.of(SiteRow)}
        self.posts = {row.id: row for row in city.of(PostRow)}
        self.depots = {row.id: row for row in city.of(DepotRow)}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of the plan; a number that is missing is None."""
        records: list[dict[Any, Any]] = self.plan.table(table).to_dict("records")
        return [{str(key): None if cell != cell else cell for key, cell in row.items()} for row in records]

    def sums(self, table: str, by: str, column: str) -> Mapping[str, float]:
        """The sum of a column for each id in another."""
        sums: dict[str, float] = defaultdict(float)
        for row in self.rows(table):
            sums[row[by]] += row[column] or 0.0
        return sums

    def points(self, rows: Iterable[Any], cells: Callable[[Any], Sequence[Any]]) -> list[Feature]:
        """A point for each row of the city."""
        found = ((self.places.at(row), cells(row)) for row in rows)
        return [((at,) if at else None, values) for at, values in found]


def _streets(told: _Told) -> Layer:
    nodes = told.places.nodes
    features = [
        (
            told.places.line(nodes.get(row.from_node), nodes.get(row.to_node)),
            (row.id, ";".join(row.modes), row.length_m),
        )
        for row in told.city.of(StreetRow)
    ]
    return Layer("streets", "LineString", "id modes =length_m", features)


def _coverage(told: _Told) -> Layer:
    features = [
        (
            told.places.line(told.posts[reach.post], told.sites[reach.site]),
            (reach.response, reach.post, reach.site, reach.units, reach.minutes, reach.metres),
        )
        for reach in reached(told.city, told.rows("patrols"), MOST_FEATURES)
    ]
    return Layer("coverage", "LineString", "class post site =most_units =minutes =metres", features)


def _shipments(told: _Told) -> Layer:
    columns = told.plan.table("shipments").columns
    features = []
    for row in told.rows("shipments"):
        end = told.sites.get(row["to_site"]) if row["to_site"] else told.depots.get(row["to_depot"])
        features.append((told.places.line(told.depots.get(row["from_depot"]), end), list(row.values())))
    numeric = {"amount", "volume_m3", "km", "cost_cny"}
    return Layer("shipments", "LineString", " ".join("=" * (c in numeric) + c for c in columns), features)


def _beats(told: _Told) -> Layer:
    features = [
        (
            told.places.line(told.posts.get(row["post"]), told.sites.get(row["site"])),
            (row["site"], row["post"], row["minutes"], row["people"]),
        )
        for row in told.rows("beats")
    ]
    return Layer("beats", "LineString", "site post =minutes =people", features)


def _sites(told: _Told) -> Layer:
    before, after = (told.sums("sites", "site", column) for column in ("loss_before_cny", "loss_cny"))
    visits, hours = told.sums("visits", "site", "visits"), told.sums("presence", "site", "hours")

    def cells(row: SiteRow) -> tuple[Any, ...]:
        lost, left = before.get(row.id, 0.0), after.get(row.id, 0.0)
        share = 1 - left / lost if lost > 0 else None
        deeds = visits.get(row.id, 0.0), hours.get(row.id, 0.0)
        return (
            row.id,
            row.name or row.id,
            row.type or "",
            row.area,
            row.people,
            lost,
            left,
            lost - left,
            share,
            *deeds,
        )

    fields = "id name type area =people =loss_before_cny =loss_cny =averted_cny =averted_share =visits =presence_hours"
    return Layer("sites", "Point", fields, told.points(told.sites.values(), cells))


def _measures(told: _Told) -> Layer:
    names = {row.id: row.name or row.id for row in told.city.of(MeasureRow)}
    features = []
    for row in told.rows("measures"):
        at = told.places.at(told.sites.get(row["site"]))
        cells = (row["measure"], names.get(row["measure"], ""), row["site"], row["period"], row["cost_cny"])
        features.append(((at,) if at else None, cells))
    return Layer("measures", "Point", "measure name site period =cost_cny", features)


def _pools(told: _Told) -> Layer:
    there, used = (told.sums("people", "pool", column) for column in ("available_hours", "used_hours"))

    def cells(row: PoolRow) -> tuple[Any, ...]:
        return row.id, row.name or row.id, row.body, row.headcount, there.get(row.id, 0.0), used.get(row.id, 0.0)

    fields = "id name body =headcount =available_hours =used_hours"
    return Layer("pools", "Point", fields, told.points(told.city.of(PoolRow), cells))


def _posts(told: _Told) -> Layer:
    most, hours = _most_units(told.rows("patrols")), told.sums("patrols", "post", "hours")
    opened = {row["post"] for row in told.rows("posts") if row["opened"]}

    def cells(row: PostRow) -> tuple[Any, ...]:
        is_open = "yes" if row.open or row.id in opened else "no"
        return (
            row.id,
            row.name or row.id,
            row.area,
            row.body or "",
            is_open,
            most.get(row.id, 0),
            hours.get(row.id, 0.0),
        )

    fields = "id name area body open =most_units =unit_hours"
    return Layer("posts", "Point", fields, told.points(told.posts.values(), cells))


def _most_units(patrols: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The most units on duty at once at each post."""
    at_once: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in patrols:
        at_once[row["post"], row["period"], row["shift"]] += row["units"]
    most: dict[str, int] = defaultdict(int)
    for (post, _, _), units in at_once.items():
        most[post] = max(most[post], units)
    return most


def _depots(told: _Told) -> Layer:
    volume, cost = (told.sums("stock", "depot", column) for column in ("volume_m3", "cost_cny"))
    opened = {row["depot"] for row in told.rows("depots") if row["opened"]}

    def cells(row: DepotRow) -> tuple[Any, ...]:
        is_open = "yes" if row.open or row.id in opened else "no"
        stored = volume.get(row.id, 0.0), row.capacity_m3, cost.get(row.id, 0.0)
        return row.id, row.name or row.id, row.area, row.body or "", is_open, *stored

    fields = "id name area body open =stock_m3 =capacity_m3 =bought_cny"
    return Layer("depots", "Point", fields, told.points(told.depots.values(), cells))


_TELLERS: Sequence[Callable[[_Told], Layer]] = (
    _streets,
    _coverage,
    _shipments,
    _beats,
    _sites,
    _measures,
    _pools,
    _posts,
    _depots,
)
