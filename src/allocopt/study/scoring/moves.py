"""The few moves that better a plan most: the best plan of no more than k changes, for k = 0, 1, 2, …"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from allocopt.arrange.whole import Arranged
from allocopt.plan import Plan
from allocopt.plan.changes import Change, changes
from allocopt.solver.arrays import Floats
from allocopt.solving.near_plan import Near
from allocopt.solving.search import Found, Targets
from allocopt.tell.tables import plan_tables

# Unless told otherwise, moves are sought up to so many changes.
MOST_CHANGES = 5
# Each is sought to this share of what could be gained, at least.
SHARE = 0.02
# Gains below this share of the objective are the solver's own tolerance.
DUST = 1e-6


@dataclass(frozen=True)
class Move:
    """The best plan of at most `changes` changes: what it does otherwise, and what it comes to.

    `gain` is None where the plan before breaks rules, so that there is nothing to gain on."""

    changes: int
    objective: float
    bound: float
    gain: float | None
    done: tuple[Change, ...]


def best_moves(
    search: Near,
    arranged: Arranged,
    plan: Plan,
    free: Found,
    start: Floats | None,
    targets: Targets,
    most: int,
    tell: Callable[[str], None],
) -> tuple[Move, ...]:
    """Moves of 0 to `most` changes, each better than the one before, until one is as good as the best of all plans.

    `free` is the best plan of any number of changes, `start` the plan itself where it keeps the rules.
    """
    assert free.x is not None
    before = plan.objective if start is not None else None
    goal = _allowed(before, free, targets)
    out: list[Move] = []
    best = start
    for number in range(most + 1):
        tell(f"the best {number} change{'s' if number != 1 else ''}")
        found = search.within(number, replace(targets, absolute=goal), best)
        if found.interrupted or (found.x is None and not found.infeasible):
            break
        if found.x is None:
            continue
        last = out[-1].objective if out else before
        if last is None or found.objective < last - DUST * max(abs(last), 1.0):
            best = found.x
            out.append(_move(search, arranged, plan, found, number, before))
        if found.objective <= free.objective + goal:
            break
    return tuple(out)


def _allowed(before: float | None, free: Found, targets: Targets) -> float:
    """How near each move is sought: to a share of what could be gained, and no nearer than a plan itself."""
    if before is None:
        return targets.allowed(free.objective, free.bound)
    return max(SHARE * (before - free.bound), DUST * max(abs(before), 1.0))


def _move(search: Near, arranged: Arranged, plan: Plan, found: Found, number: int, before: float | None) -> Move:
    search.settle(found.x)  # type: ignore[arg-type]
    done = changes(plan.tables, plan_tables(search.city, arranged))
    gain = None if before is None else before - found.objective
    return Move(number, found.objective, min(found.bound, found.objective), gain, tuple(done))
