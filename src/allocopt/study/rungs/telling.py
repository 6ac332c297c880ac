"""The plan of a rung, told like that of a point; its command is that of the ladder, since no solve makes it alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from allocopt.study.frontier.point import Point, solve_point
from allocopt.study.keeping import Ended


@dataclass(frozen=True)
class Telling:
    """A point whose plan is known, and the command that makes it again."""

    point: Point
    command: str


def tell_rung(telling: Telling) -> Ended:
    """The plan, written as a plan of its own, with the bound that is proved for its sum."""
    ended = solve_point(telling.point)
    if ended.plan is None:
        return ended
    return replace(ended, plan=replace(ended.plan, manifest={**ended.plan.manifest, "command": telling.command}))
