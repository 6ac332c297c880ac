"""The matrix of a model put in order, to see what problem it is: every row as Σ a·x ≤ limit.

Columns that are held at a value are taken out, rows of one column become its bounds, and rows that cannot bind are
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Folded(NamedTuple):
    """A row of one column alone that limits it from above: its place, and the coefficient there."""

    row: int
    value: float


@dataclass(frozen=True)
class OrderedMatrix:
    """The entries of the rows that are left, and by row of the model the limit and the `sign` by which it was turned;
    by column the bounds. All columns begin at 0; `folded` has the row that limits a column from above, by column."""

    row: Whole
    column: Whole
    value: Floats
    limit: Floats
    sign: Floats
    upper: Floats
    folded: dict[int, Folded]

    def rows_of(self, entries: Flags) -> Whole:
        """How many of these entries stand in each row."""
        return np.bincount(self.row[entries], minlength=len(self.limit))

    def columns_of(self, entries: Flags) -> Whole:
        """How many of these entries stand in each column."""
        return np.bincount(self.column[entries], minlength=len(self.upper))


def ordered_matrix(arrays: Arrays) -> OrderedMatrix | None:
    """The matrix in order; None where a row has two limits, or a column begins elsewhere than at 0."""
    held = arrays.lower == arrays.upper
    if (arrays.lower[~held] != 0).any():
        return None
    rows = len(arrays.row_lower)
    matrix = csr_array((arrays.values, arrays.columns, arrays.starts), shape=(rows, len(arrays.cost)))
    moved = np.asarray(matrix @ np.where(held, arrays.lower, 0.0))
    row = np.repeat(np.arange(rows, dtype=np.int64), np.diff(arrays.starts))
    kept = ~held[arrays.columns]
    row, column, value = row[kept], arrays.columns[kept].astype(np.int64), arrays.values[kept]
    from_above, from_below = np.isfinite(arrays.row_upper), np.isfinite(arrays.row_lower)
    sign = np.where(from_above, 1.0, -1.0)
    limit = np.where(from_above, arrays.row_upper - moved, moved - arrays.row_lower)
    value = value * sign[row]
    length = np.bincount(row, minlength=rows)
    empty_and_broken = (length == 0) & ((moved > arrays.row_upper) | (moved < arrays.row_lower))
    if (from_above & from_below & (length > 0)).any() or empty_and_broken.any():
        return None
    upper, folded = arrays.upper.copy(), dict[int, Folded]()
    for entry in np.flatnonzero(length[row] == 1).tolist():
        j, i, a = int(column[entry]), int(row[entry]), float(value[entry])
        if a > 0 and limit[i] / a < upper[j]:
            upper[j], folded[j] = limit[i] / a, Folded(i, a)
        if (a < 0 and limit[i] < 0) or upper[j] < 0:
            return None
    most = np.bincount(row, np.where(value > 0, value * upper[column], 0.0), rows)
    kept = ((length > 1) & ~(most <= limit))[row]
    return OrderedMatrix(row[kept], column[kept], value[kept], limit, sign, upper, folded)
