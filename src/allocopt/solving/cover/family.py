"""A family of plans of a covering problem, ever more alike and ever better.

It is a hybrid evolutionary algorithm (Galinier and Hao 1999). A child has what its parents have in common, and more of
what either has; a walk betters it. Then the best plan is looked for among the stations of all three (optimized
crossover: Aggarwal, Orlin and Tai 1997). It takes the place of the plan that is much the same, else of the worst.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import Anew, missed_by, wanted
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.swapping import Walks, can_walk

# A family has so many plans, few where they are decided anew place by place. A walk has so many steps for each station
# of a plan: short ones bring many children.
PLANS, FEW = 20, 2
STEPS = 50
# So many walks of all are insistent, and all where most groups by themselves weigh more than the best plan misses, so
# that they have to be covered.
INSISTENT = 0.3
# It ends after so many children in a row that are no better than the best, after fewer where little is open.
STALE, FEW_STALE = 120, 1
# A child has all, or that share, of what its parents have in common.
IN_COMMON = (0.9, 1.0)
# Two plans are much the same that differ in no more than this share of their stations.
SAME = 0.25
# In so many plans of all, what is likely is preferred; even there what is not is taken where nothing else reaches what
# is missed.
LIKELY, UNLIKELY = 0.5, 1e-9
NOBODY = np.empty(0, dtype=np.int64)


@dataclass
class Family:
    """`likely` says by station how gladly it is taken where a plan is constructed; `free` how many stations are where
    plans are decided anew place by place."""

    anew: Anew
    draw: np.random.Generator
    likely: Floats
    free: Sequence[int]
    plans: list[Whole] = field(init=False, default_factory=list)

    def best(self, first: Sequence[Whole], open_still: Callable[[float], float]) -> Whole:
        """The best plan of a family with these in it. `open_still` hears what the best so far misses, and says how much
        is open, from 0 to 1."""
        many, stale = (PLANS, STALE) if self.walks else (FEW, FEW_STALE)
        self.plans = list(first) or [self._bettered(self._constructed(NOBODY))]
        while len(self.plans) < many and not self.anew.stop():
            self.plans.append(self._bettered(self._constructed(NOBODY)))
        best, in_vain = self._best(self.plans), 0
        while in_vain < stale * open_still(self._missed(best)) and not self.anew.stop():
            child = self._child()
            in_vain = 0 if self._missed(child) < self._missed(best) else in_vain + 1
            best = self._best([best, child])
            self._take_in(child)
        return best

    def _child(self) -> Whole:
        """Of two plans."""
        one, other = (self.plans[each] for each in self.draw.choice(len(self.plans), 2, replace=False))
        common, either = np.intersect1d(one, other), np.union1d(one, other)
        some = self.draw.permutation(common)[: round(self.draw.choice(IN_COMMON) * len(common))]
        child = self._bettered(self._constructed(some, either))
        best = self._best([one, other, child])
        found = None if self.anew.stop() else self.anew.among(np.union1d(either, child), taken=best, kept=NOBODY)
        return best if found is None else found

    def _take_in(self, child: Whole) -> None:
        apart = [len(np.setdiff1d(child, plan)) for plan in self.plans]
        nearest = int(np.argmin(apart))
        worst = int(np.argmax([self._missed(plan) for plan in self.plans]))
        place = nearest if apart[nearest] <= SAME * len(child) else worst
        self.plans[place] = self._best([self.plans[place], child])

    def _bettered(self, start: Whole) -> Whole:
        """By a walk, or place by place."""
        if self.walks is None:
            return self.anew.better(np.sort(start), self.free)
        must = np.median(self.anew.problem.weight) > self._missed(self._best([start, *self.plans]))
        return self.walks.best(start, STEPS * len(start), bool(must or self.draw.random() < INSISTENT))

    def _constructed(self, taken: Whole, among: Whole | None = None) -> Whole:
        """A plan that begins with some stations; then comes, again and again, what reaches most of what is missed, is
        lucky, and in half of all plans likely: one among these, as long as they reach anything."""
        problem = self.anew.problem
        promise = self.likely if self.draw.random() < LIKELY else np.ones(len(self.likely))
        preferred = np.ones(len(promise)) if among is None else np.bincount(among, minlength=len(promise))
        while len(taken) < problem.p:
            gain = wanted(problem, taken)
            if not gain.any():
                break
            if (inside := gain * preferred).any():
                gain = inside
            luck = self.draw.random(len(gain))
            taken = np.append(taken, (gain * (promise * luck + UNLIKELY)).argmax())
        return taken

    def _best(self, plans: Sequence[Whole]) -> Whole:
        return min(plans, key=self._missed)

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)

    @cached_property
    def walks(self) -> Walks | None:
        """None where plans can only be decided anew place by place."""
        return Walks(self.anew.problem, self.draw, self.anew.stop) if can_walk(self.anew.problem) else None
