"""Maximal covering by itself: branch and bound on prices, where the problem is nothing else.

    max Σ_g w[g] · y[g],   y[g] ≤ Σ_{s in g} x[s],   Σ_s x[s] ≤ p,   x 0 or 1        (Church and ReVelle 1974)

w weighs a group of points, s the stations that reach it. For any prices 0 ≤ λ ≤ w of "covered only if reached"

    L(λ) = Σ_g (w[g] − λ[g]) + the p largest of c,     c[s] = Σ_{g reached by s} λ[g]

is at least what any plan covers (Lagrangian relaxation: Galvão and ReVelle 1996). Prices follow a deflected subgradient
(Camerini, Fratta and Maffioli 1975), a step of each in proportion to its weight, since weights differ by orders of
magnitude. The p stations of a bound are a plan, bettered by interchange (Teitz and Bart 1968). A station whose use, or
whose want, would lower L to what the best plan covers is left out, or taken, in the branch at hand. The branches are
those of one station taken or left out: the one that the prices are least sure of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Rounds of prices at the root and at a branch; of each bound, and the length of their steps.
ROOT_ROUNDS, BRANCH_ROUNDS = 2000, 80
ROOT_STEP, BRANCH_STEP, SMALLEST_STEP = 0.3, 1.0, 1e-3
# The step shrinks to this share after so many rounds without a better bound; the last direction keeps this share.
SHRINK, PATIENT_ROUNDS, DEFLECTION = 0.7, 20, 0.9
# How much of the mean of the stations taken is the last round's; every so many rounds they are bettered as a plan.
LAST_ROUND, ROUNDS_A_TRY = 0.05, 200
# Prices are looked at so many times at most, in units of entries of the matrix; what is left is another's task.
MOST_WORK = 10**10
# Whole weights that add up to less are summed exactly, and a bound on them is off by far less than one.
MOST_WHOLE = 1e11
# One rounding, relative; a sum of n terms has n of them at most.
UNIT = 2.0**-52


@dataclass(frozen=True)
class Problem:
    """`reached`: (groups, stations), 1 where a station reaches a group; the groups' weights; `p` stations at most."""

    reached: csr_array
    weight: Floats
    p: int

    def reaching(self, stations: Whole) -> Floats:
        """By group, how many of these stations reach it."""
        taken = np.zeros(self.reached.shape[1])
        taken[stations] = 1.0
        return np.asarray(self.reached @ taken)


@dataclass
class Outcome:
    """The best stations found, what they cover, and what none covers more than; at the root, its prices."""

    taken: Whole
    covered: float
    most: float
    prices: Floats
    interrupted: bool = False


@dataclass
class _Branch:
    """Stations taken, and which are still free; the prices to begin with; what its parent covers at most."""

    taken: list[int]
    free: Flags
    prices: Floats
    most: float


@dataclass
class Covering:
    """The search. Where a plan covers so much, one that covers no more than `enough(covered)` is not looked for;
    `nearly` is the same where weights are not whole, so that two plans may differ by next to nothing. `stop` is asked
    now and then; `told` hears (covered, most)."""

    problem: Problem
    enough: Callable[[float], float]
    nearly: Callable[[float], float]
    stop: Callable[[], bool] = lambda: False
    told: Callable[[float, float], None] = lambda _, __: None
    work: int = 0
    best: Whole = field(init=False)
    covered: float = field(init=False, default=-np.inf)
    tried: set[tuple[int, ...]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.by_group = self.problem.reached
        self.by_station = csr_array(self.problem.reached.T)
        ends, groups = self.by_station.indptr, self.by_station.indices
        self.groups_of = [groups[ends[s] : ends[s + 1]] for s in range(self.by_station.shape[0])]
        self.all = float(self.problem.weight.sum())
        weight = self.problem.weight
        self.whole = bool(self.all < MOST_WHOLE and (weight == np.floor(weight)).all())
        self.best = np.zeros(0, dtype=np.int64)

    def solve(self) -> Outcome:
        """Search until nothing better is left, or until it has worked enough."""
        stations = len(self.groups_of)
        self._try(self._greedy())
        root = _Branch([], np.ones(stations, dtype=bool), 0.5 * self.problem.weight, self.all)
        bound = self._price(root, ROOT_ROUNDS, ROOT_STEP)
        outcome = Outcome(self.best, self.covered, self.covered, bound.prices)
        waiting = [_Branch([], root.free, bound.prices, bound.most)]
        while waiting:
            self.told(self.covered, max([self.covered, *(branch.most for branch in waiting)]))
            if self.work > MOST_WORK or self.stop():
                break
            outcome.most = max(outcome.most, self._look_into(waiting.pop(), waiting))
        outcome.interrupted = bool(waiting) and self.stop()
        outcome.taken, outcome.covered = self.best, self.covered
        outcome.most = self._proved(max([outcome.most, *(branch.most for branch in waiting)]))
        return outcome

    def after(self, outcome: Outcome, taken: Whole, most: float) -> Outcome:
        """The outcome when another search has found these stations, and that none cover more than `most`."""
        covered = float(self.problem.weight[self.problem.reaching(taken) > 0].sum())
        if covered > self.covered:
            self.best, self.covered = taken, covered
        most = self._proved(min(most, outcome.most))
        return Outcome(self.best, self.covered, most, outcome.prices, self.stop() and most > self.limit)

    def _look_into(self, branch: _Branch, waiting: list[_Branch]) -> float:
        """Part a branch into two, which wait, or end it. Returns what plans of an ended one cover at most."""
        while True:
            missing = self.problem.p - len(branch.taken)
            free = np.flatnonzero(branch.free)
            if missing == 0 or len(free) <= missing:
                self._try(np.array([*branch.taken, *free[:missing]], dtype=np.int64))
                return self.covered
            bound = self._price(branch, BRANCH_ROUNDS, BRANCH_STEP)
            if bound.most <= self.limit:
                return self._proved(bound.most)
            if not self._fix(branch, bound, free, missing):
                break
        unsure = np.minimum(bound.mean[free], 1.0 - bound.mean[free]) * bound.worth[free]
        station = int(free[unsure.argmax()])
        rest = branch.free.copy()
        rest[station] = False
        most = min(branch.most, bound.most)
        waiting.append(_Branch(branch.taken, rest, bound.prices, most))
        waiting.append(_Branch([*branch.taken, station], rest, bound.prices, most))
        return self.covered

    @property
    def limit(self) -> float:
        """A branch that covers no more than this is not looked into."""
        if self.whole:  # the next better plan covers one more at least
            return max(self.enough(self.covered), self.covered + 1.0 - 1e-3)
        return self.nearly(self.covered)

    def _proved(self, most: float) -> float:
        """What no plan of a branch covers more than."""
        return self.covered if self.whole and most < self.covered + 1.0 else max(most, self.covered)

    def _fix(self, branch: _Branch, bound: _Bound, free: Whole, missing: int) -> bool:
        """Take and leave out stations by their reduced worth. True where the branch has changed enough to be priced
        again."""
        order = free[np.argsort(-bound.worth[free], kind="stable")]
        least_in, most_out = bound.worth[order[missing - 1]], bound.worth[order[missing]]
        useless = order[missing:][bound.most - least_in + bound.worth[order[missing:]] <= self.limit]
        needed = order[:missing][bound.most - bound.worth[order[:missing]] + most_out <= self.limit]
        branch.free = branch.free.copy()
        branch.free[useless] = branch.free[needed] = False
        branch.taken = [*branch.taken, *needed.tolist()]
        branch.prices = bound.prices
        branch.most = min(branch.most, bound.most)
        return len(needed) > 0 or len(useless) > 0.2 * len(order) or branch.free.sum() <= missing - len(needed)

    def _price(self, branch: _Branch, rounds: int, step: float) -> _Bound:
        """Bound a branch; ends early where it need not be looked into."""
        covered = self.problem.reaching(np.array(branch.taken, dtype=np.int64)) > 0
        weight = np.where(covered, 0.0, self.problem.weight)
        sure = float(self.problem.weight[covered].sum())
        scale = np.divide(1.0, weight, out=np.zeros_like(weight), where=weight > 0)
        free, missing = np.flatnonzero(branch.free), self.problem.p - len(branch.taken)
        prices = np.minimum(branch.prices, weight)
        best = _Bound(np.inf, prices, np.zeros(len(self.groups_of)), np.zeros(len(self.groups_of)))
        direction, mean, idle = np.zeros_like(weight), np.zeros(len(self.groups_of)), 0
        for number in range(rounds):
            self.work += self.by_group.nnz
            worth = self.by_station @ prices
            taken = free[np.argpartition(-worth[free], missing - 1)[:missing]]
            used = float(worth[taken].sum())
            most = sure + float((weight - prices).sum()) + used + self._rounding(used)
            if most < best.most - 1e-9 * abs(most) or number == 0:
                best, idle = _Bound(most, prices, worth, mean), 0
            else:
                idle += 1
            if most <= self.limit or step < SMALLEST_STEP:
                break
            if idle >= PATIENT_ROUNDS:
                step, idle, prices, direction = step * SHRINK, 0, best.prices, np.zeros_like(weight)
                continue
            mean *= 1.0 - LAST_ROUND
            mean[taken] += LAST_ROUND
            if (number + 1) % ROUNDS_A_TRY == 0:
                self._try(np.array([*branch.taken, *taken], dtype=np.int64))
            slope = self.problem.reaching(taken) - 1.0
            slope[((prices <= 0) & (slope > 0)) | ((prices >= weight) & (slope < 0))] = 0.0
            direction = slope * weight + DEFLECTION * direction
            length = float(np.square(direction) @ scale)
            if length <= 0.0:
                break
            prices = np.clip(prices - step * max(most - self.covered, 0.0) / length * direction, 0.0, weight)
        self._look_at(np.array([*branch.taken, *taken], dtype=np.int64))
        return _Bound(best.most, best.prices, best.worth, mean)

    def _rounding(self, used: float) -> float:
        """More than rounding can have taken off a bound."""
        return UNIT * (sum(self.by_group.shape) + 10) * (self.all + used)

    def _greedy(self) -> Whole:
        """The station that adds most, again and again."""
        left, taken = self.problem.weight.copy(), list[int]()
        for _ in range(self.problem.p):
            gain = self.by_station @ left
            gain[taken] = -1.0
            taken.append(int(gain.argmax()))
            left[self.groups_of[taken[-1]]] = 0.0
        return np.array(taken, dtype=np.int64)

    def _look_at(self, stations: Whole) -> None:
        """Better a plan only if it is the best as it is."""
        if self.problem.weight[self.problem.reaching(stations) > 0].sum() > self.covered:
            self._try(stations)

    def _try(self, stations: Whole) -> None:
        """Better a plan by interchange, and keep it if it is the best; each is tried once."""
        key = tuple(sorted(stations.tolist()))
        if key in self.tried:
            return
        self.tried.add(key)
        found, covered = self._interchange(np.array(key, dtype=np.int64))
        if covered > self.covered:
            self.best, self.covered = np.sort(found), covered

    def _interchange(self, stations: Whole) -> tuple[Whole, float]:
        """Exchange one station for another as long as that covers more; each time the best exchange."""
        stations, weight = stations.copy(), self.problem.weight
        reaching = self.problem.reaching(stations)
        while True:
            gains = self.by_station @ np.where(reaching == 0, weight, 0.0)
            best, exchange = 1e-9 * self.all, None
            for place, station in enumerate(stations.tolist()):
                alone = self.groups_of[station][reaching[self.groups_of[station]] == 1]
                lost = np.zeros_like(weight)
                lost[alone] = weight[alone]
                gain = gains + self.by_station @ lost - lost.sum()
                gain[stations] = -np.inf
                if gain.max() > best:
                    best, exchange = float(gain.max()), (place, int(gain.argmax()))
            self.work += len(stations) * self.by_group.nnz
            if exchange is None:
                return stations, float(weight[reaching > 0].sum())
            reaching[self.groups_of[stations[exchange[0]]]] -= 1.0
            reaching[self.groups_of[exchange[1]]] += 1.0
            stations[exchange[0]] = exchange[1]


@dataclass(frozen=True)
class _Bound:
    """What a branch covers at most, with the prices that prove it, the worth of the stations at them, and how much of
    the time each was taken."""

    most: float
    prices: Floats
    worth: Floats
    mean: Floats
