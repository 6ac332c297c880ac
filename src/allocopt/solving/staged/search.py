"""The search over the first stage: bound it by cuts, value it by the recourse of every scenario, until both meet.

The L-shaped method (Van Slyke and Wets 1969) with a cut for each scenario (Birge and Louveaux 1988). First without
whole numbers: every cut is made between the point where the model of cuts is least and the best point known, which
keeps them from wandering (in-out separation; Ben-Ameur and Neto 2007). Then with whole numbers: a dive, and after it
the model of cuts, propose which depots to open; with these held, the stocks are improved without whole numbers, which
makes a plan, and the cuts that the proposal still lacks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocopt.arrange.prepositioning import Floats, Prepositioning
from allocopt.solver import Status
from allocopt.solving.dive import dive
from allocopt.solving.search import Progress, Targets
from allocopt.solving.staged.master import Master
from allocopt.solving.staged.recourse import Cut, LiveRecourse, Sent
from allocopt_models.city import CityData

# How far from the best point towards the least one of the model of cuts the next cut is made.
TOWARDS = 0.5
# Shares of the gap that was asked for, to which the search without whole numbers is driven: of all, and of held depots.
RELAXED_SHARE, HELD_SHARE, TREE_SHARE = 0.25, 0.1, 0.3
MOST_ROUNDS, MOST_HELD_ROUNDS = 200, 12
# The search ends after so many proposals that better neither plan nor bound: what is left is the solver's tolerance.
IDLE_ROUNDS = 5
# Rounds in which ways join while a point is valued.
SIFTING = 2


@dataclass
class Best:
    """The best plan so far, as columns of the first stage and what each scenario then sends; and the bound."""

    x: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    sent: list[Sent] = field(default_factory=list)
    rounds: int = 0
    interrupted: bool = False


class StagedSearch:
    """One city's search; `run` once."""

    def __init__(
        self,
        data: CityData,
        case: Prepositioning,
        *,
        threads: int | None = None,
        progress: Progress | None = None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.progress = progress
        self.master = Master(data, case, threads=threads, interrupted=interrupted)
        self.recourse = [LiveRecourse(case, o, threads=threads, interrupted=interrupted) for o in case.recourse]
        self.best = Best()
        self.whole = np.flatnonzero(self.master.arrays.whole)

    def run(self, targets: Targets) -> Best:
        """Search until the targets are reached, or time ends."""
        best, start, idle = self.best, self._start(targets), 0
        relaxed = None if start is None else self._converge(start, targets, RELAXED_SHARE, MOST_ROUNDS, bounds=True)
        if relaxed is None:
            return best
        going = self._hold(dive(self.master.live, relaxed, targets.deadline), targets)
        while going and idle < IDLE_ROUNDS and not targets.reached(best.objective, best.bound):
            before = (best.objective, best.bound)
            going = self._propose(targets)
            idle = idle + 1 if (best.objective, best.bound) == before else 0
        return best

    def _start(self, targets: Targets) -> Floats | None:
        """A point well inside: where the interior point method comes to rest when nothing is minimised."""
        cost, offset = self.master.arrays.cost.copy(), self.master.arrays.offset
        live = self.master.live
        live.set_costs(np.zeros(len(cost)), 0.0)
        result = live.solve(relaxed=True, inside=True, deadline=targets.deadline)
        live.set_costs(cost, offset)
        return result.x

    def _converge(self, inner: Floats, targets: Targets, share: float, most: int, *, bounds: bool) -> Floats | None:
        """Add cuts without whole numbers, from the point `inner`, until bound and value differ by no more than this
        share of the gap that was asked for. The best point; None when stopped. `bounds`: nothing is held, so that the
        bound holds for all plans."""
        value = self._valued(inner, targets)
        if value is None:
            return None
        towards = TOWARDS
        for _ in range(most):
            result = self.master.live.solve(relaxed=True, deadline=targets.deadline)
            if result.status is not Status.OPTIMAL or result.x is None:
                return None
            if bounds:
                self.best.bound = max(self.best.bound, result.bound)
                self._tell()
            if value - result.bound <= share * targets.allowed(value, self.best.bound):
                break
            point = inner + towards * (result.x - inner)
            new = self._valued(point, targets)
            if new is None:
                return None
            towards = TOWARDS if new < value or towards == 1.0 else 1.0
            if new < value:
                inner, value = point, new
        return inner

    def _propose(self, targets: Targets) -> bool:
        """Open what the model of cuts says, improve the stocks for it, and keep the plan. False when stopped."""
        best, live = self.best, self.master.live
        best.rounds += 1
        allowed = targets.allowed(best.objective if np.isfinite(best.objective) else best.bound, best.bound)
        result = live.solve(
            absolute_gap=TREE_SHARE * allowed, start=best.x, deadline=targets.deadline, progress=self._tell_bound
        )
        best.bound = max(best.bound, result.bound)
        if result.x is None or result.status is Status.STOPPED:
            best.interrupted = result.interrupted
            return False
        return self._hold(result.x, targets)

    def _hold(self, x: Floats | None, targets: Targets) -> bool:
        """Improve the stocks with the depots of a whole point held. False when stopped."""
        if x is None:
            return True
        live, lower, upper = self.master.live, self.master.arrays.lower.copy(), self.master.arrays.upper.copy()
        x = np.where(self.master.arrays.whole, np.round(x), x)
        held_lower, held_upper = lower.copy(), upper.copy()
        held_lower[self.whole] = held_upper[self.whole] = x[self.whole]
        live.set_all_bounds(held_lower, held_upper)
        found = self._converge(x, targets, HELD_SHARE, MOST_HELD_ROUNDS, bounds=False)
        live.set_all_bounds(lower, upper)
        self._tell()
        return found is not None

    def _valued(self, x: Floats, targets: Targets) -> float | None:
        """The objective of a point, cut there; a plan is kept if it is the best. None when stopped."""
        stock, left = self.master.stock(x), self.master.left(x)
        cuts: list[Cut] = []
        sent: list[Sent] = []
        for recourse in self.recourse:
            answer = recourse.solve(stock, left, rounds=SIFTING, deadline=targets.deadline)
            if answer is None:
                self.best.interrupted = self.best.interrupted or recourse.live.was_interrupted
                return None
            cuts.append(answer[0])
            sent.append(answer[1])
        self.master.add(cuts)
        costs = np.array([one.cost for one in sent])
        objective = self.master.first_cost(x) + float(self.master.chances @ costs)
        if self._is_whole(x) and objective < self.best.objective:
            kept = x.copy()
            kept[self.master.recourse] = costs
            self.best.x, self.best.objective, self.best.sent = kept, objective, sent
        return objective

    def _is_whole(self, x: Floats) -> bool:
        return bool((x[self.whole] == np.round(x[self.whole])).all())

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.best.objective, self.best.bound)

    def _tell_bound(self, _: float, bound: float) -> None:
        if self.progress is not None:
            self.progress(self.best.objective, max(bound, self.best.bound))
