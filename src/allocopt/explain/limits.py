"""The limits of an instance that may bind, by name: money, standards, hours, fleets, posts, links, depots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Search
from allocopt_models.city import Programmes
from allocopt_models.standards import LossLeft, Requirement


class Row(NamedTuple):
    """A row of the model, where in the limit it speaks, and by how much its right side moves when the limit is eased
    by one unit: only as far as all of `gates` together, columns of what must be open or work for it, where there are
    any. `short` is the column that tells by how much a standard is missed."""

    number: int
    place: str
    moves: float
    gates: tuple[int, ...] = ()
    short: int | None = None

    def open_share(self, x: Floats) -> float:
        """How far what must be open or work for it is so in a solution."""
        return float(x[list(self.gates)].sum()) if self.gates else 1.0


@dataclass(frozen=True)
class Limit:
    """`kind` and `name` tell it, `table` is where it stands in the instance; eased by one `unit`, its rows move."""

    kind: str
    name: str
    table: str
    unit: str
    rows: tuple[Row, ...]


class Family(NamedTuple):
    """Limits whose rows stand in a component, with the id of a row of the instance as first index; `most` tells how
    much there is, as far as it is a figure."""

    kind: str
    table: str
    unit: str
    component: str
    most: Callable[[Programmes, Any], float]


def _none(_: Programmes, _key: Any) -> float:
    return 0.0


def _lent_crews(data: Programmes, key: tuple[str, str, str]) -> float:
    via, unit, _ = key
    return data.stationing.crews_on_duty(unit, data.stationing.lent_crews[via, unit])


def _room(data: Programmes, depot: str) -> float:
    stocks = ((key, item) for key, item in data.supply.stocks.items() if key.depot == depot)
    fullest = sum(
        data.supply.commodities[key.commodity].volume_m3 * (item.initial + item.most_bought) for key, item in stocks
    )
    return min(data.supply.depots[depot].capacity_m3, fullest)


FAMILIES = (
    Family("hours of pool", "pools", "hour", "pools.hours_within_pool", lambda data, key: data.pool_hours[key]),
    Family(
        "vehicles of unit",
        "units",
        "vehicle",
        "patrol.vehicles_within_fleet",
        lambda data, key: data.stationing.vehicles[key[0]],
    ),
    Family(
        "crews of unit",
        "units",
        "crew on duty",
        "patrol.crews_within_payroll",
        lambda data, key: data.stationing.crews_on_duty(key[0], data.stationing.payroll[key[0]][1]),
    ),
    Family("room at post", "posts", "unit", "patrol.units_within_room", lambda data, key: data.stationing.room[key[0]]),
    Family("room in depot", "depots", "m³", "supply.stock_fits_in_open_depot", _room),
    Family(
        "hours lent by link",
        "links",
        "hour",
        "inspection.lent_within_share",
        lambda data, key: data.inspection.lent_hours[key],
    ),
    Family("units lent by link", "links", "unit", "patrol.lent_within_share", _lent_crews),
    Family("patrol hours lent by link", "links", "hour", "presence.lent_within_share", _none),
    Family(
        "crew hours lent by link",
        "links",
        "hour",
        "crews.lent_within_share",
        lambda data, key: data.crews.lent_hours[key],
    ),
    Family("goods lent by link", "links", "unit of goods", "supply.lent_within_share", _none),
)
# What must be open or work for a limit to be there at all.
GATES = ("mechanisms.start", "patrol.opened", "supply.opened")
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
    kept, short = search.city.model.standards.standard_is_kept, search.city.model.standards.short
    column = search.arrays.column_of()
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for i in kept:
        row = search.city.data.requirements[i]
        if (at := number.get(id(kept[i]))) is not None:
            key = row.standard, row.bound, STANDARD_UNITS[type(row.measured).__name__]
            place = "/".join(filter(None, row.scope))
            found[key].append(Row(at, place, _moves(row), short=column.get(id(short[i]))))
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
                place = "/".join(filter(None, map(str, parts[1:])))
                found[parts[0]].append(Row(row, place, 1.0, tuple(gates(search.arrays, row))))
        out += [
            Limit(family.kind, name, family.table, family.unit, tuple(rows)) for name, rows in sorted(found.items())
        ]
    return out


def gates(arrays: Arrays, row: int) -> list[int]:
    """The columns of a row that stand for something that must be open or work."""
    columns = arrays.columns[arrays.starts[row] : arrays.starts[row + 1]]
    values = arrays.values[arrays.starts[row] : arrays.starts[row + 1]]
    is_gate = np.isin(arrays.components[columns], GATES) & (values < 0)
    return [int(column) for column in columns[is_gate]]
