"""The tables of the frontier, one function each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from allocopt.plan import PlanTable
from allocopt.plan.columns import table

COLUMNS: Mapping[str, PlanTable] = {
    name: table(name, columns, decision=False)
    for name, columns in {
        "frontier": "point =budget_cny =share status =objective =bound =gap =gap_avoided =loss =spending how plan",
        "between": "from to =from_cny =to_cny =objective_at_most =bound_at_least",
    }.items()
}


@dataclass(frozen=True)
class Standing:
    """What the study knows of one sum in the end; infinite where there is no plan."""

    name: str
    share: float
    budget_cny: float
    status: str
    objective: float
    bound: float
    gap_avoided: float | None
    loss: float
    spending: float
    how: str
    plan: str

    @property
    def gap(self) -> float:
        return (
            (self.objective - self.bound) / max(abs(self.objective), 1.0) if math.isfinite(self.objective) else math.nan
        )


def frontier(points: Sequence[Standing]) -> Iterator[dict[str, Any]]:
    for point in points:
        yield {
            "point": point.name,
            "budget_cny": point.budget_cny,
            "share": point.share,
            "status": point.status,
            "objective": finite(point.objective),
            "bound": finite(point.bound),
            "gap": point.gap,
            "gap_avoided": math.nan if point.gap_avoided is None else point.gap_avoided,
            "loss": finite(point.loss),
            "spending": finite(point.spending),
            "how": point.how,
            "plan": point.plan,
        }


def between(points: Sequence[Standing]) -> Iterator[dict[str, Any]]:
    """What is known between two sums: never worse than with the smaller, never better than with the larger."""
    for low, high in pairwise(points):
        yield {
            "from": low.name,
            "to": high.name,
            "from_cny": low.budget_cny,
            "to_cny": high.budget_cny,
            "objective_at_most": finite(low.objective),
            "bound_at_least": finite(high.bound),
        }


def finite(number: float) -> float:
    """A number for a table: none where it is infinite."""
    return number if math.isfinite(number) else math.nan
