"""What a study's page is made of: its own sections, and the points that the slider moves over."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from allocopt.report.view import Bar, Section
from allocopt.report.words import Words
from allocopt.summary.words import money

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Points:
    """The points by name, and the plan that stands at each; blank where there is none."""

    label: str = ""
    names: Sequence[str] = ()
    plans: Sequence[str] = ()
    start: int = 0


@dataclass(frozen=True)
class StudyParts:
    """`here` has, by chart, where each point is on its axis; `map_data` is that of a map in these sections."""

    sections: Sequence[Section]
    points: Points = field(default_factory=Points)
    here: Mapping[str, Sequence[float]] = field(default_factory=dict)
    map_data: Mapping[str, Any] | None = None


def rows_in(table: pd.DataFrame) -> Rows:
    return table.to_dict("records")  # type: ignore[return-value]


def told(value: float | None, write: Callable[[float], str] = money) -> str:
    """A figure, blank where there is none."""
    return "" if value is None or not math.isfinite(value) else write(value)


def middle(plans: Sequence[str], share: Sequence[float] = ()) -> int:
    """Where the slider begins: at what the instance has (share 1) if a plan is there, else at the first plan."""
    found = [number for number, plan in enumerate(plans) if plan] or [0]
    return min(found, key=lambda number: (abs(share[number] - 1.0) if len(share) else 0.0, number))


def interval(low: float | None, value: float | None, high: float | None, most: float) -> Bar | str:
    """A figure with the interval in which it surely lies, on a scale from 0 to the most."""
    if value is None or not math.isfinite(value):
        return ""
    ends = [end if end is not None and math.isfinite(end) else value for end in (low, high)]
    scale = most if most > 0 else 1.0
    start, end, mark = (min(max(each / scale, 0.0), 1.0) for each in (ends[0], ends[1], value))
    return Bar(money(value), end, start, mark)


def headings(words: Words, columns: str) -> list[str]:
    return [words(f"column.{column}") for column in columns.split()]


def status_of(row: Mapping[str, Any], words: Words) -> str:
    return words.or_as_is("status", str(row["status"]))
