"""The limits of an instance that may bind, by name: money, standards, hours, fleets, posts, links, depots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from allocopt.solving.search import Search
from allocopt_models.standards import LossLeft, Requirement


class Row(NamedTuple):
    """A row of the model, where in the limit it speaks, and by how much its right side moves when the limit is eased
    by one unit."""

    number: int
    place: str
    moves: float


@dataclass(frozen=True)
class Limit:
    """`kind` and `name` tell it, `table` is where it stands in the instance; eased by one `unit`, its rows move."""

    kind: str
    name: str
    table: str
    unit: str
    rows: tuple[Row, ...]


class _Family(NamedTuple):
    kind: str
    table: str
    unit: str
    component: str


# Rows whose first index is the id of a row of the instance.
FAMILIES = (
    _Family("hours of pool", "pools", "hour", "pools.hours_within_pool"),
    _Family("vehicles of unit", "units", "vehicle", "patrol.vehicles_within_fleet"),
    _Family("crews of unit", "units", "crew on duty", "patrol.crews_within_payroll"),
    _Family("room at post", "posts", "unit", "patrol.units_within_room"),
    _Family("room in depot", "depots", "m³", "supply.stock_fits_in_open_depot"),
    _Family("hours lent by link", "links", "hour", "inspection.lent_within_share"),
    _Family("units lent by link", "links", "unit", "patrol.lent_within_share"),
    _Family("patrol hours lent by link", "links", "hour", "presence.lent_within_share"),
    _Family("crew hours lent by link", "links", "hour", "crews.lent_within_share"),
    _Family("goods lent by link", "links", "unit of goods", "supply.lent_within_share"),
)
STANDARD_UNITS = {
    "VisitsMade": "visit",
    "UnitsCovering": "unit",
    "ShareCovered": "share of 1",
    "HoursPresent": "hour",
    "NeedFilled": "share of 1",
    "LossLeft": "CNY",
    "MoneySpent": "CNY",
    "MeasuresAdopted": "measure",
    "PlacesOpen": "place",
}


def limits_of(search: Search) -> list[Limit]:
    """All of them that have a row in the model: money first, then standards, then what people and things there are."""
    number = {id(constraint): i for i, constraint in enumerate(search.arrays.constraints)}
    return [*_lines(search, number), *_standards(search, number), *resources(search, number)]


def _lines(search: Search, number: Mapping[int, int]) -> list[Limit]:
    within = search.city.model.money.within_budget
    found: dict[str, list[Row]] = defaultdict(list)
    for name, scenario in within:
        if (row := number.get(id(within[name, scenario]))) is not None:
            found[name].append(Row(row, scenario, 1.0))
    return [Limit("budget line", name, "budgets", "CNY", tuple(rows)) for name, rows in sorted(found.items())]


def _standards(search: Search, number: Mapping[int, int]) -> list[Limit]:
    kept = search.city.model.standards.standard_is_kept
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for i in kept:
        row = search.city.data.requirements[i]
        if (at := number.get(id(kept[i]))) is not None:
            key = row.standard, row.bound, STANDARD_UNITS[type(row.measured).__name__]
            found[key].append(Row(at, "/".join(filter(None, row.scope)), _moves(row)))
    return [
        Limit(f"standard, {bound.replace('_', ' ')}", name, "standards", unit, tuple(rows))
        for (name, bound, unit), rows in sorted(found.items())
    ]


def _moves(row: Requirement) -> float:
    if row.bound == "at_least":
        return -1.0
    return row.measured.heads if isinstance(row.measured, LossLeft) else 1.0


def resources(search: Search, number: Mapping[int, int]) -> list[Limit]:
    """What people and things there are, without money and standards."""
    out = []
    for family in FAMILIES:
        component = search.city.model.find_component(family.component)
        found: dict[str, list[Row]] = defaultdict(list)
        for key in component if component is not None else ():
            parts: tuple[Any, ...] = key if isinstance(key, tuple) else (key,)
            if (row := number.get(id(component[key]))) is not None:
                found[parts[0]].append(Row(row, "/".join(filter(None, map(str, parts[1:]))), 1.0))
        out += [
            Limit(family.kind, name, family.table, family.unit, tuple(rows)) for name, rows in sorted(found.items())
        ]
    return out
