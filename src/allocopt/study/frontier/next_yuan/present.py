"""The plan from which the next yuan is counted: that of the instance's own money, bettered near by.

A frontier's plan is good to its gap, which is often more than a step of money buys. What can be had near it for no
money is had first, so that what is told of more money is due to the money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from allocopt.city import City
from allocopt.solver import Result
from allocopt.solver.arrays import Floats
from allocopt.solving.buying import AMONG_ALL, Buying, are_few
from allocopt.solving.buying_by_hand import AMOUNTS_SHARE, amounts_anew, fill, make_room
from allocopt.solving.search import Found, Search, Targets
from allocopt.study.frontier.live import ONE_AT_A_TIME, Ground, live
from allocopt.study.frontier.next_yuan.raises import LIMIT_SHARE, Raised
from allocopt.study.frontier.packing import packed, unpacked
from allocopt.study.frontier.point import Record, packed_rows, packed_vertex, start_like, told
from allocopt.study.keeping import Ended

# A plan is better than another from this share of the objective on.
LEAST_GAIN = 1e-4
# A plan is filled up by hand so often; amounts decided anew can leave room for more.
MOST_FILLED = 8


@dataclass(frozen=True)
class PresentTask:
    """The point of the instance's own money, what is proved of it, and all that may be raised, with its limits."""

    ground: Ground
    city: City
    record: Record
    bound: float
    sums: tuple[tuple[Raised, float], ...]


@dataclass(frozen=True)
class Present:
    """The plan (`record`: its columns, and the lines and the vertex of the relaxation), the columns of one with
    which less of the money is spent (`start`), the relaxation's objective, what a yuan more of each line is worth
    there, and from which `gain` on another plan is better."""

    record: Record
    start: str
    relaxed: float
    worth: dict[str, float]
    gain: float
    has_plan: bool = True


def better_near_by(task: PresentTask) -> Ended:
    """The present plan."""
    with ONE_AT_A_TIME:
        return _bettered(task)


def _bettered(task: PresentTask) -> Ended:
    model, record = live(task.ground), task.record
    search, gain = model.search(task.city), LEAST_GAIN * max(abs(record.objective), 1.0)
    start_like(search, record)
    found, x = Found(), unpacked(record.x)
    search.keep_if_better(x, found)
    search.add_lines(x, 0.0)
    here = tightened(search, gain)
    (levels, columns, values), vertex = packed_rows(search.live.added), search.live.basis()
    worth = {} if here.duals is None else _worth(search, task, here.duals)
    record = replace(record, levels=levels, columns=columns, values=values, vertex=packed_vertex(vertex))
    if are_few(search):
        for one, _ in task.sums[:1]:  # the same are searched for every row
            found = _better(model.search(task.city), record, one, found, gain)
    else:
        x = _fill(search, found, gain)
    found.bound = task.bound
    plan = told(model, search, task.city, found)
    assert found.x is not None
    record = replace(
        record,
        status=plan.status,
        x=packed(found.x),
        objective=float(plan.manifest["objective"]),
        bound=float(plan.manifest["bound"]),
        loss=float(plan.manifest["loss"]),
        spending=float(plan.manifest["spending"]),
    )
    return Ended(Present(record, packed(x), here.objective, worth, gain), plan)


def tightened(search: Search, gain: float) -> Result:
    """The relaxation as the search stands, with lines where it lies."""
    search.tighten_relaxed(Targets(0.0, None, 0.0, None, absolute=gain), Found())
    return search.relaxation(None)


def _worth(search: Search, task: PresentTask, duals: Floats) -> dict[str, float]:
    dial, lines = task.ground.dial, sorted({line for one, _ in task.sums for line in one.lines})
    return {line: -float(sum(duals[row] for row, _ in dial.rows(search, line))) for line in lines}


def _better(search: Search, record: Record, one: Raised, found: Found, gain: float) -> Found:
    """The best plan found with the same money."""
    assert found.x is not None
    start_like(search, record)
    better = Buying(search, one.shares, found.x, found.objective).best(0.0, gain, AMONG_ALL)
    return Found(better.x, better.objective)


def _fill(search: Search, found: Found, gain: float) -> Floats:
    """Add by hand what the same money allows, until that betters the plan no more. Returns the plan with only those
    deeds added for which other amounts make room, so that money left is still left."""
    within, wider = search.city.model.money.within_budget, search.arrays.copy()
    for line, row in search.city.data.lines.items():
        wider.row_upper[search.rows_of(within, line)] += LIMIT_SHARE * row.amount_cny
    assert found.x is not None
    start = found.x
    for _ in range(MOST_FILLED):
        before = found.objective
        fill(search, search.arrays, [found.x], found, AMOUNTS_SHARE * gain)
        whole = np.round(found.x)
        make_room(search, wider, found, gain)
        start = start + np.where(search.arrays.whole, np.round(found.x) - whole, 0.0)
        if found.objective > before - gain:
            break
    best = Found()
    amounts_anew(search, start, best, gain)
    return start if best.x is None else best.x
