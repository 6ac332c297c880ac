"""Capacitated facility location, and what it costs once the open depots are known: a linear programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays, LiveModel, Status
from allocopt.solver.arrays import Floats

Whole = NDArray[np.int64]
# Rooms that are too small by no more than this share are enough.
ROOM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class LocationProblem:
    """By depot what opening it costs, its room, and whether it is open already; by need its amount, the size and the
    penalty of a unit of it, and how many units may be missed at most; `cost[i, n]` of a unit sent, infinite where no
    way leads. Costs and penalties are at least 0."""

    opening: Floats
    room: Floats
    open: NDArray[np.bool_]
    cost: Floats
    need: Floats
    size: Floats
    penalty: Floats
    spare: Floats

    @property
    def must(self) -> float:
        """Room for what must be met."""
        return float((self.size * np.maximum(self.need - self.spare, 0.0)).sum())


@dataclass(frozen=True)
class Sending:
    """The shipments of a plan.

    min  Σ c[i,n] · x[i,n] + Σ p[n] · u[n]
    Σ_i x[i,n] + u[n] ≥ d[n],   Σ_n size[n] · x[i,n] ≤ room[i],   u[n] ≤ spare[n]
    """

    problem: LocationProblem
    threads: int | None = None

    def solve(self, depots: Whole) -> tuple[float, Floats]:
        """What a plan costs that opens these depots, and the price of a unit of each need; infinite where they cannot
        meet what must be met."""
        p, needs = self.problem, len(self.problem.need)
        nobody = float("inf"), np.zeros(needs)
        if float(p.room[depots].sum()) < (1.0 - ROOM_TOLERANCE) * p.must:
            return nobody
        result = LiveModel(self._arrays(depots), threads=self.threads).solve(relaxed=True)
        if result.interrupted:
            raise KeyboardInterrupt
        if result.status is not Status.OPTIMAL or result.duals is None:
            return nobody
        return float(p.opening[depots].sum()) + result.objective, np.maximum(result.duals[:needs], 0.0)

    def _arrays(self, depots: Whole) -> Arrays:
        """Columns of the ways and then of what is missed, rows of the needs and then of the rooms."""
        p, needs = self.problem, len(self.problem.need)
        i, n = np.nonzero(np.isfinite(p.cost[depots]))
        ways = len(i)
        may_miss = np.flatnonzero(p.spare > 0)
        column = np.concatenate([np.arange(ways), ways + np.arange(len(may_miss)), np.arange(ways)])
        row = np.concatenate([n, may_miss, needs + i])
        value = np.concatenate([np.ones(ways + len(may_miss)), p.size[n]])
        order = np.lexsort((column, row))
        rows, columns = needs + len(depots), ways + len(may_miss)
        return Arrays(
            cost=np.concatenate([p.cost[depots[i], n], p.penalty[may_miss]]),
            offset=0.0,
            lower=np.zeros(columns),
            upper=np.concatenate([np.full(ways, np.inf), p.spare[may_miss]]),
            whole=np.zeros(columns, dtype=bool),
            starts=np.searchsorted(row[order], np.arange(rows + 1)).astype(np.int32),
            columns=column[order].astype(np.int32),
            values=value[order],
            row_lower=np.concatenate([p.need, np.full(len(depots), -np.inf)]),
            row_upper=np.concatenate([np.full(needs, np.inf), p.room[depots]]),
            variables=(),
            constraints=(),
        )
