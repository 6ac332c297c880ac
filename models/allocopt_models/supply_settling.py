"""What is truly done with goods: a solver's amounts without its dust, and never more than was there.

A solver keeps rows to a tolerance. Here amounts too small to mean anything become zero, and where a little more leaves
a depot than is there, or is lent than may be, all that leaves is cut by one factor. Cuts only ever lower amounts, so
that ceilings keep; scenarios that decide together are cut together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pyomo.core import value

from allocopt_models.stock_keeping import Held
from allocopt_models.supply import Order, Sending, Stock, Supply, SupplyVariables
from allocopt_models.terms import Expr

# An amount is dust below this share of the most it could be, or below this much of a unit if that is more.
DUST_SHARE, DUST_UNITS = 1e-9, 1e-7
# Rounding of a sum.
ROUNDING = 1e-12
# Cuts go around a circle of transfers at most so often.
MOST_CUTS = 50

Sent = dict[Sending, float]
# Scenario, depot, commodity.
Place = tuple[str, str, str]
Key = TypeVar("Key")


@dataclass
class _Amounts:
    bought: dict[Stock, float]
    ordered: dict[Order, float]
    shipped: Sent
    transferred: Sent
    carried: dict[Held, float]

    def sent(self) -> Iterator[tuple[Sent, Sending]]:
        """All shipments and transfers."""
        for amounts in (self.shipped, self.transferred):
            for key in amounts:
                yield amounts, key


def settle_supply(data: Supply, made: SupplyVariables) -> None:
    """Clean the amounts that the variables hold, and set what is carried over. Dependent needs are left as they are."""
    amounts = _read(data, made)
    _fit_stock(data, amounts)
    for _ in range(MOST_CUTS):
        _keep_balance(data, amounts)
        if not _keep_shares(data, amounts):
            break
    _write(made, amounts)


def without_dust(amount: float, most: float) -> float:
    """The amount within 0 and `most`; 0 when it is too small to mean anything."""
    dust = max(DUST_SHARE * most, min(DUST_UNITS, 10.0 * DUST_UNITS * most))
    return 0.0 if amount <= dust else min(amount, most)


def _read(data: Supply, made: SupplyVariables) -> _Amounts:
    is_open = {w: depot.open or round(value(made.opened[w])) == 1 for w, depot in data.depots.items()}
    return _Amounts(
        bought={
            key: without_dust(value(x), data.stocks[key].most_bought)
            for key, x in made.bought.items()
            if is_open[key.depot]
        },
        ordered=_nonzero(
            (key, without_dust(value(made.ordered[key]), order.most))
            for key, order in data.orders.items()
            if is_open[order.depot]
        ),
        shipped=_nonzero(
            (key, without_dust(value(made.shipped[key]), way.most))
            for key, way in data.shipments.items()
            if is_open[key.depot]
        ),
        transferred=_nonzero(
            (key, without_dust(value(made.transferred[key]), way.most))
            for key, way in data.transfers.items()
            if is_open[key.depot] and is_open[key.place]
        ),
        carried={},
    )


def _nonzero(amounts: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    return {key: amount for key, amount in amounts if amount > 0}


def _fit_stock(data: Supply, amounts: _Amounts) -> None:
    for depot, item in data.depots.items():
        volume = {key: data.commodities[key.commodity].volume_m3 for key in data.stocks if key.depot == depot}
        room = item.capacity_m3 - sum(volume[key] * data.stocks[key].initial for key in volume)
        filled = sum(volume[key] * amounts.bought.get(key, 0.0) for key in volume)
        if filled > max(room, 0.0):
            for key in volume.keys() & amounts.bought.keys():
                amounts.bought[key] *= max(room, 0.0) / filled


def _keep_balance(data: Supply, amounts: _Amounts) -> None:
    """Period by period, cut what leaves to what is there; then keep what is left and still good."""
    came_first = _own_arrivals(data, amounts)
    came: dict[Place, list[float]] = defaultdict(list)
    kept: dict[Place, float] = defaultdict(float)
    sent_in: dict[str, list[tuple[Sent, Sending]]] = defaultdict(list)
    for sent, key in amounts.sent():
        sent_in[key.period].append((sent, key))
    places = {held[:3] for held in came_first} | {
        (w, place, key.commodity)
        for _, key in amounts.sent()
        for w in data.sent_in(key)
        for place in (key.depot, key.place)
    }
    amounts.carried = {}
    for t in data.periods:
        own = {place: came_first.get(Held(*place, t), 0.0) for place in places}
        there, leaving = _cut_to_what_is_there(data, amounts, sent_in[t], own, kept)
        for place in places:
            came[place].append(there[place] - kept[place])
            life = data.commodities[place[2]].shelf_life
            young = there[place] if life is None else sum(came[place][max(len(came[place]) - life + 1, 0) :])
            kept[place] = min(max(there[place] - leaving.get(place, 0.0), 0.0), young)
            amounts.carried[Held(*place, t)] = kept[place]


def _own_arrivals(data: Supply, amounts: _Amounts) -> dict[Held, float]:
    """Stock that survived, and orders."""
    out: dict[Held, float] = defaultdict(float)
    for scenario in data.scenarios:
        for stock, item in data.stocks.items():
            there = item.initial + amounts.bought.get(stock, 0.0)
            out[Held(scenario, *stock, data.periods[0])] += data.survive(scenario, stock) * there
    for order, amount in amounts.ordered.items():
        item_ = data.orders[order]
        for scenario in data.sent_in(order):
            out[Held(scenario, item_.depot, item_.commodity, item_.arrives)] += amount
    return out


def _cut_to_what_is_there(
    data: Supply,
    amounts: _Amounts,
    sent_now: list[tuple[Sent, Sending]],
    own: dict[Place, float],
    kept: dict[Place, float],
) -> tuple[dict[Place, float], dict[Place, float]]:
    """Cut the sendings of one period. Returns what is there and what leaves, by place."""
    for _ in range(MOST_CUTS):
        there = {place: own[place] + kept[place] for place in own}
        leaving: dict[Place, float] = defaultdict(float)
        for sent, key in sent_now:
            for scenario in data.sent_in(key):
                leaving[scenario, key.depot, key.commodity] += sent[key]
                if sent is amounts.transferred:
                    there[scenario, key.place, key.commodity] += sent[key]
        left = {place: there[place] / out for place, out in leaving.items() if out > there[place] * (1 + ROUNDING)}
        if not left:
            break
        for sent, key in sent_now:
            sent[key] *= min(left.get((w, key.depot, key.commodity), 1.0) for w in data.sent_in(key))
    return there, leaving


def _keep_shares(data: Supply, amounts: _Amounts) -> bool:
    """Cut what is lent to the share that may be. True when something was cut."""
    had: dict[Place, float] = defaultdict(float)
    for held, amount in _own_arrivals(data, amounts).items():
        had[held[:3]] += amount
    lent: dict[tuple[str, Place], float] = defaultdict(float)
    for sent, key in amounts.sent():
        for scenario in data.sent_in(key) if key.via else ():
            lent[key.via, (scenario, key.depot, key.commodity)] += sent[key]
    most = {key: data.lent_share[key[0]] * had[key[1]] for key in lent}
    left = {key: most[key] / amount for key, amount in lent.items() if amount > most[key] * (1 + ROUNDING)}
    for sent, key in amounts.sent() if left else ():
        sent[key] *= min(left.get((key.via, (w, key.depot, key.commodity)), 1.0) for w in data.sent_in(key))
    return bool(left)


def _write(made: SupplyVariables, amounts: _Amounts) -> None:
    _set(made.bought, amounts.bought)
    _set(made.ordered, amounts.ordered)
    _set(made.shipped, amounts.shipped)
    _set(made.transferred, amounts.transferred)
    _set(made.carried, amounts.carried)


def _set(variables: Mapping[Key, Expr], numbers: Mapping[Key, float]) -> None:
    for key, variable in variables.items():
        variable.set_value(numbers.get(key, 0.0), skip_validation=True)
