"""What every coalition is worth, as proved intervals.

    v(S) = what S answers for in the silo plan − the least it can make of it, the others held at that plan

Coalitions are valued from small to large, a size a round. What a round finds is carried upward: a plan of a smaller
coalition is a start for a larger one. Coalitions that face the same problem, because who joins can do nothing for the
others and answers for nothing, are solved once.

A task is a pure function of the city, the silo plan, and the coalitions and plans it names; it builds its own live
model, so that values do not depend on how many tasks run side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from allocopt.city import City
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found
from allocopt.study.coalitions.live import AnyCoalition, Members
from allocopt.study.workers import Runner, chunks

# At most so many coalitions are solved on one live model, one after the other.
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
    """Coalitions of one size, each with a plan to start from: that of the best smaller one."""

    setting: Setting
    coalitions: Sequence[tuple[Members, Floats | None]]


@dataclass(frozen=True)
class Value:
    """v of one coalition by itself, in CNY: reached by the plan `x`, proved not to exceed `high`. `solved` says
    whether it was solved, or follows from smaller and larger coalitions."""

    members: Members
    low: float
    high: float
    x: Floats | None
    solved: bool


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


def value_all(setting: Setting, everybody: Value, run: Runner, tell: Callable[[str], None]) -> list[Value]:
    """The values of all coalitions, by their bits, the empty one first; that of all together is given."""
    model = AnyCoalition(setting.city, setting.silo, threads=1)
    bodies = len(model.bodies)
    values: dict[Members, Value] = {0: Value(0, 0.0, 0.0, None, False), everybody.members: everybody}
    twins: dict[bytes, Members] = {model.problem_of(0): 0}
    for size in range(1, bodies):
        open_, alike = [], {}
        for members in sorted(sum(1 << i for i in chosen) for chosen in combinations(range(bodies), size)):
            twin = twins.setdefault(model.problem_of(members), members)
            if twin != members:
                alike[members] = twin
                continue
            best = max((values[members & ~(1 << i)] for i in range(bodies) if members >> i & 1), key=lambda v: v.low)
            open_.append((members, best.x))
        tell(f"coalitions of {size}: {len(open_)} to solve, {len(alike)} the same as others")
        tasks = [Task(setting, chunk) for chunk in chunks(open_, CHUNK)]
        for found in run(value_chunk, tasks):
            values.update((value.members, value) for value in found)
        values.update(
            (members, replace(values[twin], members=members, solved=False)) for members, twin in alike.items()
        )
    return [values[members] for members in range(1 << bodies)]


def value_chunk(task: Task) -> list[Value]:
    """The values of a task's coalitions, one after the other on one live model."""
    model = AnyCoalition(task.setting.city, task.setting.silo, threads=1)
    return [value_one(model, members, start, task.setting.near) for members, start in task.coalitions]


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
    return Value(members, before - found.objective, before - min(found.bound, found.objective), found.x, True)


def _patience(model: AnyCoalition) -> float:
    """How many times too wide a gap may stay before whole numbers are searched."""
    return 1.0 if len(model.bodies) <= MOST_BODIES_TO_THE_END else PATIENCE


def _starts(model: AnyCoalition, members: Members, start: Floats | None) -> Iterator[Floats]:
    for plan in (model.silo, start):
        if plan is not None:
            yield model.settled(members, plan)
