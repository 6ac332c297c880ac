"""Better plans further away: one station goes, another comes elsewhere, and what is near the two is decided anew.

Deciding place by place ends where no place can be better by itself; with a station more on one side and one less on the
other, many have to move a little. The next exchange begins where the last one ended, unless that is much worse
(iterated local search: Lourenço, Martin and Stützle 2003).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import Anew, missed_by
from allocopt.solving.cover.regions import Whole

# So many exchanges in a row bring nothing better before the search ends; so many stations are free around each.
IN_VAIN, FREE = 100, 250
# A plan is much worse that misses more by this share.
MUCH = 0.01
# One of so many places gets the station; they are at least so far apart, and from where it went.
PLACES, APART = 25, 1.2
SEED = 0


@dataclass(frozen=True)
class Exchanges:
    """The search; what it draws goes on from call to call."""

    anew: Anew
    draw: np.random.Generator = field(default_factory=lambda: np.random.default_rng(SEED))

    def better(self, taken: Whole, free: int = FREE) -> Whole:
        """A plan that misses no more than that of these stations; with `free` as for the places that are decided."""
        now = best = taken
        in_vain = 0
        while in_vain < IN_VAIN and self.anew.worth_while(free) and not self.anew.stop():
            in_vain += 1
            places = self._exchange(now)
            found = self.anew.around(np.setxor1d(now, places), places, free)
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
        reached = np.asarray(problem.reached[:, taken].sum(axis=1)).ravel()
        return np.asarray(csr_array(problem.reached.T) @ np.where(reached == times, problem.weight, 0.0))

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)
