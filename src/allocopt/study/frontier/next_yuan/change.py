"""One row of the table: what a step of more money buys, and at which sum the present plan changes. Pure tasks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from allocopt.city import City
from allocopt.plan import Plan
from allocopt.solver import Result, Status
from allocopt.solving.branching import bound_of
from allocopt.solving.buying import AMONG_ALL, Bought, Buying, Cheapest, Patience, apart, patience, trace
from allocopt.solving.search import Found
from allocopt.study.frontier.live import ONE_AT_A_TIME, Ground, live
from allocopt.study.frontier.next_yuan.present import Present, tightened
from allocopt.study.frontier.next_yuan.raises import Raised
from allocopt.study.frontier.packing import packed, unpacked
from allocopt.study.frontier.point import start_like, told
from allocopt.study.keeping import Ended
from allocopt.summary.changes import bought_in_words
from allocopt.summary.naming import Names
from allocopt.tell.tables import plan_tables

# A better plan that takes no more money is looked for so often.
MOST_FREE_OF_CHARGE = 2
# Where a line's multiplier and what is left of it are of this size, they are none.
NOTHING = 1e-9


@dataclass(frozen=True)
class ChangeTask:
    """Lines raised from what the present plan has, by a step and up to a limit."""

    ground: Ground
    city: City
    present: Present
    raised: Raised
    step: float
    limit: float


@dataclass(frozen=True)
class Change:
    """What was found for lines that are raised; infinite `money`: no sum.

    `left`: what the present plan leaves of them. `gain_most`: no plan with a step more betters the present one by more;
    `gain_relaxed`: what the relaxation gains by it. `unusable`: no plan can use more. At `money` there is a plan (`x`)
    that is better than `start` by `gain_then`, and does otherwise what `words` say; below `at_least` there is none.
    """

    left: float
    gain_most: float
    gain_relaxed: float
    unusable: bool
    start: float = math.inf
    money: float = math.inf
    at_least: float = 0.0
    gain_then: float = 0.0
    x: str = ""
    words: list[str] = field(default_factory=list)
    has_plan: bool = False


@dataclass(frozen=True)
class StepTask:
    """The step of a row whose plan changes within it, `first` as it says."""

    change: ChangeTask
    first: Change


@dataclass(frozen=True)
class Stepped:
    """What the best plan found with a step more gains; it is kept where it gains more than the first change."""

    gain: float
    has_plan: bool


def find_change(task: ChangeTask) -> Ended:
    """The smallest sum found at which there is a better plan near the present one."""
    with ONE_AT_A_TIME:
        return _Row(task).change()


def take_step(task: StepTask) -> Ended:
    """The best plan found with a step more."""
    with ONE_AT_A_TIME:
        return _Row(task.change).step(task.first)


class _Row:
    def __init__(self, task: ChangeTask) -> None:
        self.task, self.live, self.present = task, live(task.ground), task.present
        self.search = self.live.search(task.city)
        start_like(self.search, self.present.record)
        x = unpacked(self.present.record.x)
        self.buying = Buying(self.search, task.raised.shares, x, self.present.record.objective)
        self.left = self.buying.left_by(x)
        self.search.add_lines(x, 0.0)
        self.here = self.buying.relaxed(0.0)

    # At which sum the plan changes

    def change(self) -> Ended:
        task, gain = self.task, self.present.gain
        step = self._relaxed(task.step)
        self.here = self.buying.relaxed(0.0)  # with the lines that the step needed, so that the two compare
        gain_relaxed = max(self.here.objective - step.objective, 0.0)
        free = self._free(step)
        if gain_relaxed <= NOTHING * max(abs(self.here.objective), 1.0) and self.buying.is_unusable(task.limit):
            return Ended(Change(self.left, 0.0, 0.0, unusable=True, at_least=math.inf))
        most = max(self.buying.objective - self._bound(task.step, step), 0.0)
        known = Change(self.left, most, gain_relaxed, unusable=False)
        at_least = self._at_least()
        if math.isinf(at_least) or not free.any():
            return Ended(replace(known, at_least=at_least))
        how = patience(self.search, free)
        with self.buying.holding(free):
            cheapest = self._cheapest(how)
            bought = cheapest.bought
            if bought is not None:
                bought = self.buying.best(bought.money, gain, how, bought.x)
        at_least = max(at_least, cheapest.at_least) if how is AMONG_ALL else at_least
        if bought is None or (plan := self._told(bought, bought.money)) is None:
            return Ended(replace(known, at_least=at_least))
        return Ended(
            replace(
                known,
                start=self.buying.objective,
                money=bought.money,
                at_least=at_least,
                gain_then=self.buying.objective - bought.objective,
                x=packed(bought.x),
                words=self._words(plan),
                has_plan=True,
            ),
            plan,
        )

    def _at_least(self) -> float:
        """Below which sum no plan at all is better, by the relaxation."""
        self.buying.ask_for(self.present.gain)
        if self.here.objective <= self.buying.objective - self.present.gain:
            return 0.0
        return self.buying.least_money_relaxed(self.task.limit)

    def _cheapest(self, how: Patience) -> Cheapest:
        """The least money; a better plan that takes none is the one from which is counted."""
        for _ in range(MOST_FREE_OF_CHARGE):
            cheapest = self.buying.cheapest(self.task.limit, self.present.gain, how)
            if cheapest.bought is None or cheapest.bought.money > 0:
                return cheapest
            better = self.buying.best(0.0, self.present.gain, how, cheapest.bought.x)
            self.buying.present, self.buying.objective = better.x, better.objective
            self.buying.ask_for(self.present.gain)
        return Cheapest(None, 0.0)

    # What a step buys

    def step(self, first: Change) -> Ended:
        step, x = self.task.step, unpacked(first.x)
        free = self._free(self._relaxed(step)) | apart(self.search, self.buying.present, x)
        with self.buying.holding(free):
            best = self.buying.best(step, self.present.gain, patience(self.search, free), x)
        gained = first.start - best.objective
        plan = self._told(best, step) if gained > first.gain_then else None
        return Ended(Stepped(first.gain_then if plan is None else gained, plan is not None), plan)

    # What both need

    def _relaxed(self, money: float) -> Result:
        self.buying.allow(money)
        return tightened(self.search, self.present.gain)

    def _bound(self, money: float, relaxed: Result) -> float:
        """What no plan with so much more costs less than."""
        shares = self.task.raised.shares
        dial, options = self.task.ground.dial, self.task.ground.options
        amounts = dial.amounts(self.task.city, options)
        more = {line: amount + shares.get(line, 0.0) * money for line, amount in amounts.items()}
        by_tree = bound_of(self.present.record.tree, more, self.live.most)
        return max(by_tree, relaxed.bound if relaxed.status is Status.OPTIMAL else -math.inf)

    def _free(self, step: Result) -> NDArray[np.bool_]:
        """The whole numbers that are searched."""
        return trace(self.search, self.here, step, self.buying.relaxed(self.task.limit))

    def _told(self, bought: Bought, money: float) -> Plan | None:
        """The plan in the city with so much more; None where it does not fit there, which rounding alone could do."""
        city = self.task.raised.given(self.task.city, money)
        search, x = self.live.search(city), self.buying.without_more(bought.x)
        if not search.arrays.allows(x):
            return None
        amounts = self.task.ground.dial.amounts(city, self.task.ground.options)
        bound = bound_of(self.present.record.tree, amounts, self.live.most)
        return told(self.live, search, city, Found(x, bought.objective, bound))

    def _words(self, plan: Plan) -> list[str]:
        """What a plan does otherwise than the one from which is counted."""
        self.search.settle(self.buying.present)
        before = plan_tables(self.search.city, self.live.arranged)
        return bought_in_words(before, plan.tables, Names(plan.manifest))
