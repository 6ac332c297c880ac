"""Better plans of all that several plans hold: others are constructed, merged into one pool of stations, and the best
plan of the pool and the stations near one place is looked for (construct, merge, solve and adapt: Blum, Pinacho,
López-Ibáñez and Lozano 2016).

Deciding place by place ends where no place can be better by itself. With the pool, one place may give a station to
another at the far end of the city, and all between them make room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import Anew, missed_by
from allocopt.solving.cover.regions import Whole

# After each plan constructed, the best is looked for near so many places.
PLACES = 12
# So many stations are near a place.
NEAREST = 300
# A plan is constructed from nothing, or from that share of the best one; then it is decided anew with so many free.
KEPT, FREE = (0.0, 0.5, 0.75), (100, 250)
# Even what is not likely at all is taken where nothing else reaches what is missed.
UNLIKELY = 1e-9
# A station leaves the pool after so many plans without it.
OLD = 20
NOBODY = np.empty(0, dtype=np.int64)


@dataclass
class Merging:
    """The pool goes on from call to call: by station, how many plans ago it was last in one."""

    anew: Anew
    draw: np.random.Generator
    nearest: int = NEAREST
    free: Sequence[int] = FREE
    age: Whole = field(init=False)

    def __post_init__(self) -> None:
        self.age = np.full(self.anew.problem.reached.shape[1], OLD + 1, dtype=np.int64)

    def better(self, taken: Whole, likely: Floats, patience: int, told: Callable[[Whole], None]) -> Whole:
        """A plan that misses no more than that of these stations; ends after so many places in a row where there is
        nothing better. `likely` says by station how gladly it is taken where a plan is constructed; `told` hears of
        each better plan."""
        if not self.anew.worth_while(self.nearest):
            return taken
        best, in_vain = taken, 0
        while in_vain < patience and not self.anew.stop():
            self.age += 1
            plan = self.anew.better(self._constructed(best, likely), self.free)
            self.age[best] = self.age[plan] = 0
            if self._missed(plan) < self._missed(best):
                best, in_vain = plan, 0
                told(best)
            for place in self.draw.permutation(best)[:PLACES]:
                in_vain += 1
                pool = np.flatnonzero(self.age <= OLD)
                near = self.anew.nearest(place, self.nearest)
                found = self.anew.among(np.union1d(pool, near), taken=best, kept=NOBODY)
                if found is not None:
                    best, in_vain = found, 0
                    self.age[best] = 0
                    told(best)
        return best

    def _constructed(self, best: Whole, likely: Floats) -> Whole:
        """A plan that keeps a part of another; then comes, again and again, what reaches most of what is missed, is
        likely, and is lucky."""
        problem = self.anew.problem
        kept = int(self.draw.choice(KEPT) * len(best))
        taken = self.draw.permutation(best)[:kept]
        while len(taken) < problem.p:
            wanted = self.anew.wanted(taken)
            if not wanted.any():
                break
            luck = self.draw.random(len(wanted))
            taken = np.append(taken, (wanted * (likely * luck + UNLIKELY)).argmax())
        return np.sort(taken)

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)
