"""Better plans from the stations that several plans hold.

A family begins with a plan. Others are constructed, a walk betters each, and the best plan is looked for among the
stations of several of them, by themselves or with all near one place (construct, merge, solve and adapt: Blum,
Pinacho, López-Ibáñez and Lozano 2016). Its plans get ever more like each other. So the next family begins from nothing,
and after each the best plans of all are merged, which are as good and differ everywhere (islands: Whitley, Rana and
Heckendorn 1999).

Families come to the same plan again and again where a better one has a station more in one place and a station less far
away, with all between them anew. So every other family holds what is taken where one more station would bring most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import Anew, missed_by, wanted
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.swapping import Walks, can_walk

# A plan is constructed from nothing, or from that share of the best one; from nothing where a walk is to be insistent.
KEPT = (0.0, 0.25, 0.7)
# In so many plans of all, what is likely is preferred; even there what is not is taken where nothing else reaches what
# is missed.
LIKELY, UNLIKELY = 0.5, 1e-9
# A walk has so many steps for each station of a plan: short ones bring many plans, long ones good plans.
STEPS = (200, 800)
# So many walks come before plans are merged. A family ends after so many times in a row that they and merging brought
# nothing better, sooner where little is open, and at once where plans are decided anew place by place.
WALKS, STALE = 6, 5
# So many of the last plans are held; of some of them, about so many stations are free together.
LAST, TOGETHER = 100, (200, 300, 400)
# After each family the best plans of all are merged, first as many as come to so many stations, then more, with others
# as far as so many stations are free.
JOINED, MORE_JOINED = 250, 500
# So many stations are near a place, and near one where one more is taken.
NEAREST, ONE_MORE = 200, 125
# A plan is decided anew place by place with so many stations free, first few and then more.
FREE = (100, 250)
# A plan misses much more than must be missed from this share of it on.
MUCH = 0.05
NOBODY = np.empty(0, dtype=np.int64)


@dataclass
class Pool:
    """The best plans of the families are held from call to call. `told` hears what the best plan misses, and what is
    missed at least."""

    anew: Anew
    draw: np.random.Generator
    told: Callable[[float, float], None]
    nearest: int = NEAREST
    free: Sequence[int] = FREE
    bests: list[Whole] = field(init=False, default_factory=list)
    last: deque[Whole] = field(init=False, default_factory=lambda: deque(maxlen=LAST))

    def better(self, taken: Whole, likely: Floats, least: float, patience: float) -> Whole:
        """A plan that misses no more than that of these stations, where `least` is missed by any; it ends after so many
        families in a row that bring nothing better where as much is open as `MUCH` says, after more where more is, and
        fewer where less is. `likely` says by station how gladly it is taken where a plan is constructed."""
        self.bests.append(self.anew.better(taken, self.free))
        self.bests.append(self._family(self.best, likely, least))
        held, in_vain = deque[Whole](), 0
        while in_vain < patience * self._open(self.best, least) and not self.anew.stop():
            before = self._missed(self.best)
            held = held or self._to_hold()
            self.bests.append(self._holding(held.popleft(), likely, least))
            self._join()
            in_vain += 1
            if self._missed(self.best) < before:
                held, in_vain = deque[Whole](), 0
        return self.best

    @property
    def best(self) -> Whole:
        return min(self.bests, key=self._missed)

    def _family(self, best: Whole, likely: Floats, least: float) -> Whole:
        """The best plan of a family that begins with one."""
        walks, most_stale = (WALKS, STALE) if self.walks else (1, 1)
        plans, stale = deque([best], maxlen=LAST), 0
        while stale < most_stale * min(1.0, self._open(best, least)) and not self.anew.stop():
            self.told(min(self._missed(best), self._missed(self.best)), least)
            plans.extend(self._walked(best, likely) for _ in range(walks))
            better = self._merged(plans)
            stale = 0 if self._missed(better) < self._missed(best) else stale + 1
            best = better
        self.last.extend(plans)
        return best

    def _to_hold(self) -> deque[Whole]:
        """What one family after the other holds: by turns nothing, and what is taken where one more station brings
        most."""
        places = self.anew.one_more(self.best, min(ONE_MORE, self.anew.most_free))
        return deque(held for near in places for held in (NOBODY, near)) or deque([NOBODY])

    def _holding(self, held: Whole, likely: Floats, least: float) -> Whole:
        """The best plan of a family that begins from nothing, and all of whose plans hold some stations."""
        if not len(held):
            return self._family(self._walked(NOBODY, likely), likely, least)
        missed = self._missed(self.best)
        anew, stations = self.anew.holding(held, self.best)
        pool = Pool(anew, self.draw, lambda its, least: self.told(min(its, missed), least), self.nearest, self.free)
        pool.bests.append(pool._walked(NOBODY, likely[stations]))
        plan = pool._family(pool.best, likely[stations], least)
        self.last.extend(np.sort(np.concatenate([held, stations[other]])) for other in pool.last)
        return np.sort(np.concatenate([held, stations[plan]]))

    def _walked(self, best: Whole, likely: Floats) -> Whole:
        """A plan that is constructed, and bettered by a walk."""
        insistent = self._nearly_all(best)
        kept = 0.0 if insistent else float(self.draw.choice(KEPT))
        start = self._constructed(self.draw.permutation(best)[: int(kept * len(best))], likely)
        if self.walks:
            return self.walks.best(start, int(self.draw.choice(STEPS)) * len(start), insistent)
        return self.anew.better(np.sort(start), self.free)

    def _merged(self, plans: deque[Whole]) -> Whole:
        """The best of the plans, or a better one of its stations and those of some others: first these by themselves,
        then with those near a place. What is found is one of the plans."""
        best = min(plans, key=self._missed)
        for nearest in (0, self.nearest):
            together = self._together(best, self._shuffled(plans), int(self.draw.choice(TOGETHER)))
            free = np.union1d(together, self._near(self.draw.choice(best), nearest))
            found = None if self.anew.stop() else self.anew.among(free, taken=best, kept=NOBODY)
            if found is not None:
                best = found
                plans.append(best)
        return best

    def _join(self) -> None:
        """Merge the best plans of the families: the very best, and the better half with some others."""
        ranked = sorted(self.bests, key=self._missed)
        half = self._shuffled(ranked[: len(ranked) // 2 + 1])
        few = self._together(ranked[0], ranked, JOINED)
        many = self._together(
            self._together(ranked[0], half, self.anew.most_free), self._shuffled(self.last), MORE_JOINED
        )
        for free in (few, many):
            found = self.anew.among(np.union1d(free, self.best), taken=self.best, kept=NOBODY)
            if found is not None:
                self.bests.append(found)

    def _together(self, free: Whole, plans: Sequence[Whole], enough: int) -> Whole:
        """These stations and, one plan after the other, those of as many as come to enough."""
        for plan in plans:
            if len(free) >= min(enough, self.anew.most_free):
                break
            free = np.union1d(free, plan)
        return free

    def _shuffled(self, plans: Sequence[Whole]) -> list[Whole]:
        return [plans[number] for number in self.draw.permutation(len(plans)).tolist()]

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
            gain = wanted(problem, taken)
            if not gain.any():
                break
            luck = self.draw.random(len(gain))
            taken = np.append(taken, (gain * (promise * luck + UNLIKELY)).argmax())
        return taken

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)

    @cached_property
    def walks(self) -> Walks | None:
        """None where plans can only be decided anew place by place."""
        return Walks(self.anew.problem, self.draw, self.anew.stop) if can_walk(self.anew.problem) else None
