"""What follows when one more unit covers, cover by cover, remembered for as long as nothing moves there.

A unit at a post covers many sites, and most of these are as they were when the unit was last valued.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from allocopt.solving.by_hand.books import Bundle
from allocopt.solving.by_hand.standing import CoverKey, Standing
from allocopt_models.response import Response
from allocopt_models.terms import Cell


class Moved(NamedTuple):
    """By how much losses move, in CNY, and the columns that priced standards count."""

    losses: Sequence[float]
    counted: Bundle


class OneMore(dict[CoverKey, Moved]):
    """By cover what follows when one more unit covers, found when it is asked for.

    `left` has the columns that move with each cell.
    """

    def __init__(
        self, standing: Standing, data: Response, left: Mapping[Cell, int], find: Callable[[CoverKey], Moved]
    ) -> None:
        super().__init__()
        self._standing, self._find = standing, find
        self._apart: dict[int, Sequence[CoverKey] | None] = {}
        self._covers_at: dict[int, list[CoverKey]] = defaultdict(list)
        self._cells_of: dict[CoverKey, list[Cell]] = defaultdict(list)
        for cell, answers in data.answers.items():
            for answer in answers:
                key = (answer.cover, answer.period, answer.shift)
                self._cells_of[key].append(cell)
                if cell in left:
                    self._covers_at[left[cell]].append(key)

    def __missing__(self, key: CoverKey) -> Moved:
        self[key] = found = self._find(key)
        return found

    def forget(self, moved: Iterable[int]) -> None:
        """These columns have moved."""
        for column in moved:
            for at in (self._covers_at, self._standing.covers_of):
                for key in at.get(column, ()):
                    self.pop(key, None)

    def covers_apart(self, unit: int) -> Sequence[CoverKey] | None:
        """What one of this column covers; None where a cell is covered twice: then no cover can be looked at alone."""
        if unit not in self._apart:
            covers = self._standing.covers_of.get(unit, ())
            cells = [cell for key in covers for cell in self._cells_of[key]]
            once = len(set(covers)) == len(covers) and len(set(cells)) == len(cells)
            self._apart[unit] = covers if once else None
        return self._apart[unit]
