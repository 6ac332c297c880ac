"""Entries of the matrix of the model, chosen by their rows and read column by column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats

Numbers = NDArray[np.intp]


class Entries(NamedTuple):
    """Where entries stand, and what they are."""

    rows: Numbers
    columns: Numbers
    values: Floats

    def where(self, wanted: NDArray[np.bool_]) -> Entries:
        """Some of them."""
        return Entries(self.rows[wanted], self.columns[wanted], self.values[wanted])


def entries_of(arrays: Arrays, rows: Sequence[int]) -> Entries:
    """The entries in these rows, in the order of the matrix."""
    chosen = np.zeros(len(arrays.row_lower), dtype=bool)
    chosen[rows] = True
    lengths = np.diff(arrays.starts)
    every = Entries(np.repeat(np.arange(len(chosen)), lengths), arrays.columns, arrays.values)
    return every.where(np.repeat(chosen, lengths))


class ByColumn(dict[int, dict[int, float]]):
    """By column what it has: a value by key. Put together when it is first asked for, since most columns never are."""

    def __init__(self, columns: Numbers, keys: Numbers, values: Floats) -> None:
        super().__init__()
        order = np.argsort(columns, kind="stable")
        self._keys: list[int] = keys[order].tolist()
        self._values: list[float] = values[order].tolist()
        found, starts = np.unique(columns[order], return_index=True)
        self.columns = found.tolist()
        self._slices = dict(zip(self.columns, pairwise([*starts.tolist(), len(order)]), strict=True))

    def __missing__(self, column: int) -> dict[int, float]:
        start, end = self._slices.get(column, (0, 0))
        self[column] = found = dict(zip(self._keys[start:end], self._values[start:end], strict=True))
        return found


def by_column(entries: Entries) -> ByColumn:
    """The coefficients of each column by row."""
    return ByColumn(entries.columns, entries.rows, entries.values)
