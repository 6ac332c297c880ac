"""The second round: what links and mechanisms are worth, and what all are together. Neither waits for the other."""

from __future__ import annotations

from dataclasses import dataclass, field

from allocopt.study.coalitions.values import Value, WholeTask, value_everybody
from allocopt.study.coalitions.worth import Worth, WorthTask, worth_chunk
from allocopt.study.keeping import Ended


@dataclass(frozen=True)
class Appraisal:
    """What a task of either kind found."""

    worths: list[Worth] = field(default_factory=list)
    everybody: Value | None = None


def appraise(task: WorthTask | WholeTask) -> Ended:
    """Do a task of either kind."""
    if isinstance(task, WorthTask):
        return Ended(Appraisal(worths=worth_chunk(task)))
    return Ended(Appraisal(everybody=value_everybody(task)))
