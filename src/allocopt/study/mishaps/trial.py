"""A city in which something has gone wrong, with the plan put into its model.

Three answers to the same loss, each free to do all that the one before it does, so that none of them loses more:

    held       first-stage decisions as planned, or less where that is not possible any more; recourse decided anew
    repaired   what was invested stays as it is held, all else is decided anew
    known      everything is decided anew, as if the loss had been known when the plan was made

A hard standard must be kept as far as the held plan keeps it. Held, it is missed by as little as can be (the least sum
of relative shortfalls first, then the least loss).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.schema.patrol import PostRow
from allocopt.schema.supply import DepotRow
from allocopt.solver.arrays import Floats
from allocopt.solving.completing import HAIR
from allocopt.solving.decisions import COMPONENTS, FIRST_STAGE, RECOURSE_TABLES
from allocopt.solving.options import Options
from allocopt.solving.search import Found, Search, Targets
from allocopt.solving.taken_up import take_up
from allocopt.study.mishaps.losses import Stress, stressed
from allocopt.study.missed import DUST, Missed, least_missed, least_shortfall, shortfalls, what_is_missed
from allocopt_models.city import city_model
from allocopt_models.terms import Booking

# What is measured, whatever the plan was made for.
AIM = "loss"
# What is paid for once and stays. All other first-stage decisions are people's time.
INVESTED = ("mechanisms.start", "patrol.opened", "prevention.start", "supply.opened", "supply.bought")
# What is dropped, and the recourse, are the best to this gap; searches stop after so many nodes of each tree, which
# are the same on every machine.
HELD_GAP, MOST_NODES = 1e-4, 3000

Bounds = tuple[Floats, Floats]


@dataclass(frozen=True)
class Ground:
    """The city and the first-stage tables of its plan, and how searches are done."""

    city: City = field(compare=False)
    tables: Mapping[str, pd.DataFrame] = field(compare=False)
    options: Options


@dataclass(frozen=True)
class Held:
    """The plan as it stands after a loss: all columns, what it misses, and by how much each requirement is short."""

    found: Found
    as_planned: bool
    missed: list[Missed]
    short: dict[int, float]


def first_stage(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The decision tables of a plan without recourse and beats."""
    names = [name for name, parts in COMPONENTS.items() if FIRST_STAGE.issuperset(parts) and name in tables]
    return {name: tables[name] for name in names if name not in RECOURSE_TABLES}


class Trial:
    """The model of a city after some losses; none: of the city as it is."""

    def __init__(
        self,
        ground: Ground,
        stresses: Sequence[Stress],
        *,
        city: City | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
    ) -> None:
        """`city` is the city after these losses, where more than they has changed; `tables` what is kept of the plan,
        where that is known."""
        self.ground, self.city = ground, city or stressed(ground.city, stresses)
        self.arranged = arrange(self.city, ground.options.acting(self.city), AIM, every_action=True)
        self.search = Search(city_model(self.arranged.data), threads=1)
        arrays = self.search.arrays
        self.lower, self.upper = arrays.lower.copy(), arrays.upper.copy()
        self.first: NDArray[np.bool_] = np.isin(arrays.components, sorted(FIRST_STAGE))
        self.invested: NDArray[np.bool_] = np.isin(arrays.components, INVESTED)
        self.planned = np.zeros(len(arrays.cost))
        taken = take_up(arrays, self.arranged, ground.tables if tables is None else tables)
        for column, amount in taken.values.items():
            self.planned[column] = amount
        short = self.search.city.model.standards.short
        column_of = arrays.column_of()
        hard = [i for i, row in enumerate(self.search.city.data.requirements) if row.price_cny is None]
        self.short_columns = {i: column_of[id(short[i])] for i in hard if id(short[i]) in column_of}

    def targets(self, gap: float) -> Targets:
        return Targets(gap, None, 0.0, None, nodes=MOST_NODES)

    def held(self) -> Held:
        """The plan as planned where that is possible, else what can be kept of it and loses least; what is paid for is
        given up only where there is no money for it."""
        with self.money_that_is_left():
            for number, bounds in enumerate((self._as_planned(), self._at_most(paid=True), self._at_most(paid=False))):
                if bounds is None:
                    continue
                with self.within(bounds):
                    found, missed = self._best_that_misses_least()
                if found.x is not None:
                    self.search.settle(found.x)
                    short = shortfalls(self.search)
                    if missed:  # a row that holds for the least shortfalls only stands in the search
                        self.search = Search(self.search.city, threads=1, compiled=self.search.arrays)
                    return Held(found, number == 0, missed, short)
        raise RuntimeError("nothing done at all is a plan, and was not found")

    def repaired(self, held: Held) -> Found:
        """The best of all plans that invest what the held plan does, with the money that is left."""
        with self.money_that_is_left(), self.within(self._investing_as(held)):
            return self._no_worse_than(held.found)

    def can_keep_all(self, held: Held) -> str:
        """Whether some plan that invests what the held plan does keeps every hard standard: yes, no or blank."""
        with self.money_that_is_left(), self.within(self._investing_as(held)):
            proved, found = least_shortfall(self.search, self.targets(0.0))
        return "yes" if found <= DUST else "no" if proved > DUST else ""

    def known(self, held: Held, repaired: Found) -> Found:
        """The best of all plans."""
        with self.within(self.missing(held.short)):
            return self._no_worse_than(repaired)

    def following(self, first: Floats, held_short: Mapping[int, float]) -> Found:
        """The best recourse after first-stage decisions, which may lie beyond what the city has people for."""
        lower, upper = self.missing(held_short)
        room = np.where(self.search.arrays.whole, 0.0, HAIR * np.maximum(1.0, np.abs(first)))
        lower[self.first], upper[self.first] = (first - room)[self.first], (first + room)[self.first]
        with self.within((lower, upper)):
            return self.search.run(self.targets(HELD_GAP))

    def _no_worse_than(self, other: Found) -> Found:
        """What the search finds, or the other plan, which the bounds allow, where that is better."""
        found = self.search.run(self.targets(self.ground.options.gap), also=other.x)
        if found.objective > other.objective:
            found.x, found.objective = other.x, other.objective
        found.bound = min(found.bound, found.objective)
        return found

    def _best_that_misses_least(self) -> tuple[Found, list[Missed]]:
        found = self.search.run(self.targets(HELD_GAP))
        if not found.infeasible or not self.short_columns:
            return found, []
        found = least_missed(self.search, self.targets(HELD_GAP), lines=False)
        return found, [] if found.x is None else what_is_missed(self.search, found.x)

    def _as_planned(self) -> Bounds | None:
        """First-stage columns at what is planned; None where one of them cannot be."""
        if (self.planned > self.upper * (1.0 + HAIR) + HAIR)[self.first].any():
            return None
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[self.first], upper[self.first] = self._near(self.planned, self.first)
        return lower, upper

    def _at_most(self, *, paid: bool) -> Bounds:
        """First-stage columns at most as planned; of what is invested, with `paid`, all that can still be of use."""
        lower, upper = self.lower.copy(), self.upper.copy()
        upper[self.first] = np.minimum(self.planned, self.upper)[self.first]
        if paid:
            lower[self.invested] = self._near(upper, self.invested)[0]
        return lower, upper

    def _near(self, x: Floats, columns: NDArray[np.bool_]) -> Bounds:
        """Columns at their values, amounts that are not whole within a hair, which the solver's tolerance asks for."""
        whole, amounts = self.search.arrays.whole[columns], x[columns]
        room = np.where(whole, 0.0, HAIR * np.maximum(1.0, np.abs(amounts)))
        low, high = self.lower[columns], self.upper[columns]
        return np.clip(amounts - room, low, high), np.clip(amounts + room, low, high)

    def _investing_as(self, held: Held) -> Bounds:
        assert held.found.x is not None
        lower, upper = self.missing(held.short)
        lower[self.invested], upper[self.invested] = self._near(held.found.x, self.invested)
        return lower, upper

    def missing(self, short: Mapping[int, float]) -> Bounds:
        """All bounds, hard standards being missed by so much."""
        lower, upper = self.lower.copy(), self.upper.copy()
        for i, amount in short.items():
            if i in self.short_columns:
                upper[self.short_columns[i]] = amount
        return lower, upper

    @contextmanager
    def within(self, bounds: Bounds) -> Iterator[None]:
        """The columns within these bounds."""
        self.search.live.set_all_bounds(*bounds)
        try:
            yield
        finally:
            self.search.live.set_all_bounds(self.lower, self.upper)

    @contextmanager
    def money_that_is_left(self) -> Iterator[None]:
        """The lines without what was paid for things that are lost."""
        with self.lines_moved({name: -paid for name, paid in self.sunk().items()}):
            yield

    @contextmanager
    def lines_moved(self, by_cny: Mapping[str, float]) -> Iterator[None]:
        """Budget lines with so much more; what is spent must then fit, and nothing is left rather than less."""
        money, upper = self.search.city.model.money, self.search.arrays.row_upper.copy()
        rows = {
            row: max(min(float(upper[row]), 0.0), float(upper[row]) + more)
            for name, more in by_cny.items()
            for row in (self.search.rows_of(money.within_budget, name) if more else ())
        }
        for row, limit in rows.items():
            self.search.live.set_row(row, -np.inf, limit)
        try:
            yield
        finally:
            for row in rows:
                self.search.live.set_row(row, -np.inf, float(upper[row]))

    def sunk(self) -> dict[str, float]:
        """By line, what the plan paid for depots and posts that are lost."""
        lines = self.arranged.data.lines
        paid = list(self._paid())
        return {name: sum(cost for booking, cost in paid if line.matches(booking)) for name, line in lines.items()}

    def _paid(self) -> Iterator[tuple[Booking, float]]:
        first = self.city.settings.periods[0].id
        for table, column, kind, what in _PAID:
            there = {row.id for row in self.city.of(kind)}
            known = {row.id: row for row in self.ground.city.of(kind)}
            for paid in self._rows(table):
                if paid[column] not in there:
                    row = known[paid[column]]
                    yield Booking(row.body or "", row.area, *what, first), float(paid["cost_cny"])

    def _rows(self, table: str) -> list[Any]:
        return self.ground.tables[table].to_dict("records") if table in self.ground.tables else []


# What is paid for places: table, column and row of the place, programme and category.
_PAID: tuple[tuple[str, str, type[DepotRow] | type[PostRow], tuple[str, str]], ...] = (
    ("depots", "depot", DepotRow, ("supply", "capital")),
    ("stock", "depot", DepotRow, ("supply", "goods")),
    ("posts", "post", PostRow, ("patrol", "capital")),
)
