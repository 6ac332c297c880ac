"""Rows that say what one column of theirs must come to: an effort, what is missed of a need or of a standard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from allocopt.solver import Arrays
from allocopt.solving.by_hand.books import Bundle, by_column, entries_of


class Owing:
    """The rows of a component, in each of which one column is owed: (limit − all others in the row) / coefficient.

    Where the row is no equation, that is the least that the column may be, if it is above zero.
    """

    def __init__(self, arrays: Arrays, rows: Mapping[Any, int], owed: Mapping[Any, int]) -> None:
        entries = by_column(arrays, entries_of(arrays, rows.values()))
        self._per_unit: dict[int, list[tuple[Any, float]]] = defaultdict(list)
        coefficient = {row: entries[owed[key]][row] for key, row in rows.items()}
        key_of = {row: key for key, row in rows.items()}
        own = {row: owed[key] for key, row in rows.items()}
        for column, found in entries.items():
            for row, value in found.items():
                if own[row] != column:
                    self._per_unit[column].append((key_of[row], -value / coefficient[row]))
        self._first: dict[Any, float] = {}
        for key, row in rows.items():
            limit = arrays.row_lower[row] if np.isfinite(arrays.row_lower[row]) else arrays.row_upper[row]
            self._first[key] = float(limit) / coefficient[row]
        self._now: dict[Any, float] = dict(self._first)

    def start_over(self) -> None:
        """Nothing is done."""
        self._now = dict(self._first)

    def now(self, key: Any) -> float:
        """What is owed as things stand."""
        return self._now[key]

    def after(self, change: Bundle) -> dict[Any, float]:
        """What is owed after a change, of the rows that it moves."""
        if not self._per_unit:
            return {}
        moved: dict[Any, float] = defaultdict(float)
        for column, amount in change.items():
            for key, value in self._per_unit.get(column, ()):
                moved[key] += value * amount
        return {key: self._now[key] + amount for key, amount in moved.items()}

    def enter(self, change: Bundle) -> None:
        """Make a change."""
        self._now.update(self.after(change))
