"""Goods for what a site needs in a period, as actions: sent from what is there, bought ahead, or ordered in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from allocopt.solving.by_hand.actions import Action, Once, mechanisms_of
from allocopt.solving.by_hand.books import DUST, Books, Bundle, plus
from allocopt_models.supply import Order, Sending, SendingData, Stock, Supply


# A source that is no supplier: stock bought before anything happens.
_AHEAD = "ahead of all"


class Way(NamedTuple):
    """How a unit comes to the site: the columns that move with it, of which `source` brings it, if it is not there."""

    columns: Mapping[int, float]
    source: int | None = None


@dataclass(frozen=True)
class Lot:
    """What one group of scenarios misses there, as columns, and the ways to send it, the best first."""

    unmet: tuple[int, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Sent:
    """What a site misses, sent to it in every scenario as far as it can be. What brings goods for several scenarios
    is done once, as far as the most of them ask for it."""

    lots: tuple[Lot, ...]
    opened: int | None

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        if self.opened is not None and books.x[self.opened] + base.get(self.opened, 0.0) == 0.0:
            base = plus(base, {self.opened: 1.0})
        sent: dict[int, float] = {}
        for lot in self.lots:
            _add_lot(books, base, lot, sent)
        share = min(books.room(sent, base), 1.0) if sent else 0.0
        if share * max(sent.values(), default=0.0) <= DUST:
            return None
        return plus(base, {column: share * amount for column, amount in sent.items()})

    def prospect(self, books: Books) -> dict[int, float]:
        return {}


def _add_lot(books: Books, base: Bundle, lot: Lot, sent: dict[int, float]) -> None:
    missing = max(books.x[column] for column in lot.unmet)
    if missing <= DUST:
        return
    for way in lot.ways:
        amount = min(missing, books.room(way.columns, base))
        if amount > DUST:
            for column, per_unit in way.columns.items():
                most = max(sent.get(column, 0.0), per_unit * amount)
                sent[column] = most if column == way.source else sent.get(column, 0.0) + per_unit * amount
            return


def goods(data: Supply, books: Books) -> Iterator[Action]:
    """By site, commodity, period and path: from what is there, from stock bought ahead, from each supplier."""
    yield from _Goods(data, books).actions()
    for opened in books.names.columns("supply.opened").values():
        yield Action(Once(opened), (opened,), (), "")


class _Goods:
    def __init__(self, data: Supply, books: Books) -> None:
        self._data = data
        self._unmet = books.names.columns("supply.unmet")
        self._shipped = books.names.columns("supply.shipped")
        self._transferred = books.names.columns("supply.transferred")
        self._carried = books.names.columns("supply.carried")
        self._bought = books.names.columns("supply.bought")
        self._opened = books.names.columns("supply.opened")
        self._group = {(w, t): name for (name, t), members in data.groups.items() for w in members}
        self._ordered = books.names.columns("supply.ordered")
        self._senders: dict[tuple[str, str, str, str], list[Sending]] = defaultdict(list)
        for key in map(Sending._make, self._transferred):
            self._senders[key.scenario, key.period, key.place, key.commodity].append(key)

    def actions(self) -> Iterator[Action]:
        """An action a path and a source."""
        for (origin, site, commodity, period, *_), by_group in sorted(self._paths().items()):
            stock = Stock(origin, commodity)
            requires = [way.requires for keys in by_group.values() for way in self._ways(keys)]
            columns = tuple(self._shipped[tuple(keys[-1])] for keys in by_group.values())
            opened = self._opened.get(origin)
            gates = () if opened is None else (opened,)
            for source in ("", *([_AHEAD] if tuple(stock) in self._bought else []), *self._suppliers(stock)):
                lots = tuple(self._lots(source, stock, period, by_group))
                if lots:
                    yield Action(Sent(lots, opened), columns, (site,), period, mechanisms_of(requires), gates)

    def _paths(self) -> dict[tuple[str, ...], dict[str, tuple[Sending, ...]]]:
        """The sendings of each path by information group: straight to the site, or by way of another depot."""
        out: dict[tuple[str, ...], dict[str, tuple[Sending, ...]]] = defaultdict(dict)
        for last in map(Sending._make, self._shipped):
            need = (last.place, last.commodity, last.period)
            out[(last.depot, *need, last.via)][last.scenario] = (last,)
            for first in self._senders.get((last.scenario, last.period, last.depot, last.commodity), ()):
                out[(first.depot, *need, last.via, last.depot, first.via)][last.scenario] = (first, last)
        return out

    def _ways(self, keys: tuple[Sending, ...]) -> list[SendingData]:
        """What is known of each sending of a path; only the last goes to a site."""
        return [*(self._data.transfers[key] for key in keys[:-1]), self._data.shipments[keys[-1]]]

    def _suppliers(self, stock: Stock) -> list[str]:
        return sorted(
            {order.supplier for order, item in self._data.orders.items() if (item.depot, item.commodity) == stock}
        )

    def _lots(
        self, source: str, stock: Stock, period: str, by_group: Mapping[str, tuple[Sending, ...]]
    ) -> Iterator[Lot]:
        for name, keys in by_group.items():
            members = self._data.groups[name, period]
            needs = [(w, keys[-1].place, stock.commodity, period) for w in members]
            unmet = tuple(self._unmet[need] for need in needs if need in self._unmet)
            sent = {self._transferred[tuple(key)]: 1.0 for key in keys[:-1]} | {self._shipped[tuple(keys[-1])]: 1.0}
            ways = tuple(
                Way({**sent, **carried, **brought}, next(iter(brought), None))
                for first, brought in self._sources(source, stock, period, members)
                if (carried := self._kept(stock, members, first, period)) is not None
            )
            if unmet and ways:
                yield Lot(unmet, ways)

    def _sources(
        self, source: str, stock: Stock, period: str, members: Sequence[str]
    ) -> Iterator[tuple[str, dict[int, float]]]:
        """From which period on a unit is there, and what brings it; the latest first."""
        until = self._data.periods[: self._data.periods.index(period) + 1]
        if not source:
            yield from ((t, {}) for t in reversed(until))
        elif source == _AHEAD:
            survives = min(self._data.survive(w, stock) for w in members)
            if survives > 0:
                yield until[0], {self._bought[tuple(stock)]: 1.0 / survives}
        else:
            for t in reversed(until):
                order = (self._group.get((members[0], t), ""), source, t)
                item = self._data.orders.get(Order(*order))
                if item is not None and item.arrives in until and order in self._ordered:
                    yield item.arrives, {self._ordered[order]: 1.0}

    def _kept(self, stock: Stock, members: Sequence[str], first: str, last: str) -> dict[int, float] | None:
        """What is carried over from one period to another; None where it cannot be."""
        periods = self._data.periods
        kept = [(w, *stock, t) for w in members for t in periods[periods.index(first) : periods.index(last)]]
        return {self._carried[key]: 1.0 for key in kept} if all(key in self._carried for key in kept) else None
