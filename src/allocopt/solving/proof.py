"""A bound on the relaxation that holds whatever the solver did.

For any multipliers y of the rows, every x within its bounds whose rows lie within their limits costs at least

    Σ_i min over row_lower ≤ r ≤ row_upper of y_i · r  +  Σ_j min over lower ≤ x ≤ upper of (c − Aᵀy)_j · x

(weak duality; Neumaier and Shcherbina 2004). The solver's multipliers make it tight, but need not be right for it to
hold. Everything is computed in floating point with a bound on all that rounding can have done, and that is taken off.

A column without a bound needs a reduced cost of the right sign. It gets a bound where the rows imply one, and else the
multipliers of its rows are drawn a little towards zero, until its reduced cost is right beyond rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from allocopt.solver import Arrays, LiveModel, Result
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array

UNIT = 2.0**-53
# Rounds in which rows imply bounds, and in which multipliers are mended.
ROUNDS_OF_BOUNDS, ROUNDS_OF_MENDING = 6, 30
# Implied bounds are widened by this share of what they are computed from, far more than rounding can take.
WIDENED = 1e-9
# A limit beyond this is none.
USELESS = 1e20
# Multipliers below this are none.
SMALLEST = 1e-100


def relaxation_bound(live: LiveModel, result: Result) -> float:
    """What no solution of the live model, with or without whole numbers, can cost less than.

    `result` is of a relaxed solve of this model; rows added since count nothing. Without multipliers: −infinity, but
    where there is no variable, and nothing to multiply.
    """
    if result.duals is None and len(live.arrays.cost):
        return -math.inf
    return root_bound(live.arrays, np.zeros(0) if result.duals is None else result.duals, live.added)


def root_bound(arrays: Arrays, row_multipliers: Floats, added: Sequence[Row] = ()) -> float:
    """A lower bound on the cost, for any multipliers of the rows and then of the added rows (missing ones are 0).

    −infinity when the multipliers prove nothing. Raises ValueError for more multipliers than rows.
    """
    return bound_and_multipliers(arrays, row_multipliers, added)[0]


def bound_and_multipliers(arrays: Arrays, row_multipliers: Floats, added: Sequence[Row] = ()) -> tuple[float, Floats]:
    """As `root_bound`, with the multipliers of all rows as they were mended.

    Where a row's limit that holds its multiplier shrinks by d, and every other limit stays or shrinks, the bound moves
    by −multiplier · d and still holds.
    """
    programme = _Programme(arrays, added)
    rows = len(programme.row_lower)
    if len(row_multipliers) > rows:
        raise ValueError(f"{len(row_multipliers)} multipliers for {rows} rows")
    y = np.zeros(rows)
    y[: len(row_multipliers)] = np.nan_to_num(row_multipliers, nan=0.0, posinf=0.0, neginf=0.0)
    programme.imply_bounds()
    y = programme.mended(y)
    return programme.bound(y), y


def reduced_costs(arrays: Arrays, multipliers: Floats, added: Sequence[Row] = ()) -> tuple[Floats, Floats]:
    """By column, its cost less what the rows are worth at these multipliers, and more than rounding has done to it."""
    return _Programme(arrays, added).reduced(multipliers)


@dataclass
class _Programme:
    """The relaxation, its matrix by rows and by columns, with bounds that may be tightened."""

    arrays: Arrays
    added: Sequence[Row]
    by_row: csr_array = field(init=False)
    by_column: csc_array = field(init=False)
    row_lower: Floats = field(init=False)
    row_upper: Floats = field(init=False)
    lower: Floats = field(init=False)
    upper: Floats = field(init=False)

    def __post_init__(self) -> None:
        from scipy.sparse import csr_array

        arrays = self.arrays
        levels = [level for level, _, _ in self.added]
        lengths = [len(columns) for _, columns, _ in self.added]
        starts = np.concatenate([arrays.starts, arrays.starts[-1] + np.cumsum(lengths, dtype=np.int64)])
        columns = np.concatenate([arrays.columns, *(np.asarray(c, dtype=np.int64) for _, c, _ in self.added)])
        values = np.concatenate([arrays.values, *(np.asarray(v, dtype=np.float64) for _, _, v in self.added)])
        shape = (len(starts) - 1, len(arrays.cost))
        self.by_row = csr_array((values, columns, starts), shape=shape)
        self.by_column = self.by_row.tocsc()
        self.row_lower = _opened(np.concatenate([arrays.row_lower, levels]))
        self.row_upper = _opened(np.concatenate([arrays.row_upper, np.full(len(levels), np.inf)]))
        self.lower, self.upper = _opened(arrays.lower), _opened(arrays.upper)

    def imply_bounds(self) -> None:
        """Bounds that the rows imply, for columns that have none."""
        for _ in range(ROUNDS_OF_BOUNDS):
            open_above, open_below = np.isinf(self.upper), np.isinf(self.lower)
            if not (open_above.any() or open_below.any()):
                return
            lower, upper = self._implied()
            self.upper = np.where(open_above, upper, self.upper)
            self.lower = np.where(open_below, lower, self.lower)
            if (np.isinf(self.upper) == open_above).all() and (np.isinf(self.lower) == open_below).all():
                return

    def _implied(self) -> tuple[Floats, Floats]:
        """For each column the tightest bounds that single rows imply, somewhat widened."""
        a, column = self.by_row.data, self.by_row.indices
        ends = np.sort(np.stack([_times(a, self.lower[column]), _times(a, self.upper[column])]), axis=0)
        lower, upper = np.full(len(self.lower), -np.inf), np.full(len(self.upper), np.inf)
        for least, limits, from_above in ((ends[0], self.row_upper, a > 0), (ends[1], self.row_lower, a < 0)):
            left, wide = self._left(least, limits)
            reach, wide = left / a, wide / np.abs(a) + WIDENED
            known = np.abs(reach) < USELESS
            over, under = known & from_above, known & ~from_above
            np.minimum.at(upper, column[over], reach[over] + wide[over])
            np.maximum.at(lower, column[under], reach[under] - wide[under])
        return lower, upper

    def _left(self, ends: Floats, limits: Floats) -> tuple[Floats, Floats]:
        """For each entry what its row's limit leaves to it when all others in the row are at these ends, and by how
        much rounding may have moved that; infinite where nothing is known."""
        rows = len(limits)
        row = np.repeat(np.arange(rows), np.diff(self.by_row.indptr))
        nowhere = np.isinf(ends)
        known = np.where(nowhere, 0.0, ends)
        others_nowhere = np.bincount(row, nowhere, rows)[row] > nowhere
        unknown = others_nowhere | np.isinf(limits[row])
        limit = np.where(unknown, 0.0, limits[row])
        left = limit - (np.bincount(row, known, rows)[row] - known)
        size = np.bincount(row, np.abs(known), rows)[row] + np.abs(limit)
        return np.where(unknown, np.inf, left), (WIDENED * size).astype(np.float64)

    def reduced(self, y: Floats) -> tuple[Floats, Floats]:
        """c − Aᵀy by column, and more than rounding can have moved it and what is computed with it by.

        A sum of k products is off by at most γ(k) times the sum of their sizes, γ(k) = ku / (1 − ku) (Higham 2002,
        section 3.1); the count is raised by what follows.
        """
        cost, matrix = self.arrays.cost, self.by_column
        roundings = (np.diff(matrix.indptr) + 16) * UNIT
        size: Floats = np.abs(cost) + abs(matrix).T @ np.abs(y)
        reduced: Floats = cost - matrix.T @ y
        return reduced, 2.0 * roundings * size

    def mended(self, y: Floats) -> Floats:
        """Multipliers of the signs that their rows allow, with which no column lacks a bound that its reduced cost
        asks for, if they can be had."""
        y = self._allowed(y)
        for _ in range(ROUNDS_OF_MENDING):
            reduced, error = self.reduced(y)
            lacking = np.where(np.isinf(self.upper), error - reduced, 0.0)
            excess = np.where(np.isinf(self.lower), error + reduced, 0.0)
            wrong = np.flatnonzero((lacking > 0) != (excess > 0))
            if not len(wrong):
                break
            for j in wrong.tolist():
                sign = 1.0 if lacking[j] > 0 else -1.0
                self._mend(y, j, sign, 2.0 * float(max(lacking[j], excess[j]) + error[j]))
            y = self._allowed(y)
        return y

    def _allowed(self, y: Floats) -> Floats:
        """Without multipliers that ask for a limit that is not there, or so small that products underflow."""
        nowhere = np.where(y > 0, np.isinf(self.row_lower), np.isinf(self.row_upper))
        return np.where(nowhere | (np.abs(y) < SMALLEST), 0.0, y)

    def _mend(self, y: Floats, j: int, sign: float, by: float) -> None:
        """Draw multipliers of the column's rows towards zero, so that its reduced cost moves by so much."""
        entries = slice(*self.by_column.indptr[j : j + 2])
        rows, a = self.by_column.indices[entries], self.by_column.data[entries]
        pull = sign * a * y[rows]
        helpful = pull > 0
        if helpful.any():
            y[rows[helpful]] *= 1.0 - min(1.0, by / float(pull[helpful].sum()))

    def bound(self, y: Floats) -> float:
        """The bound that multipliers of allowed signs prove, with all that rounding can have done taken off."""
        reduced, error = self.reduced(y)
        rows = _times(y, np.where(y > 0, self.row_lower, self.row_upper))
        corners = [_times(d, x) for d in (reduced - error, reduced + error) for x in (self.lower, self.upper)]
        columns = np.min(corners, axis=0)
        products = np.concatenate([rows, columns])
        if np.isneginf(products).any():
            return -math.inf
        below = np.where(products == 0, 0.0, np.nextafter(products, -np.inf))
        return math.nextafter(math.fsum([*below.tolist(), self.arrays.offset]), -math.inf)


def _opened(limits: Floats) -> Floats:
    """Limits, those that stand for none as infinity."""
    return np.where(np.abs(limits) >= USELESS, np.copysign(np.inf, limits), limits)


def _times(a: Floats, b: Floats) -> Floats:
    """Products, where nothing times infinity is nothing."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((a == 0) | (b == 0), 0.0, a * b)
