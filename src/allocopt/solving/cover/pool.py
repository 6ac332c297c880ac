"""Better plans from the stations that several plans hold.

Plans are constructed, a walk betters each, and the best plan is looked for among the stations of several of them, by
themselves or with all near one place (construct, merge, solve and adapt: Blum, Pinacho, López-Ibáñez and Lozano 2016).

Deciding place by place ends where no place can be better by itself. Walks come to plans that differ everywhere, and
what one of them does well in one place goes with what another does well elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import Anew, missed_by
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.swapping import Walk, can_walk

# A plan is constructed from nothing, or from that share of the best one; from nothing where a walk is to be insistent.
KEPT = (0.0, 0.25, 0.7)
# In so many plans of all, what is likely is preferred; even there what is not is taken where nothing else reaches what
# is missed.
LIKELY, UNLIKELY = 0.5, 1e-9
# A walk has so many steps for each station of a plan: short ones bring many plans, long ones good plans.
STEPS = (100, 400)
# So many of the last plans are held; of some of them, about so many stations are free together.
LAST, TOGETHER = 100, (200, 300, 400)
# So many stations are near a place.
NEAREST = 200
# A plan is decided anew place by place with so many stations free, first few and then more.
FREE = (100, 250)
# A plan misses much more than must be missed from this share of it on.
MUCH = 0.05
NOBODY = np.empty(0, dtype=np.int64)


@dataclass
class Pool:
    """The last plans are held from call to call. `told` hears what the best plan misses, and what is missed at
    least."""

    anew: Anew
    draw: np.random.Generator
    told: Callable[[float, float], None]
    nearest: int = NEAREST
    free: Sequence[int] = FREE
    plans: deque[Whole] = field(init=False, default_factory=lambda: deque(maxlen=LAST))

    def better(self, taken: Whole, likely: Floats, least: float, patience: float) -> Whole:
        """A plan that misses no more than that of these stations, where `least` is missed by any; it ends after so many
        walks in a row that bring nothing better where as much is open as `MUCH` says, after more where more is, and
        fewer where less is. `likely` says by station how gladly it is taken where a plan is constructed."""
        best, in_vain = self.anew.better(taken, self.free), 0
        while in_vain < patience * self._open(best, least) and not self.anew.stop():
            self.told(self._missed(best), least)
            better = self._merged(self._walked(best, likely))
            in_vain = 0 if self._missed(better) < self._missed(best) else in_vain + 1
            best = better
        return best

    def _walked(self, best: Whole, likely: Floats) -> Whole:
        """The better of the best plan and one that is constructed, and bettered by a walk."""
        problem, insistent = self.anew.problem, self._nearly_all(best)
        kept = 0.0 if insistent else float(self.draw.choice(KEPT))
        start = self._constructed(self.draw.permutation(best)[: int(kept * len(best))], likely)
        if can_walk(problem):
            steps = int(self.draw.choice(STEPS)) * problem.p
            plan = Walk(problem, start, self.draw, insistent).on(steps, self.anew.stop)
        else:
            plan = self.anew.better(np.sort(start), self.free)
        self.plans.append(plan)
        return min(best, plan, key=self._missed)

    def _merged(self, best: Whole) -> Whole:
        """The best plan, or a better one of its stations and those of some of the last plans: first these by
        themselves, then with those near a place."""
        for nearest in (0, self.nearest):
            if self.anew.stop():
                break
            free = np.union1d(self._together(best), self._near(self.draw.choice(best), nearest))
            found = self.anew.among(free, taken=best, kept=NOBODY)
            if found is not None:
                best = found
                self.plans.append(best)
        return best

    def _together(self, best: Whole) -> Whole:
        """The stations of the best plan and, one plan after the other, of as many of the last as come to enough."""
        free, enough = best, min(int(self.draw.choice(TOGETHER)), self.anew.most_free)
        for plan in self.draw.permutation(len(self.plans)).tolist():
            if len(free) >= enough:
                break
            free = np.union1d(free, self.plans[plan])
        return free

    def _near(self, place: np.int64, many: int) -> Whole:
        return self.anew.nearest(place, min(many, self.anew.most_free)) if many else NOBODY

    def _nearly_all(self, best: Whole) -> bool:
        """Whether most groups by themselves weigh more than the best plan misses, so that they have to be covered."""
        return bool(np.median(self.anew.problem.weight) > self._missed(best))

    def _open(self, best: Whole, least: float) -> float:
        """From 0, where the best plan misses no more than must be missed, to 1, where it misses much more, and on."""
        missed = self._missed(best)
        return (missed - least) / (MUCH * missed) if missed - least > self.anew.near else 0.0

    def _constructed(self, taken: Whole, likely: Floats) -> Whole:
        """A plan that begins with some stations; then comes, again and again, what reaches most of what is missed, is
        lucky, and in half of all plans likely."""
        problem = self.anew.problem
        promise = likely if self.draw.random() < LIKELY else np.ones(len(likely))
        while len(taken) < problem.p:
            wanted = self._wanted(taken)
            if not wanted.any():
                break
            luck = self.draw.random(len(wanted))
            taken = np.append(taken, (wanted * (promise * luck + UNLIKELY)).argmax())
        return taken

    def _wanted(self, taken: Whole) -> Floats:
        """By station, how much it reaches of what these do not."""
        problem = self.anew.problem
        missed = np.where(problem.reaching(taken) == 0, problem.weight, 0.0)
        return np.asarray(problem.reached.T @ missed)

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)
