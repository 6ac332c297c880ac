"""The three regimes: each body alone, with the links of the instance, all as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from allocopt.city import City
from allocopt.solving.run import Solved, find
from allocopt.study.workers import Runner

REGIMES = ("silo", "linked", "joint")


@dataclass(frozen=True)
class RegimeTask:
    """One regime to be solved, by the expected loss."""

    city: City
    regime: str
    gap: float
    gap_avoided: float | None
    time_limit: float | None


def solve_regimes(tasks: list[RegimeTask], run: Runner, tell: Callable[[str], None]) -> Mapping[str, Solved]:
    """The plan of each regime. A plan of a smaller regime that is better than a larger one's is left as it is: the
    gaps tell how far each may be from its best."""
    tell("regimes: " + ", ".join(task.regime for task in tasks))
    return dict(zip((task.regime for task in tasks), run(solve_regime, tasks), strict=True))


def solve_regime(task: RegimeTask) -> Solved:
    """The plan of one regime, on one thread."""
    return find(
        task.city,
        regime=task.regime,
        coalition=None,
        objective="loss",
        gap=task.gap,
        gap_avoided=task.gap_avoided,
        time_limit=task.time_limit,
        threads=1,
    )
