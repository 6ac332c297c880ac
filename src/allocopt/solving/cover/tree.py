"""Maximal covering by a search tree over regions, where prices alone leave too much open.

Stations near each other do for one another, so the relaxation takes parts of many. First come rows that forbid it (odd
sets); then the plan is bettered, with stations that the relaxation likes. A tree that takes or leaves out single
stations moves its bound by next to nothing; how many a whole region gets does move it. Each such number is a whole one,
on which the solver may branch (branching on constraints: Ryan and Foster 1981).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from allocopt.solver import LiveModel
from allocopt.solving.cover.anew import Anew, missed_by
from allocopt.solving.cover.as_arrays import as_arrays, as_columns
from allocopt.solving.cover.odd_sets import GREAT, SMALL
from allocopt.solving.cover.pool import Pool
from allocopt.solving.cover.regions import Whole, halved
from allocopt.solving.cover.relaxed import Relaxation
from allocopt.solving.covering import Problem

# So many families of plans in a row bring nothing better, after the first rows and after the second, before it goes on
# without; fewer where little is open, and more where much is.
PATIENCE, MORE_PATIENCE = 4.0, 12.0
# More rows are looked for where the first ones prove that at least this share of what the plan misses has to be missed.
HALF_WAY = 0.5
SEED = 0


class Found(NamedTuple):
    """The stations of the best plan, and what no plan covers more than."""

    taken: Whole
    most: float


@dataclass(frozen=True)
class OverRegions:
    """The search, which begins with a plan, and ends within `near` of its bound; `told` hears (covered, most)."""

    problem: Problem
    threads: int | None
    deadline: float | None
    interrupted: Callable[[], bool]
    told: Callable[[float, float], None]

    def solve(self, taken: Whole, near: float) -> Found:
        """Raises SolverError where the solver gives up, KeyboardInterrupt after a Ctrl-C that nobody else answers."""
        regions = halved(self.problem.reached)
        live = LiveModel(as_arrays(self.problem, regions), threads=self.threads, interrupted=self.interrupted)

        def stop() -> bool:
            late = self.deadline is not None and time.monotonic() > self.deadline
            return late or live.was_interrupted or self.interrupted()

        relaxation = Relaxation(self.problem, live, self.deadline, stop)
        anew = Anew(self.problem, near, self.threads, self.deadline, stop)
        pool, least = Pool(anew, np.random.default_rng(SEED), self._tell), 0.0
        for effort, patience in ((SMALL, PATIENCE), (GREAT, MORE_PATIENCE)):
            missed = self._missed(taken)
            if effort is SMALL or least > HALF_WAY * missed:
                relaxation.tighten(missed - near, missed, effort)
            else:  # more rows end nothing where the first ones have not got half way
                relaxation.look()
            least = max(least, min(relaxation.proved(), missed - near))  # what was left out misses no less than that
            self._tell(missed, least)
            if least >= missed - near or stop():
                break
            taken = pool.better(taken, relaxation.likely, least, patience)
            relaxation.narrow(self._missed(taken) - near)
            relaxation.clear()
        missed = self._missed(taken)
        self._tell(missed, least)
        if least < missed - near and not stop():
            result = live.solve(
                proving=True,
                absolute_gap=near,
                deadline=self.deadline,
                start=as_columns(self.problem, regions, taken),
                progress=lambda best, bound: self._tell(min(best, missed), max(least, min(bound, missed - near))),
            )
            least = max(least, min(result.bound, missed - near))
            if result.x is not None:
                taken = min(taken, np.flatnonzero(result.x[: relaxation.stations] > 0.5), key=self._missed)
        if live.was_interrupted and not self.interrupted():  # Ctrl-C, which nobody but the solver has seen
            raise KeyboardInterrupt
        return Found(taken, float(self.problem.weight.sum()) - least)

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.problem, taken)

    def _tell(self, missed: float, least: float) -> None:
        everything = float(self.problem.weight.sum())
        self.told(everything - missed, everything - least)
