"""When two figures count as the same, and when a limit counts as kept."""

from __future__ import annotations

from typing import NamedTuple

RELATIVE = 2e-7
"""Recomputed figures must agree this closely."""
FLOOR = 1e-9
"""What still counts as nothing where a figure should be 0."""
FEASIBLE = 1e-6
"""How far, relative to a limit (at least 1), a solver's continuous amounts may pass it."""
TIE = 1e-9
"""Trips this close to a standard, relatively, are within it."""
NOISE = 1e-14
"""Rounding of a sum, relative to the largest of its terms."""


ROUNDING = 4.5e-16
"""Rounding of the difference of two figures of one row, relative to the larger."""


class Figure(NamedTuple):
    """An expected figure that is a difference of larger ones; `noise` is how far rounding may carry it."""

    value: float
    noise: float


def summed(value: float, gross: float) -> Figure:
    """A sum whose terms largely cancel out; `gross` is their size."""
    return Figure(value, NOISE * gross)


def difference(more: float, less: float) -> Figure:
    """The difference of two figures that stand in the same row."""
    return Figure(more - less, ROUNDING * max(abs(more), abs(less)))


def same(found: float, expected: float, noise: float = 0.0) -> bool:
    """Whether two figures agree; `noise` is what rounding adds where larger terms cancel out."""
    if expected == 0:
        return abs(found) <= max(FLOOR, noise)
    return abs(found - expected) <= RELATIVE * abs(expected) + noise


def within(value: float, limit: float) -> bool:
    """Whether a continuous amount keeps a ceiling, as closely as a solver keeps it."""
    return value <= limit + FEASIBLE * max(1.0, abs(limit))


def reaches(trip: float, standard: float) -> bool:
    """Whether a trip is within a standard; boundaries are inclusive."""
    return trip <= standard + TIE * abs(standard)


def in_area(area: str, outer: str) -> bool:
    """Whether an area path lies in another: equals it or continues it; blank is everywhere."""
    return not outer or area == outer or area.startswith(outer + "/")
