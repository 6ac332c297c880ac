"""The tables of the study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allocopt.plan import PlanTable
from allocopt.plan.columns import table
from allocopt.study.foreknowledge.foresight import Foresight
from allocopt.study.foreknowledge.surveys import Worth

COLUMNS: Mapping[str, PlanTable] = {
    name: table(name, columns, decision=False)
    for name, columns in {
        "information": "measure =low =value =high note",
        "scenarios": "scenario =chance =wait_and_see =wait_and_see_bound =here_and_now =mean_plan",
        "broken": "standard scenario site area period =required =reached",
        "surveys": "survey *rows =loss_cny =worth_low =worth =worth_high =error basis",
    }.items()
}
Rows = Iterator[Mapping[str, Any]]


def study_rows(foresight: Foresight, worths: Sequence[Worth]) -> dict[str, Rows]:
    """The rows of all tables by name; those that have nothing to say have none."""
    return {
        "information": _information(foresight),
        "scenarios": _scenarios(foresight),
        "broken": (vars(missed) for missed in foresight.missed),
        "surveys": _surveys(worths),
    }


def _information(foresight: Foresight) -> Rows:
    for measure, figure in foresight.figures.items():
        yield {"measure": measure, **vars(figure)}


def _scenarios(foresight: Foresight) -> Rows:
    for world, chance in foresight.chance.items():
        seen = foresight.wait_and_see.get(world)
        yield {
            "scenario": world,
            "chance": chance,
            "wait_and_see": seen.value if seen else None,
            "wait_and_see_bound": seen.low if seen else None,
            "here_and_now": foresight.here_and_now.get(world),
            "mean_plan": foresight.mean_plan.get(world),
        }


def _surveys(worths: Sequence[Worth]) -> Rows:
    for worth in worths:
        yield {
            "survey": worth.name,
            "rows": worth.rows,
            "loss_cny": worth.loss_cny,
            "worth_low": worth.figure.low,
            "worth": worth.figure.value,
            "worth_high": worth.figure.high,
            "error": worth.error,
            "basis": worth.basis,
        }
