"""Studies: many solves of one city, and what they say together.

    import allocopt.study
    allocopt.study.information(city, surveys="areas", level=2)

A study is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocopt.study.coalitions.run import collaboration
    from allocopt.study.foreknowledge.run import information
    from allocopt.study.frontier.run import budget
    from allocopt.study.mishaps.run import stress
    from allocopt.study.replanning.run import replan
    from allocopt.study.rungs.run import ladder
    from allocopt.study.scoring.run import score
    from allocopt.study.worst_off.run import fairness

__all__ = ["budget", "collaboration", "fairness", "information", "ladder", "replan", "score", "stress"]

_HOMES = {
    "budget": "allocopt.study.frontier.run",
    "collaboration": "allocopt.study.coalitions.run",
    "fairness": "allocopt.study.worst_off.run",
    "information": "allocopt.study.foreknowledge.run",
    "ladder": "allocopt.study.rungs.run",
    "replan": "allocopt.study.replanning.run",
    "score": "allocopt.study.scoring.run",
    "stress": "allocopt.study.mishaps.run",
}


def __getattr__(name: str) -> Any:
    """Import the study that is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'allocopt.study' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
