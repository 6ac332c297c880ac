"""Rows that say what one column of theirs must come to: an effort, what is missed of a need or of a standard."""

from __future__ import annotations

from collections.abc import KeysView, Mapping
from typing import Any

import numpy as np

from allocopt.solver import Arrays
from allocopt.solving.by_hand.books import Bundle
from allocopt.solving.by_hand.entries import ByColumn, entries_of


class Owing:
    """The rows of a component, in each of which one column is owed: (limit − all others in the row) / coefficient.

    Where the row is no equation, that is the least that the column may be, if it is above zero.
    """

    def __init__(self, arrays: Arrays, rows: Mapping[Any, int], owed: Mapping[Any, int]) -> None:
        entries = entries_of(arrays, list(rows.values()))
        owed_in = np.full(len(arrays.row_lower), -1)
        owed_in[list(rows.values())] = [owed[key] for key in rows]
        owed_there = owed_in[entries.rows]
        own = owed_there == entries.columns
        coefficient = np.ones(len(arrays.row_lower))
        coefficient[entries.rows[own]] = entries.values[own]
        per_unit = -entries.values / coefficient[entries.rows]
        self._per_unit = ByColumn(entries.columns[~own], owed_there[~own], per_unit[~own])
        limit = np.where(np.isfinite(arrays.row_lower), arrays.row_lower, arrays.row_upper) / coefficient
        self._first: dict[int, float] = {owed[key]: float(limit[row]) for key, row in rows.items()}
        self._now: dict[int, float] = dict(self._first)

    def moved_by(self) -> KeysView[int]:
        """The columns that move what is owed."""
        return self._per_unit.columns

    def start_over(self) -> None:
        """Nothing is done."""
        self._now = dict(self._first)

    def now(self, column: int) -> float:
        """What is owed of a column as things stand."""
        return self._now[column]

    def after(self, change: Bundle) -> dict[int, float]:
        """What is owed after a change, of the columns of which it moves that."""
        if not self._per_unit.columns:
            return {}
        moved: dict[int, float] = {}
        for column, amount in change.items():
            if column in self._per_unit.columns:
                for owed, value in self._per_unit[column].items():
                    moved[owed] = moved.get(owed, 0.0) + value * amount
        return {owed: self._now[owed] + amount for owed, amount in moved.items()}

    def enter(self, change: Bundle) -> None:
        """Make a change."""
        self._now.update(self.after(change))
