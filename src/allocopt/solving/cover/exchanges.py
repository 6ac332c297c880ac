"""Better plans further away: one station goes, another comes elsewhere, and what is near the two is decided anew.

Deciding place by place ends where no place can be better by itself; with a station more on one side and one less on the
other, many have to move a little. The next exchange begins where the last one ended, unless that is much worse
(iterated local search: Lourenço, Martin and Stützle 2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import FREE, Anew, missed_by
from allocopt.solving.cover.regions import Whole

# A plan is much worse that misses more by this share.
MUCH = 0.01
# One of so many places gets the station; they are at least so far apart, and from where it went.
PLACES, APART = 25, 1.2


@dataclass(frozen=True)
class Exchanges:
    """The search over plans that `anew` repairs."""

    anew: Anew
    draw: np.random.Generator

    def better(self, taken: Whole, patience: int, free: Sequence[int] = FREE) -> Whole:
        """A plan that misses no more than that of these stations; ends after so many exchanges in a row that bring
        nothing better. How many stations are free to be taken around each is drawn."""
        now = best = taken
        free = [*filter(self.anew.worth_while, free)]
        in_vain = 0
        while free and in_vain < patience and not self.anew.stop():
            in_vain += 1
            places = self._exchange(now)
            found = self.anew.around(np.setxor1d(now, places), places, int(self.draw.choice(free)))
            if self._missed(found) <= self._missed(now) + MUCH * self._missed(best):
                now = found
            if self._missed(now) < self._missed(best):
                best, in_vain = now, 0
        return best

    def _exchange(self, taken: Whole) -> Whole:
        """A station that goes, of the half that are missed least, and one that comes; the first alone where nothing is
        wanted elsewhere."""
        alone = self._wanted(taken, 1)[taken]
        likely = taken[np.argsort(alone, kind="stable")[: (len(taken) + 1) // 2]]
        gone = likely[self.draw.integers(len(likely))]
        wanted = self._wanted(np.setdiff1d(taken, gone), 0)
        wanted[self.anew.far(gone) < APART] = 0.0
        places = list[int]()
        while len(places) < PLACES and wanted.max() > 0:
            places.append(int(wanted.argmax()))
            wanted[self.anew.far(np.int64(places[-1])) < APART] = 0.0
        return np.array([gone, *self.draw.permutation(places)[:1]], dtype=np.int64)

    def _wanted(self, taken: Whole, times: int) -> Floats:
        """By station, how much it reaches of what these stations reach so many times."""
        problem = self.anew.problem
        return np.asarray(problem.reached.T @ np.where(problem.reaching(taken) == times, problem.weight, 0.0))

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)
