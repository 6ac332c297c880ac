"""Goods that are sent to a site, lot by lot: one for each group of scenarios that are told apart when they are sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from allocopt.solving.by_hand.books import DUST, Books, Bundle, plus


@dataclass(frozen=True)
class Way:
    """How a unit comes to the site: the columns that move with it, of which `source` brings it, if it is not there."""

    columns: Mapping[int, float]
    source: int | None

    def add_to(self, sent: dict[int, float], amount: float) -> None:
        """Send so much more. What brings goods for several scenarios is done once, as far as the most of them ask."""
        for column, per_unit in self.columns.items():
            before, more = sent.get(column, 0.0), per_unit * amount
            sent[column] = max(before, more) if column == self.source else before + more


class Lot:
    """What a group of scenarios misses there, as columns, and the ways to send it, the cheapest first."""

    def __init__(self, unmet: tuple[int, ...], find_ways: Callable[[], list[Way]]) -> None:
        self.unmet, self._find_ways = unmet, find_ways
        self._refused: dict[int, tuple[int, int]] = {}

    @cached_property
    def _ways(self) -> list[Way]:
        return self._find_ways()

    def add_to(self, sent: dict[int, float], books: Books, base: Bundle) -> None:
        """Add to what is sent what the scenario that misses most misses, as far as the first way with room goes."""
        missing = max(books.x[column] for column in self.unmet)
        for i, way in enumerate(self._ways if missing > DUST else ()):
            if not base and self._is_refused(i, books):
                continue
            amount = min(missing, books.room(way.columns, base))
            if amount > DUST:
                way.add_to(sent, amount)
                return
            if not base:
                self._refused[i] = books.tightest, books.loosened[books.tightest]

    def _is_refused(self, i: int, books: Books) -> bool:
        """Whether what refused a way has not given way since."""
        if i not in self._refused:
            return False
        row, times = self._refused[i]
        books.refused.add(row)
        return books.loosened[row] == times


@dataclass(frozen=True)
class Sent:
    """What a site misses, sent to it in every scenario as far as it can be; from a depot that is `opened` for it, or
    from those that are open."""

    lots: tuple[Lot, ...]
    opened: int | None

    def to_meet(self, unmet: Collection[int]) -> Sent:
        """The same, only in scenarios in which one of these columns is missed."""
        return replace(self, lots=tuple(lot for lot in self.lots if not set(lot.unmet).isdisjoint(unmet)))

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        if self.opened is not None:
            base = plus(base, {self.opened: 1.0})
            if not books.has_room(base):
                return None
        sent: dict[int, float] = {}
        for lot in self.lots:
            lot.add_to(sent, books, base)
        share = min(books.room(sent, base), 1.0) if sent else 0.0
        if share * max(sent.values(), default=0.0) <= DUST:
            return None
        return plus(base, {column: share * amount for column, amount in sent.items()})

    def prospect(self, books: Books) -> dict[int, float]:
        return {}
