"""A plan's decision tables put back into the model: the values of the columns that they speak of.

The inverse of `tell.decisions` and `tell.goods`. A table that is given says all of its kind: what it has no row for is
not done. Tables that are not given leave their columns open; `completing` finds the best values for these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocopt.arrange.calendar import Calendar
from allocopt.arrange.whole import Arranged
from allocopt.solver import Arrays
from allocopt.solving.by_hand.books import Names
from allocopt.solving.decisions import COMPONENTS, RECOURSE_TABLES
from allocopt_models.supply import Supply

if TYPE_CHECKING:
    import pandas as pd

NO_SUCH_ACTION = "an action that is not possible in this regime"
# Amounts of scenarios that decide together are the same when they differ by no more, relative.
ALIKE = 1e-9

Row = Mapping[str, Any]
# A component of the model, an index of it, and its value there.
Said = tuple[str, Any, float]


@dataclass(frozen=True)
class Stray:
    """A row, counted from 0, that no column of the model stands for, and why."""

    table: str
    row: int
    cells: Row
    why: str = NO_SUCH_ACTION


@dataclass(frozen=True)
class TakenUp:
    """`values` has every column of the tables given, at nought where no row speaks of it; `recourse` are those that
    are decided scenario by scenario."""

    tables: frozenset[str]
    values: Mapping[int, float]
    recourse: frozenset[int]
    strays: tuple[Stray, ...]

    @property
    def first(self) -> dict[int, float]:
        """The first stage alone: what is decided whatever happens."""
        return {column: value for column, value in self.values.items() if column not in self.recourse}

    def without(self, *tables: str, arrays: Arrays) -> TakenUp:
        """The same with the columns of these tables left open."""
        gone = {name for table in tables for name in COMPONENTS[table]}
        values = {column: value for column, value in self.values.items() if arrays.components[column] not in gone}
        strays = tuple(stray for stray in self.strays if stray.table not in tables)
        return TakenUp(self.tables - set(tables), values, self.recourse & values.keys(), strays)


def take_up(arrays: Arrays, arranged: Arranged, tables: Mapping[str, pd.DataFrame]) -> TakenUp:
    """The values of the columns that these decision tables speak of; other tables among them are not read."""
    return _Taking(Names(arrays), arranged).take({name: tables[name] for name in COMPONENTS if name in tables})


class _Taking:
    def __init__(self, names: Names, arranged: Arranged) -> None:
        self._names, self._calendar = names, arranged.calendar
        self._goods = _Goods(arranged.data.programmes.supply)
        self._values: dict[int, float] = {}
        self._strays: list[Stray] = []

    def take(self, tables: Mapping[str, pd.DataFrame]) -> TakenUp:
        columns = {table: self._columns(table) for table in tables}
        for table, found in columns.items():
            self._values.update(dict.fromkeys(found, 0.0))
            rows = tables[table].to_dict("records")
            if table in RECOURSE_TABLES:
                self._take_recourse(table, rows)
            else:
                self._take_rows(table, rows)
        if "visits" in tables:
            self._count_visits()
        recourse = frozenset(column for table in RECOURSE_TABLES for column in columns.get(table, ()))
        return TakenUp(frozenset(tables), self._values, recourse, tuple(self._strays))

    def _columns(self, table: str) -> list[int]:
        return [column for name in COMPONENTS[table] for column in self._names.columns(name).values()]

    def _take_rows(self, table: str, rows: list[Any]) -> None:
        for number, row in enumerate(rows):
            for component, index, amount in _SAYS[table](row, self._calendar):
                column = self._names.columns(component).get(index)
                if column is not None:
                    self._values[column] += amount
                elif amount:
                    self._strays.append(Stray(table, number, row))

    def _take_recourse(self, table: str, rows: list[Any]) -> None:
        """Scenarios that decide together have one column; all their rows must say the same."""
        said: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        by_column: dict[int, list[tuple[int, Row]]] = defaultdict(list)
        group: dict[int, tuple[str, ...]] = {}
        for number, row in enumerate(rows):
            component, index, scenarios = self._goods.column(table, row)
            column = None if index is None else self._names.columns(component).get(index)
            if column is not None:
                said[column][row["scenario"]] += float(row["amount"])
                by_column[column].append((number, row))
                group[column] = scenarios
            elif row["amount"]:
                self._strays.append(Stray(table, number, row))
        for column, amounts in said.items():
            self._values[column] = most = max(amounts.values())
            others = [w for w in group[column] if abs(amounts.get(w, 0.0) - most) > ALIKE * most]
            if others:
                number, row = by_column[column][0]
                why = f"another amount than in scenario {others[0]}, from which this one is not told apart then"
                self._strays.append(Stray(table, number, row, why))

    def _count_visits(self) -> None:
        """Each visit has one row a role: the role that is filled most counts."""
        filled: dict[tuple[Any, ...], float] = defaultdict(float)
        for key, column in self._names.columns("inspection.fill").items():
            filled[key[:4]] += self._values[column]
        visits = self._names.columns("inspection.visits")
        for key, number in filled.items():
            self._values[visits[key[:3]]] = max(self._values[visits[key[:3]]], number)


class _Goods:
    """Which order or sending a row speaks of: one for all scenarios that decide together."""

    def __init__(self, data: Supply) -> None:
        self._group = {
            (scenario, period): (name, members)
            for (name, period), members in data.groups.items()
            for scenario in members
        }

    def column(self, table: str, row: Row) -> tuple[str, Any, tuple[str, ...]]:
        """Component, index (None where there is none) and the scenarios that decide together."""
        name, members = self._group.get((row["scenario"], row["period"]), ("", ()))
        if not members:
            return "", None, ()
        if table == "orders":
            return "supply.ordered", (name, row["supplier"], row["period"]), members
        component = "supply.transferred" if row["to_depot"] else "supply.shipped"
        place = row["to_depot"] or row["to_site"]
        return component, (name, row["period"], row["from_depot"], place, row["commodity"], row["via"]), members


def _shifts(row: Row, calendar: Calendar) -> tuple[str, ...]:
    """The shift of a row; a blank one stands for all."""
    return (row["shift"],) if row["shift"] else calendar.shifts


def _visits(row: Row, _: Calendar) -> Iterator[Said]:
    yield "inspection.fill", _cells(row, "kind site period role pool via"), float(row["visits"])


def _referrals(row: Row, _: Calendar) -> Iterator[Said]:
    yield "inspection.enforce", _cells(row, "kind area period role pool via"), float(row["visits"])


def _patrols(row: Row, calendar: Calendar) -> Iterator[Said]:
    for shift in _shifts(row, calendar):
        station = (*_cells(row, "unit post period"), shift)
        if row["via"]:
            yield "patrol.committed", (*station, row["via"]), float(row["units"])
        else:
            yield "patrol.units", station, float(row["units"])


def _presence(row: Row, calendar: Calendar) -> Iterator[Said]:
    for shift in _shifts(row, calendar):
        yield "presence.presence", (*_cells(row, "unit site period"), shift, row["via"]), float(row["hours"])


def _crews(row: Row, calendar: Calendar) -> Iterator[Said]:
    for shift in _shifts(row, calendar):
        index = (row["unit"], row["period"], shift, *_cells(row, "role pool via"))
        yield "crews.people", index, float(row["people"])


def _posts(row: Row, _: Calendar) -> Iterator[Said]:
    yield "patrol.opened", row["post"], float(row.get("opened", 1))


def _depots(row: Row, _: Calendar) -> Iterator[Said]:
    yield "supply.opened", row["depot"], float(row.get("opened", 1))


def _stock(row: Row, _: Calendar) -> Iterator[Said]:
    yield "supply.bought", _cells(row, "depot commodity"), float(row["bought"])


def _measures(row: Row, _: Calendar) -> Iterator[Said]:
    yield "prevention.start", _cells(row, "measure site period via"), 1.0


def _mechanisms(row: Row, _: Calendar) -> Iterator[Said]:
    yield "mechanisms.start", _cells(row, "mechanism period"), 1.0


def _beats(row: Row, _: Calendar) -> Iterator[Said]:
    yield "beats.assigned", _cells(row, "post site"), 1.0


def _cells(row: Row, columns: str) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns.split())


_SAYS: Mapping[str, Callable[[Row, Calendar], Iterator[Said]]] = {
    "visits": _visits,
    "referrals": _referrals,
    "patrols": _patrols,
    "presence": _presence,
    "crews": _crews,
    "posts": _posts,
    "depots": _depots,
    "stock": _stock,
    "measures": _measures,
    "mechanisms": _mechanisms,
    "beats": _beats,
}
