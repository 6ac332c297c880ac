"""One row of the table: what a step of more money buys, and at which sum the present plan changes. Pure tasks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from allocopt.city import City
from allocopt.plan import Plan
from allocopt.solver import Result, Status
from allocopt.solving.branching import bound_of
from allocopt.solving.buying import AMONG_ALL, Bought, Buying, Cheapest, are_few
from allocopt.solving.buying_by_hand import BuyingByHand
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
    `gain_relaxed`: what the relaxation gains by it. `unusable`: no plan can use more; `idle`: no plan was looked for,
    since the relaxation gains next to nothing. At `money` there is a plan that is better than `start` by `gain_then`,
    and does otherwise what `words` say; below `at_least` there is none. With a step more a plan is better by `gain`:
    that one, or `step_x`, whose objective is `step_objective`.
    """

    left: float
    gain_most: float
    gain_relaxed: float
    unusable: bool = False
    idle: bool = False
    start: float = math.inf
    money: float = math.inf
    at_least: float = 0.0
    gain_then: float = 0.0
    gain: float = 0.0
    words: list[str] = field(default_factory=list)
    step_x: str = ""
    step_objective: float = math.inf
    has_plan: bool = False


@dataclass(frozen=True)
class StepTask:
    """The plan that a row has with a step more, to be written."""

    change: ChangeTask
    found: Change


@dataclass(frozen=True)
class Stepped:
    """Whether that plan is kept."""

    has_plan: bool


def find_change(task: ChangeTask) -> Ended:
    """The smallest sum found at which there is a better plan near the present one, and what a step buys."""
    with ONE_AT_A_TIME:
        return _Row(task).change()


def tell_step(task: StepTask) -> Ended:
    """The best plan found with a step more, written as a plan of its own."""
    with ONE_AT_A_TIME:
        plan = _Row(task.change).told_step(task.found)
    return Ended(Stepped(plan is not None), plan)


@dataclass(frozen=True)
class _Sums:
    """The plan that takes the least money found, and the best found with a step more; below `at_least` there is
    none."""

    first: Bought | None
    at_least: float
    step: Bought | None = None


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

    def change(self) -> Ended:
        task = self.task
        step = self._relaxed(task.step)
        self.here = self.buying.relaxed(0.0)  # with the lines that the step needed, so that the two compare
        gain_relaxed = max(self.here.objective - step.objective, 0.0)
        if gain_relaxed <= NOTHING * max(abs(self.here.objective), 1.0) and self.buying.is_unusable(task.limit):
            return Ended(Change(self.left, 0.0, 0.0, unusable=True, at_least=math.inf))
        most = max(self.buying.objective - self._bound(task.step, step), 0.0)
        known = Change(self.left, most, gain_relaxed)
        few = are_few(self.search)
        if not few and gain_relaxed * task.limit / task.step < self.present.gain:
            return Ended(replace(known, idle=True))
        sums = self._among_all() if few else self._by_hand()
        known = replace(known, at_least=sums.at_least)
        if sums.first is None or (plan := self._told(sums.first, sums.first.money)) is None:
            return Ended(known)
        return Ended(self._with_plans(known, sums.first, sums.step, plan), plan)

    def _with_plans(self, known: Change, first: Bought, step: Bought | None, plan: Plan) -> Change:
        start = self.buying.objective
        gain_then = start - first.objective
        known = replace(
            known,
            start=start,
            money=first.money,
            gain_then=gain_then,
            gain=gain_then if first.money <= self.task.step else 0.0,
            words=self._words(plan),
            has_plan=True,
        )
        if step is None or (gain := start - step.objective) <= known.gain:
            return known
        return replace(known, gain=gain, step_x=packed(step.x), step_objective=step.objective)

    # Where whole numbers are few: all are searched, and what is proved is proved of all plans

    def _among_all(self) -> _Sums:
        at_least, gain = self._at_least(), self.present.gain
        if math.isinf(at_least):
            return _Sums(None, at_least)
        cheapest = self._cheapest()
        at_least, first = max(at_least, cheapest.at_least), cheapest.bought
        if first is None:
            return _Sums(None, at_least)
        first = self.buying.best(first.money, gain, AMONG_ALL, first.x)
        within = first.money < self.task.step
        return _Sums(first, at_least, self.buying.best(self.task.step, gain, AMONG_ALL, first.x) if within else None)

    def _at_least(self) -> float:
        """Below which sum no plan at all is better, by the relaxation."""
        self.buying.ask_for(self.present.gain)
        if self.here.objective <= self.buying.objective - self.present.gain:
            return 0.0
        return self.buying.least_money_relaxed(self.task.limit)

    def _cheapest(self) -> Cheapest:
        """The least money; a better plan that takes none is the one from which is counted."""
        for _ in range(MOST_FREE_OF_CHARGE):
            cheapest = self.buying.cheapest(self.task.limit, self.present.gain, AMONG_ALL)
            if cheapest.bought is None or cheapest.bought.money > 0:
                return cheapest
            better = self.buying.best(0.0, self.present.gain, AMONG_ALL, cheapest.bought.x)
            self._count_from(better)
            self.buying.ask_for(self.present.gain)
        return Cheapest(None, 0.0)

    def _count_from(self, better: Bought) -> None:
        self.buying.present, self.buying.objective = self.buying.without_more(better.x), better.objective

    # Where they are many: by hand

    def _by_hand(self) -> _Sums:
        """A better plan that takes no more money is the one from which is counted."""
        gain, limit = self.present.gain, self.task.limit
        hand = BuyingByHand(self.buying, [self.buying.present, unpacked(self.present.start)], gain)
        found = step = hand.best(self.task.step)
        if self._gain_of(step) < gain:
            found = hand.best(limit)
        at_least = self._at_least()
        first = None if math.isinf(at_least) else hand.least(limit, found)
        if first is not None and first.money == 0.0:
            self._count_from(first)
            first = found if self._gain_of(found) >= gain and found.money > 0.0 else None
        return _Sums(first, at_least, step if self._gain_of(step) >= gain else None)

    def _gain_of(self, bought: Bought) -> float:
        return self.buying.objective - bought.objective

    def told_step(self, found: Change) -> Plan | None:
        return self._told(Bought(unpacked(found.step_x), self.task.step, found.step_objective), self.task.step)

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
