"""The tables of the fairness study, one function each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocopt.plan import PlanTable
from allocopt.plan.columns import table
from allocopt.study.frontier.rounds import Standing
from allocopt.study.frontier.tables import finite
from allocopt.study.worst_off.areas import Areas
from allocopt.study.worst_off.spread import gini, kolm_pollak, mean

_FAIRNESS = (
    "point =worst_at_most =worst area status =objective =bound =gap =loss =avoided_cny =more_cny"
    " =more_at_least_cny =more_at_most_cny =price_of_fairness =mean_per_head =gini =kolm_pollak =spending how plan"
)
COLUMNS: Mapping[str, PlanTable] = {
    name: table(name, columns, decision=False)
    for name, columns in {
        "fairness": _FAIRNESS,
        "areas": "point area =people =loss_cny =per_head =compared",
    }.items()
}


@dataclass(frozen=True)
class Spread:
    """A point of the frontier, with what its plan's tables say is lost in each area; {} without a plan."""

    standing: Standing
    lost: Mapping[str, float]


def fairness(points: Sequence[Spread], areas: Areas, kappa: float) -> Iterator[dict[str, Any]]:
    """By point what it costs against the last, which has the least loss."""
    least = points[-1].standing
    for point in points:
        here, area, worst = point.standing, "", math.nan
        if point.lost:
            area, worst = areas.worst(point.lost)
        more = here.objective - least.objective
        yield {
            "point": here.name,
            "worst_at_most": here.share,
            "worst": worst,
            "area": area,
            "status": here.status,
            "objective": finite(here.objective),
            "bound": finite(here.bound),
            "gap": here.gap,
            "loss": finite(here.loss),
            "avoided_cny": finite(here.loss_if_nobody_acts - here.loss),
            "more_cny": finite(more),
            "more_at_least_cny": 0.0 if here is least else finite(max(0.0, here.bound - least.objective)),
            "more_at_most_cny": 0.0 if here is least else finite(here.objective - least.bound),
            "price_of_fairness": finite(more / least.objective) if least.objective else math.nan,
            **_spread(point, areas, kappa),
            "spending": finite(here.spending),
            "how": here.how,
            "plan": here.plan,
        }


def _spread(point: Spread, areas: Areas, kappa: float) -> dict[str, float]:
    """How unevenly the loss per head is spread; blank where nobody lives."""
    values, people = areas.per_head(point.lost)
    if not values:
        return dict.fromkeys(("mean_per_head", "gini", "kolm_pollak"), math.nan)
    return {
        "mean_per_head": mean(values, people),
        "gini": gini(values, people),
        "kolm_pollak": kolm_pollak(values, people, kappa),
    }


def of_areas(points: Sequence[Spread], areas: Areas) -> Iterator[dict[str, Any]]:
    """Every area at every point; `compared` is its loss by the measure of the city."""
    for point in points:
        for name, lost in point.lost.items():
            people = areas.people[name]
            yield {
                "point": point.standing.name,
                "area": name,
                "people": people,
                "loss_cny": lost,
                "per_head": lost / people if people > 0 else math.nan,
                "compared": lost / areas.compared[name].divisor,
            }
