"""Maximal covering with whole numbers left out, and rows of odd sets brought in as far as they help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocopt.solver import LiveModel, Result, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.cover.odd_sets import Effort, OddSets
from allocopt.solving.covering import Problem
from allocopt.solving.proof import bound_and_multipliers, reduced_costs

# Rows that come in at once, and after how many rounds those that no longer hold anything up, by so much, go again.
MOST_AT_ONCE, ROUNDS_A_CLEARING, SPARE = 1000, 3, 0.02


@dataclass
class Relaxation:
    """A problem in the solver; `result` is the last solution without whole numbers, None where it was stopped."""

    problem: Problem
    live: LiveModel
    deadline: float | None
    stop: Callable[[], bool]
    sets: OddSets = field(init=False)
    result: Result | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.sets = OddSets(self.problem.reached, self.stop)

    @property
    def stations(self) -> int:
        return self.problem.reached.shape[1]

    @property
    def likely(self) -> Floats:
        """By station, how far the last solution takes it; nowhere where it was stopped."""
        if self.result is None or self.result.x is None:
            return np.zeros(self.stations)
        return self.result.x[: self.stations]

    @property
    def missed(self) -> float:
        """What is missed at least, as the solver says; nothing where it was stopped."""
        return 0.0 if self.result is None else self.result.objective

    def look(self) -> bool:
        """Solve it as it stands; whether there is a solution."""
        result = self.live.solve(relaxed=True, deadline=self.deadline)
        self.result = None if result.status is Status.STOPPED else result
        return result.status is Status.OPTIMAL

    def tighten(self, enough: float, best: float, effort: Effort) -> None:
        """Bring in rows until no less than `enough` is missed, or little more is gained towards what the `best` plan
        misses."""
        reached = list[float]()
        while self.look() and self.missed < enough:
            reached.append(self.missed)
            gained = self.missed - reached[-1 - effort.rounds] if len(reached) > effort.rounds else np.inf
            if gained < effort.closes * (best - self.missed) or not self.strengthen(MOST_AT_ONCE, effort):
                break
            if len(reached) % ROUNDS_A_CLEARING == 0:
                self.clear()

    def strengthen(self, most: int, effort: Effort) -> bool:
        """Bring in at most so many rows that the last solution breaks; whether there are any."""
        assert self.result is not None
        assert self.result.x is not None
        rows = self.sets.broken(self.result.x, most, effort)
        self.live.add_rows(rows)
        return bool(rows)

    def clear(self) -> None:
        """Let the rows go that hold nothing up; the last solution's multipliers are those of the rows before."""
        if self.result is None or self.result.x is None:
            return
        x = self.result.x
        spare = [float(np.dot(values, x[columns])) - level for level, columns, values in self.live.added]
        self.live.keep_added(np.flatnonzero(np.array(spare) <= SPARE))
        self.sets.forget_all_but(self.live.added)

    def proved(self) -> float:
        """What every plan within the bounds misses at least, whatever the solver did; infinite where it finds none."""
        if self.result is not None and self.result.status is Status.INFEASIBLE:
            return np.inf
        if self.result is None or self.result.duals is None:
            return 0.0
        return max(bound_and_multipliers(self.live.arrays, self.result.duals, self.live.added)[0], 0.0)

    def narrow(self, enough: float) -> None:
        """Leave out, or take for good, the stations without which, or with which, no less than `enough` is missed."""
        if self.result is None or self.result.duals is None:
            return
        arrays, added = self.live.arrays, self.live.added
        bound, multipliers = bound_and_multipliers(arrays, self.result.duals, added)
        reduced, error = reduced_costs(arrays, multipliers, added)
        only = np.arange(len(reduced)) < self.stations
        useless = only & (arrays.lower == 0) & (bound + reduced - error >= enough)
        needed = only & (arrays.upper == 1) & (bound - reduced - error >= enough) & ~useless
        self.live.set_all_bounds(np.where(needed, 1.0, arrays.lower), np.where(useless, 0.0, arrays.upper))
