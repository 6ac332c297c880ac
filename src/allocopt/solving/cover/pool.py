"""Better plans from the stations that several plans hold.

Plans are constructed, their stations come into a pool, and the best plan is looked for of the pool and the stations
near one place (construct, merge, solve and adapt: Blum, Pinacho, López-Ibáñez and Lozano 2016).

Deciding place by place ends where no place can be better by itself. With the pool, one place may give a station to
another at the far end of the city, and all between them make room. Where nearly everything is covered, plans come from
walks instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.anew import Anew, missed_by
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.weighting import Walks

# Plans, and stations that are free together.
Round = tuple[list[Whole], Iterator[Whole]]
# After each plan constructed, the best is looked for near so many places.
PLACES = 12
# So many stations are near a place.
NEAREST = 200
# A plan is constructed from nothing, or from that share of the best one; then it is decided anew with so many free.
KEPT, FREE = (0.0, 0.5, 0.75), (100, 250)
# Even what is not likely at all is taken where nothing else reaches what is missed.
UNLIKELY = 1e-9
# A plan misses much more than must be missed from this share of it on.
MUCH = 0.05
# So many stations are in the pool, those last seen in a plan; how many is drawn, for few are soon tried and many hold
# more.
YOUNGEST = (200, 300, 400)
# So many walks are side by side, and go on by so many steps; then so often some of their plans are merged, a few at
# first and one more for every so many steps that walks have gone, for good plans have to be many to hold a better one.
WALKS, STEPS, MERGED = 32, 5000, 3
FEWEST, MOST, STEPS_FOR_ONE_MORE = 4, 16, 20_000
NOBODY = np.empty(0, dtype=np.int64)


@dataclass
class Pool:
    """`age` is, by station, how many plans ago it was last in one; it goes on from call to call. `told` hears what the
    best plan misses, and what is missed at least."""

    anew: Anew
    draw: np.random.Generator
    told: Callable[[float, float], None]
    nearest: int = NEAREST
    free: Sequence[int] = FREE
    age: Floats = field(init=False)
    walks: Walks | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.age = np.full(self.anew.problem.reached.shape[1], np.inf)

    def better(self, taken: Whole, likely: Floats, least: float, patience: int) -> Whole:
        """A plan that misses no more than that of these stations, where `least` is missed by any; it ends after so many
        looks in a row where there is nothing better, and fewer where little is open. `likely` says by station how
        gladly it is taken where a plan is constructed."""
        best, in_vain = self.anew.better(taken, self.free), 0
        while in_vain < patience * self._open(best, least) and not self.anew.stop():
            plans, frees = (self._walked if self._nearly_all(best) else self._near_places)(best, likely)
            for plan in plans:
                if self._missed(plan) < self._missed(best):
                    best, in_vain = plan, 0
            for free in frees:
                self.told(self._missed(best), least)
                found = self.anew.among(np.union1d(best, free), taken=best, kept=NOBODY)
                in_vain += 1
                if found is not None:
                    best, in_vain = found, 0
                    self.age[best] = 0
        return best

    def _near_places(self, best: Whole, likely: Floats) -> Round:
        """A plan constructed and decided anew; the youngest stations, and those near a place."""
        self.age += 1
        plan = self.anew.better(self._constructed(best, likely), self.free)
        self.age[best] = self.age[plan] = 0
        many = int(self.draw.choice(YOUNGEST))
        places = self.draw.permutation(best)[:PLACES]
        return [plan], (np.union1d(self._youngest(many), self._near(place)) for place in places)

    def _walked(self, best: Whole, likely: Floats) -> Round:
        """The plans that walks come to; the stations of some of them."""
        if self.walks is None:
            starts = [self._constructed(best, likely) for _ in range(WALKS)]
            self.walks = Walks(self.anew.problem, starts, self.draw)
        plans = self.walks.on(STEPS, self.anew.stop)
        many = min(FEWEST + self.walks.steps // STEPS_FOR_ONE_MORE, MOST)
        some = (self.draw.permutation(WALKS)[:many].tolist() for _ in range(MERGED))
        return plans, (np.unique(np.concatenate([plans[walk] for walk in few])) for few in some)

    def _nearly_all(self, best: Whole) -> bool:
        """Whether most groups by themselves weigh more than the best plan misses, so that they have to be covered."""
        return bool(np.median(self.anew.problem.weight) > self._missed(best))

    def _open(self, best: Whole, least: float) -> float:
        """From 0, where the best plan misses no more than must be missed, to 1, where it misses much more."""
        missed = self._missed(best)
        return min(1.0, (missed - least) / (MUCH * missed)) if missed - least > self.anew.near else 0.0

    def _youngest(self, many: int) -> Whole:
        first = np.argsort(self.age, kind="stable")[: min(many, self.anew.most_free)]
        return first[np.isfinite(self.age[first])]

    def _near(self, place: np.int64) -> Whole:
        return self.anew.nearest(place, min(self.nearest, self.anew.most_free))

    def _constructed(self, best: Whole, likely: Floats) -> Whole:
        """A plan that keeps a part of another; then comes, again and again, what reaches most of what is missed, is
        likely, and is lucky."""
        problem = self.anew.problem
        kept = int(self.draw.choice(KEPT) * len(best))
        taken = self.draw.permutation(best)[:kept]
        while len(taken) < problem.p:
            wanted = self._wanted(taken)
            if not wanted.any():
                break
            luck = self.draw.random(len(wanted))
            taken = np.append(taken, (wanted * (likely * luck + UNLIKELY)).argmax())
        return np.sort(taken)

    def _wanted(self, taken: Whole) -> Floats:
        """By station, how much it reaches of what these do not."""
        problem = self.anew.problem
        missed = np.where(problem.reaching(taken) == 0, problem.weight, 0.0)
        return np.asarray(problem.reached.T @ missed)

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)
