"""Capacitated facility location by itself: branch and bound on prices, where the problem is nothing else.

    min  Σ_i f[i] · y[i] + Σ_in c[i,n] · x[i,n] + Σ_n p[n] · u[n]
         Σ_i x[i,n] + u[n] ≥ d[n],  u[n] ≤ spare[n]          λ[n]
         Σ_n size[n] · x[i,n] ≤ room[i] · y[i],  x[i,n] ≤ d[n] · y[i],  y 0 or 1

For any prices λ ≥ 0 of a unit of need, a depot is worth what it gains when it fills its room with what gains most by
its size (a fractional knapsack), less what opening it costs; and

    L(λ) = Σ λ · d + Σ min(0, p − λ) · spare − Σ worth of the depots opened

is at most what any plan costs, where those above zero are opened, and more if their room is not enough for what must
be met (Lagrangian relaxation: Cornuéjols, Sridharan and Thizy 1991). Prices follow a deflected subgradient (Camerini,
Fratta and Maffioli 1975). The depots of a bound are a plan, whose shipments are a linear programme; its prices tell
which to open, close or exchange. A depot whose use, or whose want, would raise L to what the best plan costs is left
out, or taken, in the branch at hand; branches are those of one depot taken or left out (Görtz and Klose 2012).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allocopt.solver.arrays import Floats
from allocopt.solving.sending import ROOM_TOLERANCE, LocationProblem, Sending

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Rounds of prices before the first plan is bettered, at the root, and at a branch.
FIRST_ROUNDS, ROOT_ROUNDS, BRANCH_ROUNDS = 150, 1200, 60
# The length of the first steps, there and there; it shrinks to a share after so many rounds without a better bound.
ROOT_STEP, BRANCH_STEP, SMALLEST_STEP = 1.0, 1.0, 1e-3
SHRINK, PATIENT_ROUNDS, DEFLECTION = 0.7, 20, 0.7
# How much of the mean of the depots opened is the last round's; every so many rounds they are tried as a plan.
LAST_ROUND, ROUNDS_A_TRY = 0.05, 50
# Of the changes that may better a plan, so many are tried: the most promising.
MOST_CHANGES = 25
# Prices are looked at so many times at most, in units of ways; what is left is another's task.
MOST_WORK = 5 * 10**9
# Where more than this share of the free depots was decided by their worth, a branch is priced again.
PRICED_AGAIN = 0.2
# A room smaller than this is none.
LEAST = 1e-9
# One rounding, relative; a sum of n terms has n of them at most.
UNIT = 2.0**-52


@dataclass
class Outcome:
    """The depots of the best plan (None: no plan) and its cost, what none costs less than, the prices at the root, and
    how many depots any plan opens at least."""

    taken: Whole | None
    cost: float
    least: float
    prices: Floats
    fewest: int
    interrupted: bool = False


@dataclass
class _Branch:
    """Depots taken, and those still free; the prices to begin with; what its parent costs at least."""

    taken: Whole
    free: Whole
    prices: Floats
    least: float


@dataclass(frozen=True)
class _Bound:
    """What a branch costs at least, with the prices that prove it, by free depot its worth and whether it is opened
    there, how many must be at least, and by depot how much of the time it was opened."""

    least: float
    prices: Floats
    worth: Floats
    chosen: Flags
    fewest: int
    mean: Floats


@dataclass
class Locating:
    """The search. Where a plan costs so much, one that costs no less than `enough(cost)` is not looked for. `stop` is
    asked now and then; `told` hears (cost, least)."""

    problem: LocationProblem
    enough: Callable[[float], float]
    stop: Callable[[], bool] = lambda: False
    told: Callable[[float, float], None] = lambda _, __: None
    threads: int | None = None
    work: int = 0
    nodes: int = 0
    best: Whole | None = None
    cost: float = np.inf
    tried: dict[tuple[int, ...], tuple[float, Floats]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sending = Sending(self.problem, self.threads)
        # A price above the penalty gains nothing where all may be missed.
        all_may_be_missed = self.problem.spare >= self.problem.need
        self.dearest = np.where(all_may_be_missed, self.problem.penalty, np.inf)

    def solve(self) -> Outcome:
        """Search until nothing better is left, or until it has worked enough."""
        p = self.problem
        root = _Branch(np.flatnonzero(p.open), np.flatnonzero(~p.open), self._first_prices(), -np.inf)
        self._try(self._greedy())
        first = self._price(root, FIRST_ROUNDS, ROOT_STEP)
        self._better(root.free[first.chosen])
        root.prices = first.prices
        bound = self._price(root, ROOT_ROUNDS, 0.5 * ROOT_STEP)
        if self.best is None:  # where all depots together cannot do it, none can
            self._try(np.arange(len(p.room)))
        outcome = Outcome(self.best, self.cost, self.cost, bound.prices, bound.fewest)
        waiting = [_Branch(root.taken, root.free, bound.prices, bound.least)] if self.best is not None else []
        while waiting:
            self.told(self.cost, min([self.cost, *(branch.least for branch in waiting)]))
            if self.work > MOST_WORK or self.stop():
                break
            outcome.least = min(outcome.least, self._look_into(waiting.pop(), waiting))
        outcome.interrupted = bool(waiting) and self.stop()
        outcome.taken, outcome.cost = self.best, self.cost
        outcome.least = min([outcome.least, self.cost, *(branch.least for branch in waiting)])
        return outcome

    @property
    def limit(self) -> float:
        """A branch that costs no less than this is not looked into."""
        return self.enough(self.cost) if np.isfinite(self.cost) else np.inf

    def _look_into(self, branch: _Branch, waiting: list[_Branch]) -> float:
        """Part a branch into two, which wait, or end it. Returns what plans of an ended one cost at least."""
        self.nodes += 1
        while branch.least < self.limit:
            if not len(branch.free):
                return self._try(branch.taken)[0]
            bound = self._price(branch, BRANCH_ROUNDS, BRANCH_STEP)
            branch.least, branch.prices = max(branch.least, bound.least), bound.prices
            if branch.least < self.limit:
                self._try(np.concatenate([branch.taken, branch.free[bound.chosen]]))
            if branch.least < self.limit and not self._fix(branch, bound):
                self._part(branch, bound, waiting)
                return self.cost
        return branch.least

    def _part(self, branch: _Branch, bound: _Bound, waiting: list[_Branch]) -> None:
        """Two branches of the depot that the prices are least sure of; the likelier one is looked into first."""
        often = bound.mean[branch.free]
        place = int(np.abs(often - 0.5).argmin())
        rest = np.delete(branch.free, place)
        without = _Branch(branch.taken, rest, bound.prices, branch.least)
        with_it = _Branch(np.append(branch.taken, branch.free[place]), rest, bound.prices, branch.least)
        waiting += [without, with_it] if often[place] >= 0.5 else [with_it, without]

    def _fix(self, branch: _Branch, bound: _Bound) -> bool:
        """Take and leave out depots by their worth. True where the branch has changed enough to be priced again."""
        worth, chosen = bound.worth, bound.chosen
        # Where no fewer may be opened, one that is left out makes room for the next best, and the other way round.
        tight = int(chosen.sum()) <= bound.fewest
        spared = max(-worth[chosen].min(), 0.0) if tight and chosen.any() else 0.0
        instead = max(-worth[~chosen].max(initial=-np.inf), 0.0) if tight else 0.0
        out = ~chosen & (bound.least - worth - spared >= self.limit)
        into = chosen & (bound.least + worth + instead >= self.limit)
        branch.taken = np.concatenate([branch.taken, branch.free[into]])
        branch.free = branch.free[~(out | into)]
        return bool(into.any() or out.sum() > PRICED_AGAIN * len(out) or (out.any() and not len(branch.free)))

    def _price(self, branch: _Branch, rounds: int, step: float) -> _Bound:
        """Bound a branch; ends early where it need not be looked into."""
        p, depots = self.problem, np.concatenate([branch.taken, branch.free])
        missing, fewest = self._fewest(branch)
        mean = np.zeros(len(p.room))
        prices = np.clip(branch.prices, 0.0, self.dearest)
        nothing = np.zeros(len(branch.free))
        best = _Bound(-np.inf, prices, nothing, nothing > 0, fewest, mean)
        if missing:
            return _Bound(np.inf, prices, nothing, nothing > 0, fewest, mean)
        direction, idle = np.zeros_like(prices), 0
        for number in range(rounds):
            self.work += len(depots) * len(prices)
            least, worth, chosen, slope = self.looked_at(prices, depots, len(branch.taken), fewest)
            if least > best.least + 1e-9 * abs(least):
                best, idle = _Bound(least, prices, worth, chosen, fewest, mean), 0
            else:
                idle += 1
            if least >= self.limit or step < SMALLEST_STEP or self.stop():
                break
            if idle >= PATIENT_ROUNDS:
                step, idle, prices, direction = step * SHRINK, 0, best.prices, np.zeros_like(prices)
                continue
            mean *= 1.0 - LAST_ROUND
            mean[branch.free[chosen]] += LAST_ROUND
            if (number + 1) % ROUNDS_A_TRY == 0:
                self._try(np.concatenate([branch.taken, branch.free[chosen]]))
            slope[((prices <= 0) & (slope < 0)) | ((prices >= self.dearest) & (slope > 0))] = 0.0
            direction = slope + DEFLECTION * direction
            length = float(direction @ direction)
            if length <= 0.0:
                break
            aim = min(self.cost, 2.0 * abs(least) + 1.0) - least
            prices = np.clip(prices + step * max(aim, 1e-6 * abs(least)) / length * direction, 0.0, self.dearest)
        return best

    def looked_at(self, prices: Floats, depots: Whole, taken: int, fewest: int) -> tuple[float, Floats, Flags, Floats]:
        """L at these prices, the worth of the free depots, which of them are opened, and by how much each need is not
        met."""
        p = self.problem
        order, gain, filled = _fill(p, prices, depots)
        gained = (gain * filled).sum(axis=1)
        worth = gained - p.opening[depots]
        used = np.ones(len(depots), dtype=bool)
        used[taken:] = _chosen(worth[taken:], fewest)
        sent = np.bincount(order[used].ravel(), filled[used].ravel(), len(prices)) / p.size
        missed = np.where(prices > p.penalty, p.spare, 0.0)
        parts = (float(prices @ p.need), float(np.minimum(p.penalty - prices, 0.0)[missed > 0] @ missed[missed > 0]))
        size = parts[0] + abs(parts[1]) + float(gained.sum() + np.abs(p.opening[depots]).sum())
        rounding = UNIT * (sum(p.cost.shape) + 16) * size
        least = parts[0] + parts[1] - float(worth[used].sum()) - rounding
        return least, worth[taken:], used[taken:], p.need - sent - missed

    def _fewest(self, branch: _Branch) -> tuple[bool, int]:
        """Whether all depots of a branch have too little room, and how many of the free ones must be opened."""
        missing = self.problem.must - float(self.problem.room[branch.taken].sum())
        if missing <= ROOM_TOLERANCE * self.problem.must:
            return False, 0
        most = np.cumsum(np.sort(self.problem.room[branch.free])[::-1])
        fewest = int(np.searchsorted(most, missing - ROOM_TOLERANCE * self.problem.must)) + 1
        return fewest > len(most), fewest

    def _first_prices(self) -> Floats:
        """What a unit costs from the third nearest depot, or the penalty where there is none."""
        near = np.sort(self.problem.cost, axis=0)[min(2, len(self.problem.room) - 1)]
        return np.where(np.isfinite(near), near, self.problem.penalty)

    def _cheapest(self) -> Whole:
        """The depots that are not open yet, those first whose room is cheapest."""
        p = self.problem
        closed = np.flatnonzero(~p.open)
        return closed[np.argsort(p.opening[closed] / np.maximum(p.room[closed], LEAST), kind="stable")]

    def _greedy(self) -> Whole:
        """Depots whose room is cheapest, as many as are needed."""
        p = self.problem
        taken, order = np.flatnonzero(p.open), self._cheapest()
        room = float(p.room[taken].sum()) + np.cumsum(p.room[order])
        return np.concatenate([taken, order[: int(np.searchsorted(room, p.must)) + 1]])

    def _better(self, free: Whole) -> None:
        """Open, close and exchange as long as that costs less, from these depots on; by the prices of each plan the
        most promising changes first."""
        p = self.problem
        open_ = np.zeros(len(p.room), dtype=bool)
        open_[free] = open_[p.open] = True
        for i in self._cheapest().tolist():
            if p.room[open_].sum() >= p.must:
                break
            open_[i] = True
        cost, prices = self._try(np.flatnonzero(open_))
        while np.isfinite(cost) and not self.stop():
            for change in self._changes(open_, prices, cost):
                changed = open_ ^ change
                other, of_other = self._try(np.flatnonzero(changed))
                if other < cost - 1e-9 * abs(cost):
                    open_, cost, prices = changed, other, of_other
                    break
            else:
                return

    def _changes(self, open_: Flags, prices: Floats, cost: float) -> list[Flags]:
        """Depots to be opened, closed or exchanged, that may better a plan: by what its prices say at least."""
        p = self.problem
        everything = np.arange(len(p.room))
        _, worth, _, _ = self.looked_at(prices, everything, 0, 0)
        total = self.looked_at(prices, np.flatnonzero(open_), int(open_.sum()), 0)[0]
        closing, opening = np.append(np.flatnonzero(open_ & ~p.open), -1), np.append(np.flatnonzero(~open_), -1)
        worth, room = np.append(worth, 0.0), np.append(p.room, 0.0)
        least = total + worth[closing][:, None] - worth[opening][None, :]
        spare = p.room[open_].sum() - p.must - room[closing][:, None] + room[opening][None, :]
        least = np.where((least < cost) & (spare >= -ROOM_TOLERANCE * p.must), least, np.inf)
        least[-1, -1] = np.inf
        out: list[Flags] = []
        for place in np.argsort(least, axis=None, kind="stable")[:MOST_CHANGES].tolist():
            a, b = divmod(place, len(opening))
            if np.isfinite(least[a, b]):
                change = np.zeros(len(p.room) + 1, dtype=bool)
                change[[closing[a], opening[b]]] = True
                out.append(change[:-1])
        return out

    def _try(self, depots: Whole) -> tuple[float, Floats]:
        """What a plan costs that opens these, with its prices, kept if it is the best; each is tried once."""
        key = tuple(sorted(depots.tolist()))
        if key not in self.tried:
            self.tried[key] = self.sending.solve(np.array(key, dtype=np.int64))
        cost, prices = self.tried[key]
        if cost < self.cost:
            self.best, self.cost = np.array(key, dtype=np.int64), cost
        return cost, prices


def _chosen(worth: Floats, fewest: int) -> Flags:
    """Those that are worth something, and if these are too few the next best."""
    chosen = worth > 0
    if chosen.sum() < fewest:
        chosen[np.argsort(-worth, kind="stable")[:fewest]] = True
    return chosen


def _fill(problem: LocationProblem, prices: Floats, depots: Whole) -> tuple[Whole, Floats, Floats]:
    """For each of these depots the needs in the order of what a unit of room gains with them, that gain, and the room
    they get."""
    gain = np.maximum((prices - problem.cost[depots]) / problem.size, 0.0)
    order = np.argsort(-gain, axis=1)
    volume = (problem.need * problem.size)[order]
    gain = np.take_along_axis(gain, order, axis=1)
    left = problem.room[depots, None] - (np.cumsum(volume, axis=1) - volume)
    return order, gain, np.where(gain > 0, np.clip(left, 0.0, volume), 0.0)


def worth_at(problem: LocationProblem, prices: Floats) -> tuple[Floats, Floats, Floats]:
    """At these prices, by depot what it is worth and what one more unit of room would be, and by depot and need what a
    unit gains beyond the room that it takes."""
    everything = np.arange(len(problem.room))
    order, gain, filled = _fill(problem, prices, everything)
    full = filled.sum(axis=1) >= (1.0 - ROOM_TOLERANCE) * problem.room
    partly = filled < (problem.need * problem.size)[order]
    of_room = np.where(full & partly.any(axis=1), gain[everything, partly.argmax(axis=1)], 0.0)
    beyond = np.maximum(prices - problem.cost - problem.size * of_room[:, None], 0.0)
    return (gain * filled).sum(axis=1) - problem.opening, of_room, beyond
