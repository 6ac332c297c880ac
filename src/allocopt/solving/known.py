"""Models that are a known problem and nothing else, told by their matrix: solved by the method made for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solving.covering import Covering, Outcome, Problem
from allocopt.solving.same_rows import same_rows

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class CoveringModel:
    """Maximal covering as columns and rows of a model: whole columns are stations, the others what is left of groups.

    `rows[i]` asks for group `group[i]` that column `left[i]` be 1 unless one of its stations is taken; groups reached
    by the same stations are one. `limit` is the row that limits the stations.
    """

    arrays: Arrays
    stations: Whole
    rows: Whole
    left: Whole
    group: Whole
    scale: Floats
    limit: int
    problem: Problem

    @property
    def at_worst(self) -> float:
        """The cost where nothing is covered."""
        return self.arrays.offset + float(self.problem.weight.sum())

    def columns(self, taken: Whole) -> Floats:
        """All columns of a plan that takes these stations."""
        x = np.zeros(len(self.arrays.cost))
        x[self.stations[taken]] = 1.0
        reached = np.zeros(len(self.stations))
        reached[taken] = 1.0
        x[self.left] = np.where((self.problem.reached @ reached)[self.group] > 0, 0.0, 1.0)
        return x

    def multipliers(self, prices: Floats) -> Floats:
        """Multipliers of all rows that prove what these prices do."""
        y = np.zeros(len(self.arrays.row_lower))
        weight, own = self.problem.weight[self.group], self.arrays.cost[self.left]
        share = np.divide(own, weight, out=np.zeros_like(own), where=weight > 0)
        # A row's coefficient is also its limit; one that was turned has a multiplier below zero.
        y[self.rows] = prices[self.group] * share / self.scale
        worth = np.sort(self.problem.reached.T @ prices)[::-1]
        per_station = float(self.arrays.values[self.arrays.starts[self.limit]])
        y[self.limit] = -float(worth[min(self.problem.p, len(worth)) - 1]) / per_station
        return y

    def solve(
        self,
        allowed: Callable[[float], float],
        tolerance: float,
        deadline: float | None,
        interrupted: Callable[[], bool],
        told: Callable[[float, float], None],
        threads: int | None,
    ) -> Outcome:
        """The best plan, as near to its bound as `allowed` for its cost says; or, where its bound cannot be told
        exactly, as near as `tolerance`, relative to its cost. `told` hears (cost, bound).
        """
        at_worst = self.at_worst

        def tell(covered: float, most: float) -> None:
            told(at_worst - covered, at_worst - most)

        def enough(covered: float, least: float = 0.0) -> float:
            cost = at_worst - covered
            return covered + max(allowed(cost), least * max(abs(cost), 1.0))

        search = Covering(
            self.problem,
            enough=enough,
            nearly=lambda covered: enough(covered, tolerance),
            stop=lambda: interrupted() or (deadline is not None and time.monotonic() > deadline),
            told=tell,
        )
        outcome = search.solve()
        if outcome.interrupted or outcome.most <= search.limit:
            return outcome
        from allocopt.solving.cover import OverRegions  # few problems get here

        rest = OverRegions(self.problem, threads, deadline, interrupted, tell)
        return search.after(outcome, *rest.solve(outcome.taken, search.limit - outcome.covered))


def covering_model(arrays: Arrays) -> CoveringModel | None:
    """The model as maximal covering; None where it is anything else, or more."""
    whole, lengths = arrays.whole, np.diff(arrays.starts)
    row_of = np.repeat(np.arange(len(lengths)), lengths)
    stations = np.flatnonzero(whole)
    if not len(stations) or (arrays.cost[whole] != 0).any() or not _from_nothing_to_one(arrays):
        return None
    left = ~whole[arrays.columns]
    rows, columns = row_of[left], arrays.columns[left].astype(np.int64)
    if len(np.unique(rows)) < len(rows) or len(np.unique(columns)) < len(columns) or (arrays.cost[~whole] < 0).any():
        return None
    if len(columns) < np.count_nonzero(~whole) or not _asks_for_one(arrays, rows, row_of):
        return None
    limits = [row for row in np.setdiff1d(np.arange(len(lengths)), rows).tolist() if _binds(arrays, row)]
    if len(limits) != 1 or (most := _most(arrays, limits[0], len(stations))) is None:
        return None
    group, reached = _groups(arrays, rows, stations)
    weight: Floats = np.bincount(group, weights=arrays.cost[columns], minlength=reached.shape[0]).astype(np.float64)
    scale = arrays.values[left]
    return CoveringModel(arrays, stations, rows, columns, group, scale, limits[0], Problem(reached, weight, most))


def _from_nothing_to_one(arrays: Arrays) -> bool:
    """Whether every column may be 0, and 1."""
    return bool((arrays.lower == 0).all() and (arrays.upper >= 1).all())


def _asks_for_one(arrays: Arrays, rows: Whole, row_of: Whole) -> bool:
    """Whether each of these rows is a · (left + stations) ≥ a, or the same with both signs turned."""
    below = np.isposinf(arrays.row_upper)
    limit = np.where(below, arrays.row_lower, arrays.row_upper)
    free = np.where(below, arrays.row_upper, -arrays.row_lower)
    asked = np.isin(row_of, rows)
    return bool(
        (np.where(below, limit, -limit)[rows] > 0).all()
        and np.isposinf(free[rows]).all()
        and (arrays.values[asked] == limit[row_of[asked]]).all()
    )


def _binds(arrays: Arrays, row: int) -> bool:
    """Whether a row forbids something to columns of 0 and 1."""
    values = arrays.values[arrays.starts[row] : arrays.starts[row + 1]]
    lowest, highest = values[values < 0].sum(), values[values > 0].sum()
    return bool(highest > arrays.row_upper[row] or lowest < arrays.row_lower[row])


def _most(arrays: Arrays, row: int, stations: int) -> int | None:
    """How many stations the row allows, where it counts them all alike; else None."""
    values = arrays.values[arrays.starts[row] : arrays.starts[row + 1]]
    if len(values) != stations or (values != values[0]).any() or values[0] <= 0 or arrays.row_lower[row] > 0:
        return None
    most = int(np.floor(arrays.row_upper[row] / values[0] + 1e-9))
    return most if most >= 1 else None


def _groups(arrays: Arrays, rows: Whole, stations: Whole) -> tuple[Whole, csr_array]:
    """The number of each row's group, and the stations that reach each group."""
    shape = (len(arrays.row_lower), len(arrays.cost))
    ones = csr_array((np.ones(len(arrays.columns)), arrays.columns, arrays.starts), shape=shape)
    near = csr_array(ones[rows][:, stations])
    near.sort_indices()
    group = same_rows(near)
    return group, csr_array(near[np.unique(group, return_index=True)[1]])
