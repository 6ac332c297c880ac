"""The tables of the frontier, one function each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from allocopt.plan import PlanTable
from allocopt.plan.columns import table
from allocopt.study.frontier.rounds import Standing

COLUMNS: Mapping[str, PlanTable] = {
    name: table(name, columns, decision=False)
    for name, columns in {
        "frontier": "point =budget_cny =share status =objective =bound =gap =gap_avoided =loss =spending how plan",
        "between": "from to =from_cny =to_cny =objective_at_most =bound_at_least",
    }.items()
}


def frontier(points: Sequence[Standing], whole_cny: float) -> Iterator[dict[str, Any]]:
    for point in points:
        yield {
            "point": point.name,
            "budget_cny": point.share * whole_cny,
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


def between(points: Sequence[Standing], whole_cny: float) -> Iterator[dict[str, Any]]:
    """What is known between two sums: never worse than with the smaller, never better than with the larger."""
    for low, high in pairwise(points):
        yield {
            "from": low.name,
            "to": high.name,
            "from_cny": low.share * whole_cny,
            "to_cny": high.share * whole_cny,
            "objective_at_most": finite(low.objective),
            "bound_at_least": finite(high.bound),
        }


def finite(number: float) -> float:
    """A number for a table: none where it is infinite."""
    return number if math.isfinite(number) else math.nan
