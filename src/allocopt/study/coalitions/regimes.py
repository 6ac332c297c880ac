"""The three regimes: each body alone, with the links of the instance, all as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allocopt.city import City
from allocopt.plan.manifest import plain
from allocopt.solving.run import find
from allocopt.study.keeping import Ended

REGIMES = ("silo", "linked", "joint")


@dataclass(frozen=True)
class RegimeTask:
    """One regime to be solved, by the expected loss."""

    city: City
    regime: str
    gap: float
    gap_avoided: float | None
    time_limit: float | None


@dataclass(frozen=True)
class Record:
    """What was found of a regime: `values` of the model's variables by name, but for those at nought; where there is no
    plan, `without` is the manifest that says why."""

    has_plan: bool
    values: dict[str, float]
    without: dict[str, Any] = field(default_factory=dict)


def solve_regime(task: RegimeTask) -> Ended:
    """The plan of one regime, on one thread. A plan of a smaller regime that is better than a larger one's is left as
    it is: the gaps tell how far each may be from its best."""
    solved = find(
        task.city,
        regime=task.regime,
        coalition=None,
        objective="loss",
        gap=task.gap,
        gap_avoided=task.gap_avoided,
        time_limit=task.time_limit,
        threads=1,
    )
    if not solved.plan.tables:
        return Ended(Record(False, {}, plain(solved.plan.manifest)))
    return Ended(Record(True, {name: value for name, value in solved.values().items() if value}), solved.plan)
