"""What a run answers, and whether answers to one problem agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Answers are compared to this, relative: it is the solvers' own tolerance.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Answer:
    """All problems are minimised. `done`: the gap was reached; otherwise the time ended first."""

    objective: float
    bound: float
    done: bool


def disagreements(answers: Mapping[str, Answer], gap: float) -> dict[str, str]:
    """Who contradicts whom, in words: a bound above another's plan, or plans further apart than their gaps allow."""
    found: dict[str, str] = {}
    for name, answer in answers.items():
        for other, against in answers.items():
            room = TOLERANCE * max(abs(answer.bound), abs(against.objective), 1.0)
            if answer.bound > against.objective + room:
                found[name] = f"its bound {answer.bound:.9g} lies above the plan of {other}, {against.objective:.9g}"
            apart = answer.objective - against.objective
            allowed = (gap + TOLERANCE) * max(abs(answer.objective), 1.0)
            if answer.done and against.done and apart > allowed:
                found[name] = f"its plan {answer.objective:.9g} is worse than that of {other}, {against.objective:.9g}"
    return found
