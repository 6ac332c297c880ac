"""Better plans from families of plans.

The plans of a family get ever more like each other. So the next family begins from nothing, and after each the best
plans of all are merged, which are as good and differ everywhere (islands: Whitley, Rana and Heckendorn 1999).

Families come to the same plan again and again where a better one has a station more in one place and a station less far
away, with all between them anew. So by turns a family begins with the plans of a family of one station more, each
without one, or from nothing, or holds what is taken where one more station would bring most, or all of a good plan that
is far from one place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import Anew, missed_by, one_fewer
from allocopt.solving.cover.family import NOBODY, Family
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.swapping import can_walk

# After each family the best plans of all are merged, as many as come to so many stations, then some of so many of the
# last.
JOINED, LAST, LAST_JOINED = 250, 100, 350
# So many stations are near one where one more is taken.
ONE_MORE = 125
# Where what is far is held, such a share of the plan is near: with half of it, a family mostly comes to the best of all
# that hold the rest; with more, seldom, but where it does it comes further.
NEAR = (0.5, 0.75)
# A family of one station more ends after so much fewer children in vain: what comes of it goes on without one.
HASTE = 0.5
# A plan is decided anew place by place with so many stations free, first few and then more.
FREE = (100, 250)
# Where plans are decided anew place by place, which takes long, so much less patience is had.
LESS_PATIENCE = 0.25
# A plan misses much more than must be missed from this share of it on.
MUCH = 0.05


@dataclass
class Pool:
    """The best plans of the families are held from call to call. `told` hears what the best plan misses, and what is
    missed at least."""

    anew: Anew
    draw: np.random.Generator
    told: Callable[[float, float], None]
    free: Sequence[int] = FREE
    bests: list[Whole] = field(init=False, default_factory=list)
    last: deque[Whole] = field(init=False, default_factory=lambda: deque(maxlen=LAST))

    def better(self, taken: Whole, likely: Floats, least: float, patience: float) -> Whole:
        """A plan that misses no more than that of these stations, where `least` is missed by any; it ends after so many
        families in a row that bring nothing better where as much is open as `MUCH` says, after more where more is, and
        fewer where less is. `likely` says by station how gladly it is taken where a plan is constructed."""
        patience *= 1.0 if can_walk(self.anew.problem) else LESS_PATIENCE
        self.bests.append(self.anew.better(taken, self.free))
        turns, in_vain = self._turns([self.best], likely, least), 0
        while in_vain < patience * self._open(self._missed(self.best), least) and not self.anew.stop():
            before = self._missed(self.best)
            self._grow(*next(turns), likely, least)
            self._join()
            in_vain += 1
            if self._missed(self.best) < before:
                turns, in_vain = self._turns([], likely, least), 0
        return self.best

    @property
    def best(self) -> Whole:
        return min(self.bests, key=self._missed)

    def _grow(self, first: Sequence[Whole], held: Whole, likely: Floats, least: float) -> None:
        """Let a family with these plans in it come to its best one, where all its plans hold some stations."""
        anew, stations = self.anew, np.arange(len(likely))
        if len(held):
            anew, stations = anew.holding(held, self.best)
        missed = self._missed(self.best)

        def open_still(its: float) -> float:
            self.told(min(its, missed), least)
            return min(1.0, self._open(its, least))

        family = Family(anew, self.draw, likely[stations], self.free)
        best = family.best(first, open_still)
        for plans, known in ((family.plans, self.last), ([best], self.bests)):
            known.extend(np.sort(np.concatenate([held, stations[plan]])) for plan in plans)

    def _turns(self, first: Sequence[Whole], likely: Floats, least: float) -> Iterator[tuple[Sequence[Whole], Whole]]:
        """With which plans one family after the other begins, these being the first, and what all its plans hold;
        without end."""
        yield first, NOBODY
        while True:
            for near in self.anew.one_more(self.best, min(ONE_MORE, self.anew.most_free)):
                yield self._one_fewer(likely, least), NOBODY
                yield [], self._far()
                if len(near) < self.anew.problem.p:
                    yield [], near
                yield [], self._far()
            yield [], NOBODY

    def _one_fewer(self, likely: Floats, least: float) -> list[Whole]:
        """Plans that a family of one station more comes to, each without the one that it needs least."""
        still_open = HASTE * min(1.0, self._open(self._missed(self.best), least))
        more = Family(self.anew.with_one_more(), self.draw, likely, self.free)
        more.best([], lambda _: still_open)
        return [one_fewer(self.anew.problem, plan, NOBODY) for plan in more.plans]

    def _far(self) -> Whole:
        """The stations of one of the better plans that are far from one of them; not all."""
        better = sorted(self.bests, key=self._missed)[: (len(self.bests) + 1) // 2]
        plan = better[int(self.draw.integers(len(better)))]
        near = max(round(self.draw.uniform(*NEAR) * len(plan)), 1)
        return self.anew.nearest_first(plan, self.draw.choice(plan))[near:]

    def _join(self) -> None:
        """Merge the best plans of the families, then the very best and some of the last."""
        some = [self.last[number] for number in self.draw.permutation(len(self.last)).tolist()]
        for plans, enough in ((sorted(self.bests, key=self._missed), JOINED), (some, LAST_JOINED)):
            free = self.best
            for plan in plans:
                if len(free) < min(enough, self.anew.most_free):
                    free = np.union1d(free, plan)
            found = self.anew.among(free, taken=self.best, kept=NOBODY)
            if found is not None:
                self.bests.append(found)

    def _open(self, missed: float, least: float) -> float:
        """From 0, where a plan misses no more than must be missed, to 1, where it misses much more, and on."""
        return (missed - least) / (MUCH * missed) if missed - least > self.anew.near else 0.0

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)
