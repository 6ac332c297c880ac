"""What the next yuan buys: a row for each budget line, body and area, each found by itself and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocopt.arrange.money import arrange_lines
from allocopt.city import City
from allocopt.study.frontier.live import Ground
from allocopt.study.frontier.next_yuan.change import Change, ChangeTask, Stepped, StepTask, find_change, tell_step
from allocopt.study.frontier.next_yuan.present import Present, PresentTask, better_near_by
from allocopt.study.frontier.next_yuan.raises import Raised, raised
from allocopt.study.frontier.point import Record
from allocopt.study.frontier.sums import Sum
from allocopt.study.keeping import PLANS, Keeper
from allocopt.study.workers import Runner

PRESENT, STEP = "present", "-step"
NO_MONEY, BINDS_LESS = "it has no money to take a share of", "it binds less than those asked for"


@dataclass(frozen=True)
class Answer:
    """One row: what is raised by which step and limit, what was found, and the plan after the change."""

    raised: Raised
    step: float
    limit: float
    change: Change
    gain: float
    plan: str


@dataclass(frozen=True)
class Left:
    """A row that was left out, and why."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True)
class NextYuan:
    """All rows, the present plan, and what was left out and why."""

    present: Present
    answers: Sequence[Answer]
    left_out: Sequence[Left]


@dataclass(frozen=True)
class Asking:
    """Asks for so many sums with this step, from a point of the frontier."""

    ground: Ground
    city: City
    step: Sum
    most: int
    keeper: Keeper
    run: Runner

    def found(self, record: Record, bound: float) -> NextYuan:
        """The rows, from the point of the instance's own money and the bound that is proved for it."""
        lines = arrange_lines(self.city, self.ground.options.acting(self.city))
        rows, without = raised(lines)
        self.keeper.course.say("the next yuan: the present plan")
        apart = list({one.lines: one for one in reversed(rows)}.values())[::-1]
        sums = tuple((one, one.limit(self.step)) for one in apart)
        start = PresentTask(self.ground, self.city, record, bound, sums)
        present = self.keeper.run(self.run, better_near_by, {PRESENT: start}, Present)[PRESENT]
        names = {lines: f"next-{i + 1:02d}" for i, lines in enumerate(dict.fromkeys(one.lines for one in rows))}
        chosen = self._chosen(apart, present)
        tasks = {names[one.lines]: self._task(one, present) for one in chosen}
        self.keeper.course.say(f"the next yuan: {len(tasks)} sums")
        changes = self.keeper.run(self.run, find_change, tasks, Change)
        self._tell_steps(tasks, changes)
        asked = {one.lines for one in chosen}
        answers = [self._answer(one, names[one.lines], changes) for one in rows if one.lines in asked]
        left_out = [Left("line", name, NO_MONEY) for name in without]
        left_out += [Left(one.kind, one.name, BINDS_LESS) for one in rows if one.lines not in asked]
        return NextYuan(present, answers, left_out)

    def _chosen(self, apart: Sequence[Raised], present: Present) -> list[Raised]:
        """First those of which a step is worth most in the relaxation."""

        def worth(one: Raised) -> float:
            return one.step(self.step) * sum(share * present.worth.get(line, 0.0) for line, share in one.shares.items())

        return sorted(apart, key=worth, reverse=True)[: self.most]

    def _task(self, one: Raised, present: Present) -> ChangeTask:
        return ChangeTask(self.ground, self.city, present, one, one.step(self.step), one.limit(self.step))

    def _tell_steps(self, tasks: Mapping[str, ChangeTask], changes: Mapping[str, Change]) -> None:
        """Write what a step buys, where that is more than the first change."""
        more = {f"{name}{STEP}": StepTask(tasks[name], change) for name, change in changes.items() if change.step_x}
        self.keeper.run(self.run, tell_step, more, Stepped)

    def _answer(self, one: Raised, name: str, changes: Mapping[str, Change]) -> Answer:
        change = changes[name]
        plan = f"{PLANS}/{name}" if change.has_plan else ""
        return Answer(one, one.step(self.step), one.limit(self.step), change, change.gain, plan)
