"""The tables of the study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from allocopt.plan import PlanTable
from allocopt.plan.changes import changes, number_of
from allocopt.plan.columns import table
from allocopt.plan.frames import frame_of
from allocopt.study.replanning.points import Point, Seen
from allocopt.summary.changes import in_words
from allocopt.summary.naming import Names

if TYPE_CHECKING:
    import pandas as pd

# A blank number of changes is any number. `made` are those that the plan makes, in words in `what`.
COLUMNS: Mapping[str, PlanTable] = {
    "replan": table(
        "replan",
        "=changes status =objective =bound =gap =gain =loss =spending =made what",
        decision=False,
    ),
    "changes": table("changes", "=changes table what place period shift via *before *after", decision=False),
}


def study_tables(seen: Seen, points: Sequence[Point]) -> dict[str, pd.DataFrame]:
    """A row for each point, and a row for each number that its plan changes."""
    rows = {"replan": _points(seen, points), "changes": _changes(seen, points)}
    return {name: frame_of(spec, list(rows[name])) for name, spec in COLUMNS.items()}


def _points(seen: Seen, points: Sequence[Point]) -> Iterator[dict[str, Any]]:
    for point in points:
        plan = point.plan
        made = changes(seen.plan.tables, plan.tables) if plan.tables else []
        yield {
            "changes": point.changes,
            "status": plan.status,
            "objective": _finite(point.objective),
            "bound": _finite(point.bound),
            "gap": plan.gap if plan.tables else None,
            "gain": _finite(seen.objective - point.objective) if plan.tables else None,
            "loss": plan.loss if plan.tables else None,
            "spending": plan.spending if plan.tables else None,
            "made": number_of(made) if plan.tables else None,
            "what": "; ".join(in_words(made, Names(plan.manifest))),
        }


def _changes(seen: Seen, points: Sequence[Point]) -> Iterator[dict[str, Any]]:
    for point in points:
        for change in changes(seen.plan.tables, point.plan.tables) if point.plan.tables else ():
            told = {"changes": point.changes, "before": change.before, "after": change.after}
            yield change.deed._asdict() | told


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
