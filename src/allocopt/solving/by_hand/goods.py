"""Goods for what a site needs in a period, as an action: sent from what is there, bought ahead, or ordered in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from allocopt.solving.by_hand.actions import Action, Once, mechanisms_of
from allocopt.solving.by_hand.books import Books
from allocopt.solving.by_hand.lots import Lot, Sent, Way
from allocopt_models.supply import Order, Sending, Stock, Supply

# The sendings that take a unit to the site: one from a depot, or two by way of another depot.
Path = tuple[Sending, ...]
# The period from which on a unit is there, the column that brings it (None: it is there), and how much of it.
Source = tuple[str, int | None, float]


def goods(data: Supply, books: Books) -> Iterator[Action]:
    """For each need of a site in a period what is missed of it, from open depots, or from one that is opened for it."""
    yield from _Goods(data, books).actions()
    for opened in books.names.columns("supply.opened").values():
        yield Action("supply", Once(opened), (opened,), (), "")


class _Goods:
    def __init__(self, data: Supply, books: Books) -> None:
        self._data, self._books = data, books
        self._unmet = books.names.columns("supply.unmet")
        self._shipped = books.names.columns("supply.shipped")
        self._transferred = books.names.columns("supply.transferred")
        self._carried = books.names.columns("supply.carried")
        self._bought = books.names.columns("supply.bought")
        self._ordered = books.names.columns("supply.ordered")
        self._group = {(w, t): name for (name, t), members in data.groups.items() for w in members}
        self._suppliers: dict[Stock, set[str]] = defaultdict(set)
        for order, item in data.orders.items():
            self._suppliers[Stock(item.depot, item.commodity)].add(order.supplier)

    def actions(self) -> Iterator[Action]:
        """An action a site, commodity and period, and one for each depot not open yet that can send goods there."""
        opened = self._books.names.columns("supply.opened")
        for (_, site, period), by_group in sorted(self._paths().items(), key=lambda item: item[0]):
            paths = [path for found in by_group.values() for path in found]
            columns = tuple(self._shipped[tuple(path[-1])] for path in paths)
            shipments, transfers = self._data.shipments, self._data.transfers
            requires = [shipments[path[-1]].requires for path in paths]
            requires += [transfers[key].requires for path in paths for key in path[:-1]]
            mechanisms = mechanisms_of(requires)
            closed = sorted({path[0].depot for path in paths} & opened.keys())
            gates = tuple(opened[depot] for depot in closed)
            yield Action("supply", Sent(self._lots(by_group), None), columns, (site,), period, mechanisms, gates)
            for depot in closed:
                from_there = {name: [p for p in found if p[0].depot == depot] for name, found in by_group.items()}
                deed = Sent(self._lots(from_there), opened[depot])
                yield Action("supply", deed, columns, (site,), period, mechanisms)

    def _paths(self) -> dict[tuple[str, str, str], dict[str, list[Path]]]:
        """By commodity, site and period, and by information group: straight to the site, or by way of another depot."""
        senders: dict[tuple[str, str, str, str], list[Sending]] = defaultdict(list)
        for first in map(Sending._make, self._transferred):
            senders[first.scenario, first.period, first.place, first.commodity].append(first)
        out: dict[tuple[str, str, str], dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
        for last in map(Sending._make, self._shipped):
            by_way_of = senders.get((last.scenario, last.period, last.depot, last.commodity), ())
            found = out[last.commodity, last.place, last.period][last.scenario]
            found += [(last,), *((first, last) for first in by_way_of)]
        return out

    def _lots(self, by_group: Mapping[str, Sequence[Path]]) -> tuple[Lot, ...]:
        lots = []
        for name, paths in by_group.items():
            if paths:
                last = paths[0][-1]
                members = self._data.groups[name, last.period]
                needs = [(w, last.place, last.commodity, last.period) for w in members]
                unmet = tuple(self._unmet[need] for need in needs if need in self._unmet)
                lots += [Lot(unmet, partial(self._ways, paths, members))] if unmet else []
        return tuple(lots)

    def _ways(self, paths: Sequence[Path], members: Sequence[str]) -> list[Way]:
        """The ways of all paths from all sources, the cheapest first."""
        found = [
            Way(columns, column)
            for path in paths
            for first, column, per_unit in self._sources(path, members)
            if (columns := self._moved(path, members, first)) is not None
            and (column is None or columns.setdefault(column, per_unit))
        ]
        return sorted(found, key=lambda way: self._books.cash(way.columns))

    def _sources(self, path: Path, members: Sequence[str]) -> Iterator[Source]:
        """What is there or has just come in; what is bought ahead; what each supplier can bring in time, the latest
        first."""
        stock, period = Stock(path[0].depot, path[0].commodity), path[0].period
        until = self._data.periods[: self._data.periods.index(period) + 1]
        yield from ((t, None, 0.0) for t in dict.fromkeys((period, until[0])))
        survives = min(self._data.survive(w, stock) for w in members)
        if tuple(stock) in self._bought and survives > 0:
            yield until[0], self._bought[tuple(stock)], 1.0 / survives
        for supplier in sorted(self._suppliers.get(stock, ())):
            for t in reversed(until):
                order = Order(self._group.get((members[0], t), ""), supplier, t)
                item = self._data.orders.get(order)
                if item is not None and item.arrives in until and tuple(order) in self._ordered:
                    yield item.arrives, self._ordered[tuple(order)], 1.0

    def _moved(self, path: Path, members: Sequence[str], first: str) -> dict[int, float] | None:
        """The columns that move with a unit that is there from a period on; None where it cannot be kept so long."""
        periods, period = self._data.periods, path[0].period
        kept = [
            (w, path[0].depot, path[0].commodity, t)
            for w in members
            for t in periods[periods.index(first) : periods.index(period)]
        ]
        if not all(key in self._carried for key in kept):
            return None
        sent = [*(self._transferred[tuple(key)] for key in path[:-1]), self._shipped[tuple(path[-1])]]
        return dict.fromkeys([*sent, *(self._carried[key] for key in kept)], 1.0)
