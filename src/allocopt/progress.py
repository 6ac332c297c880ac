"""How far a search or a study is, as whoever asked for it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`done` of `total` parts have ended, and `doing` says what is worked at. `seconds_left` is estimated from the
    parts that ended; None as long as there is nothing to go by."""

    done: int
    total: int
    doing: str
    seconds_left: float | None = None


# Is told now and then; what it raises ends the work.
Watcher = Callable[[Progress], None]


def in_one_part(progress: Watcher | None) -> Callable[[str], None]:
    """Tells of work of one part, whose end nobody can estimate, by what is being done."""
    if progress is None:
        return lambda _: None
    return lambda doing: progress(Progress(0, 1, doing))
