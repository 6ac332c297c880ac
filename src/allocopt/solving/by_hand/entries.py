"""Entries of the matrix of the model, chosen by their rows and read column by column."""

from __future__ import annotations

from collections.abc import KeysView, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats

Numbers = NDArray[np.integer]


class Entries(NamedTuple):
    """Where entries stand, and what they are."""

    rows: Numbers
    columns: Numbers
    values: Floats

    def where(self, wanted: NDArray[np.bool_]) -> Entries:
        """Some of them."""
        return Entries(self.rows[wanted], self.columns[wanted], self.values[wanted])


def entries_of(arrays: Arrays, rows: Sequence[int] | Numbers) -> Entries:
    """The entries in these rows, in the order of the matrix."""
    chosen = np.zeros(len(arrays.row_lower), dtype=bool)
    chosen[rows] = True
    lengths = np.diff(arrays.starts)
    every = Entries(np.repeat(np.arange(len(chosen)), lengths), arrays.columns, arrays.values)
    return every.where(np.repeat(chosen, lengths))


class ByColumn(dict[int, dict[int, float]]):
    """By column what it has: a value by key. Put together when it is first asked for, since most columns never are.
    `columns` are those that have something."""

    def __init__(self, columns: Numbers, keys: Numbers, values: Floats) -> None:
        super().__init__()
        order = np.argsort(columns, kind="stable")
        self._keys: list[int] = keys[order].tolist()
        self._values: list[float] = values[order].tolist()
        found, starts = np.unique(columns[order], return_index=True)
        self._slices = dict(zip(found.tolist(), pairwise([*starts.tolist(), len(order)]), strict=True))
        self.columns: KeysView[int] = self._slices.keys()

    def __missing__(self, column: int) -> dict[int, float]:
        start, end = self._slices.get(column, (0, 0))
        self[column] = found = dict(zip(self._keys[start:end], self._values[start:end], strict=True))
        return found


def by_column(entries: Entries) -> ByColumn:
    """The coefficients of each column by row."""
    return ByColumn(entries.columns, entries.rows, entries.values)
