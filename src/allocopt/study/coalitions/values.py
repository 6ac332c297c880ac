"""What every coalition is worth, as proved intervals.

    v(S) = what S answers for in the silo plan − the least it can make of it, the others held at that plan

Coalitions are valued from small to large, a size a round. What a round finds is carried upward: a plan of a smaller
coalition is a start for a larger one. Coalitions that face the same problem, because who joins can do nothing for the
others and answers for nothing, are solved once.

A task is a pure function of the city, the silo plan, and the coalitions and plans it names; it builds its own live
model, so that values depend neither on how many tasks run side by side nor on what was kept of an earlier run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from allocopt.city import City
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found
from allocopt.study.coalitions.live import AnyCoalition, Members
from allocopt.study.frontier.packing import packed, unpacked
from allocopt.study.keeping import Ended, Keeper
from allocopt.study.workers import Runner, chunks

# At most so many coalitions are solved on one live model, one after the other: a task.
CHUNK = 16
# Games with more bodies than this are patient with limits so many times as far apart: they have too many coalitions.
MOST_BODIES_TO_THE_END, PATIENCE = 7, 4.0
# A tree search ends after so many nodes, which is the same on every machine.
NODES = 50


@dataclass(frozen=True)
class Setting:
    """What all tasks share: the city, the silo plan by variable name, and how far apart limits may be, in CNY."""

    city: City
    silo: Mapping[str, float]
    near: float


@dataclass(frozen=True)
class Task:
    """Coalitions of one size, each with a plan to start from, packed (blank: none): that of the best smaller one."""

    setting: Setting
    coalitions: Sequence[tuple[Members, str]]


@dataclass(frozen=True)
class Value:
    """v of one coalition by itself, in CNY: reached by the plan `x` (packed; blank: none is told), proved not to exceed
    `high`. `solved` says whether it was solved, or follows from smaller and larger coalitions."""

    members: Members
    low: float
    high: float
    x: str
    solved: bool


@dataclass(frozen=True)
class Values:
    """What a task found, in its order."""

    found: list[Value]


NOBODY = Value(0, 0.0, 0.0, "", False)


@dataclass(frozen=True)
class WholeTask:
    """All together, whose value is known so far from the joint plan, given by variable name."""

    setting: Setting
    known: Value
    joint: Mapping[str, float]


def value_everybody(task: WholeTask) -> Value:
    """The value of all together, as near as that of any other coalition: the joint plan is a start for it."""
    if task.known.high - task.known.low <= task.setting.near:
        return task.known
    model = AnyCoalition(task.setting.city, task.setting.silo, threads=1)
    start = np.array([task.joint.get(v.name, 0.0) for v in model.search.arrays.variables])
    if task.known.high - task.known.low <= _patience(model) * task.setting.near:
        return task.known
    found = value_one(model, task.known.members, start, task.setting.near)
    better = found if found.low > task.known.low else task.known
    return replace(better, high=max(min(found.high, task.known.high), better.low))


def most_tasks(wanted: Iterable[Members]) -> int:
    """The tasks that value these coalitions, where no two have the same problem."""
    sizes = Counter(members.bit_count() for members in wanted if members)
    return sum(len(chunks(range(number), CHUNK)) for number in sizes.values())


class Coalitions:
    """The coalitions that are wanted besides nobody and everybody, in rounds by size, and of which others' problems
    they have the same."""

    def __init__(self, setting: Setting, wanted: Iterable[Members]) -> None:
        self.setting = setting
        model = AnyCoalition(setting.city, setting.silo, threads=1)
        self.bodies, self.everybody = model.bodies, model.everybody
        self.twin: dict[Members, Members] = {}
        first_of = {model.problem_of(0): 0}
        for members in sorted({*wanted} - {0, self.everybody}, key=lambda each: (each.bit_count(), each)):
            self.twin[members] = first_of.setdefault(model.problem_of(members), members)
        sizes = sorted({members.bit_count() for members in self.twin})
        self.rounds = [[each for each in self.twin if each.bit_count() == size] for size in sizes]

    def solved_in(self, members: Sequence[Members]) -> list[Members]:
        """Those that are solved, not the same as others."""
        return [each for each in members if self.twin[each] == each]

    def values(self, everybody: Value, keeper: Keeper, run: Runner) -> dict[Members, Value]:
        """Their values, with those of nobody and everybody."""
        values: dict[Members, Value] = {0: NOBODY, everybody.members: everybody}
        keeper.course.expect(value_chunk, sum(len(chunks(self.solved_in(each), CHUNK)) for each in self.rounds))
        for members in self.rounds:
            open_ = [(each, self._best_inside(each, values).x) for each in self.solved_in(members)]
            size, alike = members[0].bit_count(), len(members) - len(open_)
            keeper.course.say(f"coalitions of {size}: {len(open_)} to solve, {alike} the same as others")
            runs = chunks(open_, CHUNK)
            tasks = {f"coalitions-{size:02d}-{i:03d}": Task(self.setting, each) for i, each in enumerate(runs, 1)}
            for done in keeper.run(run, value_chunk, tasks, Values).values():
                values |= {value.members: value for value in done.found}
            same = {each: values[self.twin[each]] for each in members if self.twin[each] != each}
            values |= {each: replace(value, members=each, solved=False) for each, value in same.items()}
        return values

    def _best_inside(self, members: Members, values: Mapping[Members, Value]) -> Value:
        """The best of those with one body less that are known."""
        inside = (members & ~(1 << i) for i in range(len(self.bodies)) if members >> i & 1)
        return max((values[each] for each in inside if each in values), key=lambda value: value.low, default=NOBODY)


def value_chunk(task: Task) -> Ended:
    """The values of a task's coalitions, one after the other on one live model."""
    model = AnyCoalition(task.setting.city, task.setting.silo, threads=1)
    starts = ((members, unpacked(start) if start else None) for members, start in task.coalitions)
    return Ended(Values([value_one(model, members, start, task.setting.near) for members, start in starts]))


def value_one(model: AnyCoalition, members: Members, start: Floats | None, near: float) -> Value:
    """The value of one coalition on a live model."""
    before = model.answered_for(members, model.silo)
    model.turn_to(members)
    found = Found()
    for plan in _starts(model, members, start):
        worth = model.answered_for(members, plan)
        if worth < found.objective and model.allows(members, plan):
            found.x, found.objective = plan, worth
    patience = _patience(model)
    model.search.run_short(found, patience * near, NODES, first=patience > 1.0)
    x = "" if found.x is None else packed(found.x)
    return Value(members, before - found.objective, before - min(found.bound, found.objective), x, True)


def _patience(model: AnyCoalition) -> float:
    """How many times too wide a gap may stay before whole numbers are searched."""
    return 1.0 if len(model.bodies) <= MOST_BODIES_TO_THE_END else PATIENCE


def _starts(model: AnyCoalition, members: Members, start: Floats | None) -> Iterator[Floats]:
    for plan in (model.silo, start):
        if plan is not None:
            yield model.settled(members, plan)
