"""Models that are capacitated facility location and nothing else, told by their matrix.

    Σ_i sent[i,n] + missed[n] ≥ need[n]            what is not sent of a need is missed
    Σ_{n of k} sent[i,n] ≤ stock[i,k]              what leaves is there
    Σ_k size[k] · stock[i,k] ≤ room[i] · open[i]   stock needs room
    sent ≤ most · open,  stock ≤ most · open       wherever the model says so

One period and one scenario; a unit sent pays for the unit of stock that it takes. Costs are not below 0, so that
nobody is sent more than is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.depots_and_ways import Depot, Ways, depots_of, kinds_of, ways_of
from allocopt.solving.locating import Locating, Outcome, worth_at
from allocopt.solving.ordered_matrix import Flags, OrderedMatrix, Whole, ordered_matrix
from allocopt.solving.sending import LocationProblem

# Limits that differ by no more than this, relative, are the same.
SAME = 1e-9
# Smaller amounts are none; the solver would drop their coefficients, and the row would say something else.
LEAST = 1e-6


@dataclass(frozen=True)
class LocationModel:
    """The problem, and where it stands in the model: by way its depot and its need, by need its row."""

    arrays: Arrays
    matrix: OrderedMatrix
    depots: list[Depot]
    ways: Ways
    depot: Whole
    need: Whole
    row: Whole
    problem: LocationProblem

    @property
    def constant(self) -> float:
        """What is paid in any case."""
        held = self.arrays.lower == self.arrays.upper
        return self.arrays.offset + float(self.arrays.cost[held] @ self.arrays.lower[held])

    def solve(
        self,
        allowed: Callable[[float], float],
        tolerance: float,
        deadline: float | None,
        interrupted: Callable[[], bool],
        told: Callable[[float, float], None],
        threads: int | None = None,
    ) -> Outcome:
        """The best plan, as near to its bound as `allowed` for its cost says, or as `tolerance`, relative to its cost,
        whichever is farther. `told` hears (cost, bound)."""
        constant = self.constant

        def enough(cost: float) -> float:
            return cost - max(allowed(cost + constant), tolerance * max(abs(cost + constant), 1.0))

        search = Locating(
            self.problem,
            enough=enough,
            stop=lambda: interrupted() or (deadline is not None and time.monotonic() > deadline),
            told=lambda cost, least: told(cost + constant, least + constant),
            threads=threads,
        )
        return search.solve()

    def columns(self, taken: Whole) -> Floats:
        """The columns that open these depots; stocks and ways are still to be decided."""
        x = np.where(self.arrays.lower == self.arrays.upper, self.arrays.lower, 0.0)
        opens = [self.depots[i].opens for i in taken.tolist()]
        x[[column for column in opens if column is not None]] = 1.0
        return x

    def proof(self, outcome: Outcome) -> tuple[list[Row], Floats]:
        """Rows that every plan keeps, and multipliers of the model's rows and then of these that prove what the prices
        at the root do.

        A need's row has its price, a depot's room what a unit of room is worth there: what the last thing gains that
        it is filled with. What gains more than that is held by its way's row, sent ≤ most · open. Any plan opens so
        many depots, and as many worth the most are charged to that row."""
        worth, of_room, gain = worth_at(self.problem, outcome.prices)
        closed = [i for i, depot in enumerate(self.depots) if depot.opens is not None]
        opens = [depot.opens for depot in self.depots if depot.opens is not None]
        rows, of_added = self._strong(gain)
        fewest = min(outcome.fewest, len(closed))
        if fewest:
            rows.append((float(fewest), opens, [1.0] * len(opens)))
            of_added.append(max(-float(np.sort(worth[closed])[-fewest]), 0.0))
        y = np.zeros(len(self.matrix.limit))
        y[self.row] = -outcome.prices
        paid = self.arrays.cost[self.ways.stock] + self.problem.size[self.need] * of_room[self.depot]
        y[self.ways.leaves] = -paid
        for depot, price in zip(self.depots, of_room.tolist(), strict=True):
            if depot.row is not None:
                y[depot.row] = -price / depot.scale
        return rows, np.concatenate([self._of_bounds(self.matrix.sign * y), of_added])

    def _strong(self, gain: Floats) -> tuple[list[Row], list[float]]:
        """The rows sent ≤ most · open of the ways that gain more than room is worth there, and their multipliers."""
        rows: list[Row] = []
        multipliers: list[float] = []
        for way in np.flatnonzero((gain[self.depot, self.need] > 0) & (self.ways.most > LEAST)).tolist():
            opens = self.depots[self.depot[way]].opens
            if opens is not None:
                rows.append((0.0, [opens, int(self.ways.column[way])], [float(self.ways.most[way]), -1.0]))
                multipliers.append(float(gain[self.depot[way], self.need[way]]))
        return rows, multipliers

    def _of_bounds(self, y: Floats) -> Floats:
        """Multipliers also of the rows of one column, which hold what is still worth more than nothing."""
        arrays, matrix = self.arrays, self.matrix
        by_row = csr_array((arrays.values, arrays.columns, arrays.starts), shape=(len(y), len(arrays.cost)))
        reduced = arrays.cost - by_row.T @ y
        for column, (row, value) in matrix.folded.items():
            if reduced[column] < 0:
                y[row] = matrix.sign[row] * reduced[column] / value
        return y


def location_model(arrays: Arrays) -> LocationModel | None:
    """The model as capacitated facility location; None where it is anything else, or more."""
    held = arrays.lower == arrays.upper
    whole = arrays.whole & ~held
    if not whole.any() or (arrays.upper[whole] != 1).any() or (arrays.cost[~held & ~whole] < 0).any():
        return None
    matrix = ordered_matrix(arrays)
    kinds = None if matrix is None else kinds_of(matrix, whole)
    depots = None if matrix is None or kinds is None else depots_of(matrix, kinds)
    if matrix is None or kinds is None or not depots or not kinds.sent.any():
        return None
    if (whole & ~kinds.opens & (arrays.cost < 0)).any():
        return None
    ways, rows = ways_of(matrix, kinds), np.flatnonzero(matrix.limit < 0)
    return _with_problem(arrays, matrix, depots, ways, rows, kinds.missed)


def _with_problem(
    arrays: Arrays, matrix: OrderedMatrix, depots: list[Depot], ways: Ways, rows: Whole, may_be_missed: Flags
) -> LocationModel | None:
    """The model with its problem; None where ways stand side by side, goods differ in size from depot to depot, or a
    limit binds that the problem does not have."""
    stocks = [(i, stock, size) for i, each in enumerate(depots) for stock, size in each.size.items()]
    depot_of, size_of = np.zeros(len(arrays.cost), dtype=np.int64), np.zeros(len(arrays.cost))
    for i, stock, size in stocks:
        depot_of[stock], size_of[stock] = i, size
    depot, need, unit = depot_of[ways.stock], np.searchsorted(rows, ways.need), size_of[ways.stock]
    amount, room, size_of_need = -matrix.limit[rows], np.array([each.room for each in depots]), np.ones(len(rows))
    size_of_need[need] = unit
    missed = np.flatnonzero(may_be_missed)
    short = np.searchsorted(rows, matrix.row[np.isin(matrix.column, missed)])
    wanted = np.bincount(ways.stock, amount[need], len(arrays.cost))
    enough = [min(float(wanted[j]), depots[i].room / size) for i, j, size in stocks]
    if (
        len(np.unique(depot * len(rows) + need)) < len(need)
        or len(np.unique(short)) < len(short)
        or (size_of_need[need] != unit).any()
        or (ways.most < (1.0 - SAME) * np.minimum(amount[need], room[depot] / unit)).any()
        or any(depots[i].most[j] < (1.0 - SAME) * most for (i, j, _), most in zip(stocks, enough, strict=True))
    ):
        return None
    cost = np.full((len(depots), len(rows)), np.inf)
    cost[depot, need] = arrays.cost[ways.column] + arrays.cost[ways.stock]
    penalty, spare = np.zeros(len(rows)), np.zeros(len(rows))
    column = matrix.column[np.isin(matrix.column, missed)]
    penalty[short], spare[short] = arrays.cost[column], np.minimum(matrix.upper[column], amount[short])
    opening = [0.0 if each.opens is None else float(arrays.cost[each.opens]) for each in depots]
    is_open = np.array([each.opens is None for each in depots])
    problem = LocationProblem(np.array(opening), room, is_open, cost, amount, size_of_need, penalty, spare)
    return LocationModel(arrays, matrix, depots, ways, depot, need, rows, problem)
