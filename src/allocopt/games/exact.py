"""Small systems of equations in fractions: what a solver found to hold is computed without any rounding."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Row = Sequence[Fraction | int]


def solved(rows: Sequence[Row], sides: Sequence[Fraction]) -> tuple[list[Fraction], Fraction] | None:
    """The only x with rows · x = sides, and by how much a superfluous row is off at most, 0 where all agree; None where
    several x would do. By Gauss and Jordan's elimination."""
    left = [[*map(Fraction, row), side] for row, side in zip(rows, sides, strict=True)]
    unknowns = len(rows[0]) if rows else 0
    for k in range(unknowns):
        pivot = next((r for r in range(k, len(left)) if left[r][k]), None)
        if pivot is None:
            return None
        left[k], left[pivot] = left[pivot], left[k]
        left[k] = [entry / left[k][k] for entry in left[k]]
        for r, row in enumerate(left):
            if r != k and row[k]:
                left[r] = [entry - row[k] * top for entry, top in zip(row, left[k], strict=True)]
    off = max((abs(row[-1]) for row in left[unknowns:]), default=Fraction(0))
    return [row[-1] for row in left[:unknowns]], off
