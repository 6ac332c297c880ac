"""The tables of the study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from allocopt.plan import PlanTable
from allocopt.plan.changes import number_of
from allocopt.plan.columns import table
from allocopt.study.replanning.curve import Carried
from allocopt.summary.changes import in_words
from allocopt.summary.naming import Names

# A blank number of changes is any number. `made` are those that the plan makes, in words in `what`; `plan` is its
# folder among the study's plans.
COLUMNS: Mapping[str, PlanTable] = {
    "replan": table(
        "replan",
        "=changes status =objective =bound =gap =gain =loss =spending =made plan what",
        decision=False,
    ),
    "changes": table("changes", "=changes table what place period shift via *before *after", decision=False),
}


def study_rows(present: float, points: Sequence[Carried], names: Names) -> dict[str, Iterable[Mapping[str, Any]]]:
    """A row for each point, and a row for each number that its plan changes; `present` is the present objective."""
    return {"replan": _points(present, points, names), "changes": _changes(points)}


def _points(present: float, points: Sequence[Carried], names: Names) -> Iterator[dict[str, Any]]:
    for point in points:
        found, objective = point.found, point.objective
        yield {
            "changes": point.changes,
            "status": point.status,
            "objective": _finite(objective),
            "bound": _finite(point.bound),
            "gap": None if found is None else (objective - point.bound) / max(abs(objective), 1.0),
            "gain": _finite(present - objective),
            "loss": None if found is None else found.loss,
            "spending": None if found is None else found.spending,
            "made": None if found is None else number_of(list(found.done)),
            "plan": "" if found is None else found.name,
            "what": "" if found is None else "; ".join(in_words(found.done, names)),
        }


def _changes(points: Sequence[Carried]) -> Iterator[dict[str, Any]]:
    for point in points:
        for change in point.found.done if point.found else ():
            told = {"changes": point.changes, "before": change.before, "after": change.after}
            yield change.deed._asdict() | told


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
