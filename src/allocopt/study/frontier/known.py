"""What the points that are solved prove of any other.

More money (or a higher ceiling) allows every plan of less, so a plan holds for all larger amounts and a bound for all
smaller ones. And the multipliers of any relaxation prove a bound for every amount (weak duality): it falls by a line's
multiplier with each yuan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocopt.study.frontier.point import Record

# Taken off a bound that was moved to another sum, relative to what it was computed from: far more than rounding.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Known:
    """What is known of a point: the best plan that fits (its record), and the best bound with what proves it."""

    best: Record | None
    bound: float
    proved_by: str

    @property
    def objective(self) -> float:
        return math.inf if self.best is None else self.best.objective


def known(share: float, amounts: Mapping[str, float], most: Mapping[str, float], records: Sequence[Record]) -> Known:
    """What records prove of a share of what is turned, at which it has these amounts; `most` are the largest."""
    fitting = [record for record in records if record.share <= share and record.has_plan]
    best = min(fitting, key=lambda record: (record.objective, record.share), default=None)
    bounds = [(record.bound, "neighbours") for record in records if record.share >= share]
    bounds += [(_moved(record, amounts, most), "multipliers") for record in records if record.slopes_of_lines]
    bound, proved_by = max(bounds, default=(-math.inf, ""))
    return Known(best, bound, proved_by)


def _moved(record: Record, amounts: Mapping[str, float], most: Mapping[str, float]) -> float:
    """The bound of a record's multipliers at other amounts."""
    parts = [record.reach, *(slope * (amounts[name] - most[name]) for name, slope in record.slopes_of_lines.items())]
    return math.fsum(parts) - ROUNDING * math.fsum(map(abs, parts))
