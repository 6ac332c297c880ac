"""What more money buys near a present plan, on one live model.

Some budget lines get more, together: of each yuan the first of them gets its share, and no other gets more than its
own share of what that one got. Two questions are asked of the model, one after the other:

    least objective,  money ≤ a sum                  what a sum buys
    least money,      objective ≤ present − gain     at which sum the plan changes (Σ cost · x is a row then)

Every answer of the second is valued by the exact formula, and asked again with new lines until it truly gains. Where
whole numbers are many they are held as in some plan, and only amounts are decided; then an answer is a plan, and proves
nothing about others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from allocopt.solver import Arrays, Result, SolverError, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.near_plan import GROUPS
from allocopt.solving.search import Found, Search

# Whole numbers, and amounts of a held plan, this near to each other are the same.
AGREE = 1e-6
# The least money is sought to this share of the limit.
NEAR_MONEY = 1e-4
# A gain counts when no more than this share of it is missing.
GAIN_TOLERANCE = 0.01
# A deed otherwise than in the present plan must better the plan by this share of the gain that is asked for.
WORTH_A_CHANGE = 0.05
# Costs below this share of the gain are none in its row; the solver would drop them.
SMALLEST_COST = 1e-8
# Money is told in cents; so much of a cent beyond one is rounding. What the solver may spend beyond what it was asked.
HAIR, NOTHING = 1e-2, 1e-9
# What lines can use at most is sought for so many rows at most.
MOST_ROWS = 6
# Up to so many whole numbers all are searched.
FEW = 120


@dataclass(frozen=True)
class Patience:
    """How many nodes a search tree may have, the same on every machine, unlike seconds (None: no tree, since all whole
    numbers are held); and how often a question is asked, with new lines each time."""

    nodes: int | None
    asked: int


# With whole numbers held, and among all, where they are few.
HELD, AMONG_ALL = Patience(None, 12), Patience(2000, 40)


@dataclass(frozen=True)
class Bought:
    """A plan with more money: what it takes, rounded up to a cent, and its objective."""

    x: Floats
    money: float
    objective: float


@dataclass(frozen=True)
class Cheapest:
    """The plan found that gains enough with the least money, if one was; no plan of those that were searched does so
    with less than `at_least` (infinite where none does with any that is allowed)."""

    bought: Bought | None
    at_least: float


def are_few(search: Search) -> bool:
    """Whether all whole numbers can be searched."""
    return bool(search.arrays.whole.sum() <= FEW)


class Buying:
    """More money for some lines of a search, whose model then has rows for it. `shares`: what each line gets of a
    yuan; `present` are the columns of the plan from which all starts."""

    def __init__(self, search: Search, shares: Mapping[str, float], present: Floats, objective: float) -> None:
        self.search, self.live = search, search.live
        self.present, self.objective = present, objective
        self.shares = {line: share for line, share in sorted(shares.items()) if share > 0}
        column, extra = search.arrays.column_of(), search.city.model.money.extra
        self._extra = {line: column[id(extra[line])] for line in self.shares}
        self._first = max(self.shares, key=lambda line: (self.shares[line], line))
        first = self._extra[self._first]
        self.live.add_rows(
            [
                (0.0, [first, self._extra[line]], [share / self.shares[self._first], -1.0])
                for line, share in self.shares.items()
                if line != self._first
            ]
        )

    def allow(self, money: float) -> None:
        """Let the lines have so much more together."""
        for line, share in self.shares.items():
            self.live.set_bounds(self._extra[line], 0.0, share * money)

    def relaxed(self, money: float) -> Result:
        """The relaxation with so much more."""
        self.allow(money)
        return self.live.solve(relaxed=True)

    def left_by(self, x: Floats) -> float:
        """By how much the lines could be lower, together, for a plan; below nought by how much they must be higher.
        What follows from its decisions need not be settled."""
        x, limits = self.without_more(x), self.search.arrays.row_upper
        left = ((limits[rows] - self._uses[line] @ x) / self.shares[line] for line, rows in self._rows.items())
        return float(min(np.concatenate(list(left))))

    def money_of(self, x: Floats) -> float:
        """What a plan takes beyond the amounts of the lines, rounded up to a cent."""
        return max(math.ceil(-self.left_by(x) * 100 - HAIR) / 100, 0.0)

    def without_more(self, x: Floats) -> Floats:
        """A plan's columns in a model whose lines have what it takes."""
        out = x.copy()
        out[list(self._extra.values())] = 0.0
        return out

    def is_unusable(self, limit: float) -> bool:
        """Whether no plan can use more of the lines than they have, however much more they had up to the limit.

        The most that each row of each line can hold is sought on the relaxation; False where these are many.
        """
        rows = [row for of_line in self._rows.values() for row in of_line]
        self.allow(limit)
        return len(rows) <= MOST_ROWS and all(self._holds_all(row) for row in rows)

    @property
    def _within(self) -> Any:
        return self.search.city.model.money.within_budget

    def _holds_all(self, row: int) -> bool:
        arrays = self.search.arrays
        entries = slice(arrays.starts[row], arrays.starts[row + 1])
        used = np.zeros(len(arrays.cost))
        used[arrays.columns[entries]] = arrays.values[entries]
        used[list(self._extra.values())] = 0.0
        with self._minimising(-used):
            result = self.live.solve(relaxed=True)
        upper = float(arrays.row_upper[row])
        return result.status is Status.OPTIMAL and -result.bound <= upper + AGREE * max(1.0, abs(upper))

    @contextmanager
    def holding(self, x: Floats) -> Iterator[None]:
        """The whole numbers of a plan held."""
        arrays = self.search.arrays
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        self.live.set_all_bounds(*(np.where(arrays.whole, np.round(x), limits) for limits in (lower, upper)))
        try:
            yield
        finally:
            self.live.set_all_bounds(lower, upper)

    def limits(self, money: float) -> Arrays:
        """The model's own limits with so much more of the lines, in which no column stands for it."""
        out = self.search.arrays.copy()
        out.upper[list(self._extra.values())] = 0.0
        for line, rows in self._rows.items():
            out.row_upper[rows] += self.shares[line] * money
        return out

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """The rows of each line."""
        return {line: self.search.rows_of(self._within, line) for line in self.shares}

    @cached_property
    def _uses(self) -> dict[str, csr_array]:
        """What each column uses of each row of a line."""
        a = self.search.arrays
        matrix = csr_array((a.values, a.columns, a.starts), shape=(len(a.row_lower), len(a.cost)))
        return {line: matrix[rows] for line, rows in self._rows.items()}

    # What a sum buys

    def best(self, money: float, gain: float, patience: Patience, start: Floats | None = None) -> Bought:
        """The best plan found with so much more. Deeds otherwise than in the present plan that better it by next to
        nothing are left."""
        self.allow(money)
        found = Found(self.present, self.objective)
        if start is not None:
            self.search.keep_if_better(start, found)
        for _ in range(patience.asked):
            result = self._least_objective(gain, patience.nodes, found)
            if result is None or result.x is None:
                break
            x = self.search.decided(result.x)
            self.search.keep_if_better(x, found)
            if not self.search.add_lines(x, 0.0):
                break
        return self.bought(found)

    def _least_objective(self, gain: float, nodes: int | None, found: Found) -> Result | None:
        arrays = self.search.arrays
        penalty, constant = self._penalty(WORTH_A_CHANGE * gain)
        try:
            with self._minimising(arrays.cost + penalty, arrays.offset + constant):
                return self.live.solve(absolute_gap=0.5 * gain, nodes=nodes, start=found.x, second_look=False)
        except SolverError:  # only tried: the plan from which it starts stands
            return None

    def bought(self, found: Found) -> Bought:
        """A plan that was found, with what it takes."""
        assert found.x is not None
        return Bought(found.x, self.money_of(found.x), found.objective)

    def _penalty(self, each: float) -> tuple[Floats, float]:
        """Costs of deeds that are not as in the present plan, of those at one end of what they may be."""
        arrays = self.search.arrays
        counted = arrays.whole & np.isin(arrays.components, list(GROUPS)) & (arrays.lower < arrays.upper)
        here = np.round(self.present)
        sign = np.where(here <= arrays.lower, each, np.where(here >= arrays.upper, -each, 0.0))
        penalty = np.where(counted, sign, 0.0)
        return penalty, -float(penalty @ here)

    # At which sum the plan changes

    def ask_for(self, gain: float) -> None:
        """From now on only plans that better the present one by so much, as far as lines tell, are plans."""
        arrays = self.search.arrays
        cost = arrays.cost / gain
        columns = np.flatnonzero(np.abs(cost) > SMALLEST_COST)
        level = (self.objective - gain - arrays.offset) / gain
        self.live.add_rows([(-level, columns.tolist(), (-cost[columns]).tolist())])

    def least_money_relaxed(self, limit: float) -> float:
        """No plan that gains what is asked for takes less; infinite where none takes as little as the limit."""
        self.allow(limit)
        result = self._least_money(limit, None)
        if result.status is Status.INFEASIBLE:
            return math.inf
        return max(result.bound, 0.0) if result.status is Status.OPTIMAL else 0.0

    def cheapest(self, limit: float, gain: float, patience: Patience) -> Cheapest:
        """The least money, at most `limit`, with which a plan has the gain that was asked for. Of all plans that there
        is none is only believed after a second look."""
        at_least = 0.0
        for _ in range(patience.asked):
            self.allow(limit)
            try:
                result = self._least_money(limit, patience.nodes, second_look=patience is AMONG_ALL)
            except SolverError:  # only tried
                break
            if result.status is Status.INFEASIBLE:
                return Cheapest(None, math.inf)
            at_least = max(at_least, result.bound)
            if result.x is None:
                break
            bought, mended = self._valued(result.x, limit)
            if bought is not None and self.objective - bought.objective >= (1.0 - GAIN_TOLERANCE) * gain:
                return Cheapest(bought, at_least)
            if not mended:
                break
        return Cheapest(None, at_least)

    def _least_money(self, limit: float, nodes: int | None, *, second_look: bool = True) -> Result:
        """Least money, with whole numbers in a tree of so many nodes, or without."""
        money = np.zeros(len(self.search.arrays.cost))
        money[self._extra[self._first]] = 1.0 / self.shares[self._first]
        with self._minimising(money):
            if nodes is None:
                return self.live.solve(relaxed=True)
            return self.live.solve(absolute_gap=NEAR_MONEY * limit, nodes=nodes, second_look=second_look)

    @contextmanager
    def _minimising(self, cost: Floats, offset: float = 0.0) -> Iterator[None]:
        """Another objective, for a while."""
        arrays = self.search.arrays
        own, constant = arrays.cost.copy(), arrays.offset
        self.live.set_costs(cost, offset)
        try:
            yield
        finally:
            self.live.set_costs(own, constant)

    def _valued(self, x: Floats, limit: float) -> tuple[Bought | None, bool]:
        """The plan with these whole numbers that is best with the money it takes; and whether lines were too low."""
        taken = float(x[self._extra[self._first]]) / self.shares[self._first]
        self.allow(min(taken * (1.0 + NOTHING) + NOTHING, limit))
        found = Found()
        x = self.search.decided(x)
        self.search.keep_if_better(x, found)
        mended = self.search.add_lines(x, 0.0)
        return None if found.x is None else self.bought(found), mended
