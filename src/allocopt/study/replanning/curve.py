"""The curve over the number of changes: what is found at one point holds at others as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from allocopt.plan import Plan
from allocopt.solving.search import Targets
from allocopt.study.replanning.points import Point


def spread(most: int, points: int) -> list[int]:
    """So many numbers of changes from 0 to the most, all of them where there are no more."""
    if points > most:
        return list(range(most + 1))
    return sorted({round(i * most / max(points - 1, 1)) for i in range(points)} | {most})


def carried(points: Sequence[Point]) -> list[Point]:
    """The points, ascending by changes, each with the best plan and the best bound that any of them gives it.

    A plan within k changes is within k + 1; what no plan within k + 1 can have less than, no plan within k can.
    """
    out = list(points)
    for i in range(1, len(out)):
        if out[i - 1].objective < out[i].objective:
            better = out[i - 1]
            out[i] = Point(out[i].changes, better.plan, better.objective, min(out[i].bound, better.objective))
    for i in reversed(range(len(out) - 1)):
        if out[i + 1].bound > out[i].bound:
            out[i] = replace(out[i], bound=min(out[i + 1].bound, out[i].objective))
    return [replace(point, plan=with_bound(point)) for point in out]


def with_bound(point: Point) -> Plan:
    """The plan with the bound of its point, and what follows from it."""
    plan, asked = point.plan, point.plan.manifest["options"]
    if not plan.tables:
        return plan
    above, undone = point.objective - point.bound, float(plan.loss_if_nobody_acts or 0.0)
    can_avoid = undone - point.bound
    is_loss = asked["objective"] == "loss"
    targets = Targets(asked["gap"], asked["gap_avoided"] if is_loss else None, undone, None)
    manifest = {
        **plan.manifest,
        "status": "optimal" if targets.reached(point.objective, point.bound) else "feasible",
        "bound": point.bound,
        "gap": above / max(abs(point.objective), 1.0),
        "gap_avoided": above / can_avoid if is_loss and can_avoid > 0 else None,
    }
    if point.changes is not None:
        manifest["within_changes"] = point.changes
    return Plan(manifest, plan.tables)
