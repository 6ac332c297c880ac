"""Figures with what is proved of them: at least, as found, at most."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocopt.solving.search import Found


@dataclass(frozen=True)
class Figure:
    """A figure in units of the objective: at least `low`, at most `high`, and `value` as found; None where it is not
    known, for the reason in the note."""

    low: float | None = None
    value: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def known(self) -> bool:
        return self.value is not None

    def noted(self, note: str) -> Figure:
        return replace(self, note="; ".join(filter(None, (self.note, note))))


def of_search(found: Found) -> Figure:
    """The least objective: no less than the bound, no more than what was found."""
    if found.x is None:
        return Figure(note=why_not(found))
    return Figure(bound_of(found), found.objective, found.objective)


def bound_of(found: Found) -> float:
    """What is proved from below; losses and costs are not negative."""
    return max(min(found.bound, found.objective), 0.0)


def why_not(found: Found) -> str:
    """Why nothing was found."""
    return "no plan keeps all standards and budgets" if found.infeasible else "no plan was found in the time there was"


def mean(figures: Mapping[str, Figure], chance: Mapping[str, float]) -> Figure:
    """The mean over worlds; not known where one of them is not."""
    notes = [f"{world or 'nothing happens'}: {figure.note}" for world, figure in figures.items() if not figure.known]
    if notes:
        return Figure(note="; ".join(notes))
    ends = ([getattr(figures[world], end) for world in figures] for end in ("low", "value", "high"))
    low, value, high = (sum(chance[w] * at for w, at in zip(figures, end, strict=True)) for end in ends)
    return Figure(low, value, high)


def difference(dear: Figure, cheap: Figure) -> Figure:
    """By how much the first is dearer, where it cannot be cheaper: never below 0."""
    if dear.low is None or dear.value is None or dear.high is None:
        return Figure(note=dear.note)
    if cheap.low is None or cheap.value is None or cheap.high is None:
        return Figure(note=cheap.note)
    ends = (dear.low - cheap.high, dear.value - cheap.value, dear.high - cheap.low)
    low, value, high = (max(0.0, end) for end in ends)
    return Figure(low, value, high)


class Patience:
    """The time there is for the whole study, in seconds; None: any."""

    def __init__(self, limit: float | None) -> None:
        self._end = None if limit is None else time.monotonic() + limit

    def share(self, parts: float) -> float | None:
        """The deadline, on the monotonic clock, of one of so many equal parts of what is left."""
        if self._end is None:
            return None
        now = time.monotonic()
        return now + max(self._end - now, 0.0) / max(parts, 1.0)
