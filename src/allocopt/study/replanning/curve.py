"""The curve over the number of changes: what is found at one point holds at others as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allocopt.plan.changes import Change
from allocopt.study.replanning.points import Point


@dataclass(frozen=True)
class Found:
    """The plan of a point, as it was found at this one or at one of fewer changes: its folder among the plans, what it
    comes to, and what it does otherwise than the present one."""

    name: str
    objective: float
    loss: float
    spending: float
    done: tuple[Change, ...]


@dataclass(frozen=True)
class Carried:
    """A point with the best plan and the best bound that any point gives it."""

    changes: int | None
    status: str
    bound: float
    found: Found | None
    conflict: dict[str, Any] | None = None

    @property
    def objective(self) -> float:
        return np.inf if self.found is None else self.found.objective


def spread(most: int, points: int) -> list[int]:
    """So many numbers of changes from 0 to the most, all of them where there are no more."""
    if points > most:
        return list(range(most + 1))
    return sorted({round(i * most / max(points - 1, 1)) for i in range(points)} | {most})


def carried(points: Sequence[tuple[Point, Found | None]]) -> list[Carried]:
    """The points, ascending by changes.

    A plan within k changes is within k + 1; what no plan within k + 1 can have less than, no plan within k can.
    """
    best: Found | None = None
    plans = []
    for _, found in points:
        if found is not None and (best is None or found.objective < best.objective):
            best = found
        plans.append(best)
    bound, out = -np.inf, []
    for (point, _), plan in reversed(list(zip(points, plans, strict=True))):
        bound = max(bound, point.bound)
        status = point.status if plan is None or point.has_plan else "feasible"
        out.append(Carried(point.changes, status, min(bound, np.inf if plan is None else plan.objective), plan))
    return out[::-1]
