"""Supply: a two-stage stochastic programme with recourse (Rawls and Turnquist 2010).

First stage: which depots w to open, and how much of each commodity k to put there before anything happens.

    Σ_k volume[k] · (initial[w,k] + bought[w,k]) ≤ capacity[w] · open[w]

Second stage: in scenario ω the share σ[ω,w,k] of the stock survives. Period by period goods arrive (surviving stock in
the first period, orders placed `lead` periods before, transfers in), leave (shipments to sites, transfers out) and are
kept as `stock_keeping.py` has it; what sites miss of their needs is in `needs.py`.

Orders, shipments and transfers of a period are made by an information group: scenarios that are not yet told apart
share one variable (non-anticipativity without further rows). Stocks are kept scenario by scenario.

    Σ_t sent via link ≤ share · (surviving stock + orders arrived)         for each depot, commodity and scenario
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pyomo.core import Binary, Constraint, Set, Var

from allocopt_models.lending import add_lending
from allocopt_models.needs import Adopted, Need, NeedData, NeedsLeft, add_needs, penalties
from allocopt_models.stock_keeping import Held, add_stock_keeping
from allocopt_models.terms import Block, Booking, Contribution, Cost, Expr, Price, Requires, Works, add, total
from allocopt_models.unlocking import add_unlocking

# Rows that only strengthen the bound are left out when they are more than this.
MOST_STRONG_ROWS = 20_000


class Stock(NamedTuple):
    depot: str
    commodity: str


class Order(NamedTuple):
    """`scenario` names an information group, by its first scenario."""

    scenario: str
    supplier: str
    period: str


class Sending(NamedTuple):
    """Goods that leave a depot for a place: a site (shipment) or a depot (transfer). `scenario` names an
    information group, by its first scenario; `via` is blank, or the link under which the depot's body acts."""

    scenario: str
    period: str
    depot: str
    place: str
    commodity: str
    via: str


@dataclass(frozen=True)
class DepotData:
    """A depot, and what its costs are booked on: opening, stock bought ahead, and transport by period."""

    open: bool
    open_cost_cny: float
    capacity_m3: float
    capital: Booking
    goods: Booking
    transport: Mapping[str, Booking]


@dataclass(frozen=True)
class CommodityData:
    """`shelf_life` in periods, None for ever."""

    cost_cny: float
    volume_m3: float
    ship_cost_cny_km: float
    shelf_life: int | None


@dataclass(frozen=True)
class StockData:
    """Units there already, and the most it makes sense to buy."""

    initial: float
    most_bought: float


@dataclass(frozen=True)
class OrderData:
    """What an order is, when it arrives, and the most it makes sense to order."""

    depot: str
    commodity: str
    arrives: str
    most: float
    cost_cny: float
    booking: Booking


@dataclass(frozen=True, slots=True)
class SendingData:
    """The most it makes sense to send, the kilometres in each scenario of the group, and what must work for it."""

    most: float
    km: tuple[float, ...]
    requires: Requires


@dataclass(frozen=True)
class Supply:
    """`groups[name, period]`: the scenarios that decide together in the period, in order; the name is the first.
    `survives[scenario, depot, commodity]`: share of the stock, 1 where there is none. `lent_share`: by link."""

    periods: Sequence[str]
    groups: Mapping[tuple[str, str], tuple[str, ...]]
    depots: Mapping[str, DepotData]
    commodities: Mapping[str, CommodityData]
    stocks: Mapping[Stock, StockData]
    survives: Mapping[tuple[str, str, str], float]
    orders: Mapping[Order, OrderData]
    shipments: Mapping[Sending, SendingData]
    transfers: Mapping[Sending, SendingData]
    needs: Mapping[Need, NeedData]
    lent_share: Mapping[str, float]

    @cached_property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(sorted({scenario for members in self.groups.values() for scenario in members}))

    def survive(self, scenario: str, stock: Stock) -> float:
        """Share of the stock that can be used in the scenario."""
        return self.survives.get((scenario, *stock), 1.0)

    def sent_in(self, key: Sending | Order) -> tuple[str, ...]:
        """The scenarios in which it is sent or ordered."""
        return self.groups[key.scenario, key.period]


@dataclass(frozen=True)
class SupplyVariables:
    """What is decided and what is missed. `opened` has the depots that are not open yet; `unmet` is a number where
    nothing can be done about it."""

    opened: Mapping[str, Expr]
    bought: Mapping[Stock, Expr]
    ordered: Mapping[Order, Expr]
    shipped: Mapping[Sending, Expr]
    transferred: Mapping[Sending, Expr]
    carried: Mapping[Held, Expr]
    unmet: Mapping[Need, Expr]
    needs_left: NeedsLeft


def add_supply(b: Block, data: Supply, *, adopted: Adopted, works: Works) -> tuple[Contribution, SupplyVariables]:
    """Adds depots, stocks, and the recourse in every scenario. `adopted` has the measures that can lower needs."""
    opened, bought = _add_first_stage(b, data)
    is_open = {w: opened.get(w, 1.0) for w in sorted(data.depots)}
    ordered = _add_orders(b, data, is_open)
    shipped = _add_sendings(b, "shipped", data.shipments, "goods sent from a depot to a site")
    transferred = _add_sendings(b, "transferred", data.transfers, "goods sent from a depot to a depot")
    _only_from_and_to_open_depots(b, data, is_open, shipped, transferred)
    for done, ways, sent in (("shipped", data.shipments, shipped), ("transferred", data.transfers, transferred)):
        add_unlocking(
            b,
            f"{done}_only_while_unlocked",
            variables=sent,
            most={key: way.most for key, way in ways.items()},
            requires={key: way.requires for key, way in ways.items()},
            works=works,
        )
    flows = _flows(data, bought, ordered, shipped, transferred)
    shelf_life = {k: item.shelf_life for k, item in data.commodities.items()}
    carried = add_stock_keeping(
        b, arriving=flows.arriving, leaving=flows.leaving, shelf_life=shelf_life, periods=data.periods
    )
    _lent_within_share(b, data, flows, ordered, shipped, transferred)
    served: dict[Need, list[Expr]] = defaultdict(list)
    for key in sorted(data.shipments):
        for scenario in data.sent_in(key):
            served[Need(scenario, key.place, key.commodity, key.period)].append(shipped[key])
    unmet, left = add_needs(b, data.needs, served=served, adopted=adopted)
    made = SupplyVariables(opened, bought, ordered, shipped, transferred, carried, unmet, left)
    return _contribution(data, made), made


def _add_first_stage(b: Block, data: Supply) -> tuple[dict[str, Expr], dict[Stock, Expr]]:
    closed = [w for w in sorted(data.depots) if not data.depots[w].open]
    add(b, "CLOSED_DEPOTS", Set(initialize=closed, doc="depots that are not open yet"))
    opening = add(b, "opened", Var(b.CLOSED_DEPOTS, domain=Binary, doc="1 if the depot is opened"))
    opened = {w: opening[w] for w in closed}
    buyable = [key for key in sorted(data.stocks) if data.stocks[key].most_bought > 0]
    add(b, "BUYABLE", Set(initialize=buyable, dimen=2, doc="depot and commodity"))
    bought = add(
        b,
        "bought",
        Var(
            b.BUYABLE,
            bounds=lambda _, *key: (0, data.stocks[Stock(*key)].most_bought),
            doc="units bought ahead and put in the depot",
        ),
    )
    _stock_fits(b, data, {w: opened.get(w, 1.0) for w in data.depots}, bought)
    return opened, {Stock(*key): bought[key] for key in b.BUYABLE}


def _stock_fits(b: Block, data: Supply, is_open: Mapping[str, Expr], bought: Mapping[Stock, Expr]) -> None:
    held: dict[str, list[Expr]] = defaultdict(list)
    fullest: dict[str, float] = defaultdict(float)
    for key, item in sorted(data.stocks.items()):
        volume = data.commodities[key.commodity].volume_m3
        held[key.depot].append(volume * (item.initial + (bought[key] if item.most_bought > 0 else 0.0)))
        fullest[key.depot] += volume * (item.initial + item.most_bought)
    add(b, "STOCKED", Set(initialize=sorted({depot for depot, _ in b.BUYABLE}), doc="depots that stock is bought for"))
    bought_if_opened = [key for key in b.BUYABLE if not data.depots[key[0]].open]
    add(b, "BUYABLE_IF_OPENED", Set(initialize=bought_if_opened, dimen=2, doc="depot not open yet, and commodity"))

    def stock_fits_in_open_depot(_: Block, depot: str) -> Expr:
        return total(held[depot]) <= min(data.depots[depot].capacity_m3, fullest[depot]) * is_open[depot]

    def bought_only_where_open(_: Block, *key: str) -> Expr:
        return bought[key] <= data.stocks[Stock(*key)].most_bought * is_open[key[0]]  # type: ignore[index]

    add(b, "stock_fits_in_open_depot", Constraint(b.STOCKED, rule=stock_fits_in_open_depot, doc="stock needs room"))
    add(
        b,
        "bought_only_where_open",
        Constraint(b.BUYABLE_IF_OPENED, rule=bought_only_where_open, doc="a depot that is not open holds nothing"),
    )


def _add_orders(b: Block, data: Supply, is_open: Mapping[str, Expr]) -> Mapping[Order, Expr]:
    add(b, "ORDERS", Set(initialize=sorted(data.orders), dimen=3, doc="scenario, supplier, period"))
    bounds = {key: (0.0, order.most) for key, order in data.orders.items()}
    ordered = add(b, "ordered", Var(b.ORDERS, bounds=lambda _, *key: bounds[Order(*key)], doc="units ordered"))
    waiting = [key for key in sorted(data.orders) if not data.depots[data.orders[key].depot].open]
    add(b, "ORDERS_IF_OPENED", Set(initialize=waiting, dimen=3, doc="orders of depots that are not open yet"))

    def ordered_only_where_open(_: Block, *key: str) -> Expr:
        order = data.orders[Order(*key)]
        return ordered[key] <= order.most * is_open[order.depot]

    rows = Constraint(b.ORDERS_IF_OPENED, rule=ordered_only_where_open, doc="a supplier delivers to an open depot")
    add(b, "ordered_only_where_open", rows)
    return {Order(*key): ordered[key] for key in b.ORDERS}


def _add_sendings(b: Block, name: str, ways: Mapping[Sending, SendingData], doc: str) -> Mapping[Sending, Expr]:
    index = add(
        b,
        f"{name.upper()}_WAYS",
        Set(initialize=sorted(ways), dimen=6, doc="scenario, period, depot, place, commodity, via"),
    )
    sent = add(b, name, Var(index, bounds=lambda _, *key: (0, ways[Sending(*key)].most), doc=doc))
    return {Sending(*key): sent[key] for key in index}


def _only_from_and_to_open_depots(
    b: Block,
    data: Supply,
    is_open: Mapping[str, Expr],
    shipped: Mapping[Sending, Expr],
    transferred: Mapping[Sending, Expr],
) -> None:
    """Nothing leaves a closed depot, which holds nothing; said for each shipment as well it makes a better bound, worth
    its rows while these are not too many."""
    out_of = [key for key in sorted(data.shipments) if not data.depots[key.depot].open]
    out_of = out_of if len(out_of) <= MOST_STRONG_ROWS else []
    into = [key for key in sorted(data.transfers) if not data.depots[key.place].open]
    add(b, "SHIPPED_IF_OPENED", Set(initialize=out_of, dimen=6, doc="shipments from depots that are not open yet"))
    add(b, "TRANSFERRED_IF_OPENED", Set(initialize=into, dimen=6, doc="transfers to depots that are not open yet"))

    def shipped_only_where_open(_: Block, *key: str) -> Expr:
        sending = Sending(*key)
        return shipped[sending] <= data.shipments[sending].most * is_open[sending.depot]

    def transferred_only_where_open(_: Block, *key: str) -> Expr:
        sending = Sending(*key)
        return transferred[sending] <= data.transfers[sending].most * is_open[sending.place]

    add(
        b,
        "shipped_only_where_open",
        Constraint(b.SHIPPED_IF_OPENED, rule=shipped_only_where_open, doc="a closed depot ships nothing"),
    )
    add(
        b,
        "transferred_only_where_open",
        Constraint(b.TRANSFERRED_IF_OPENED, rule=transferred_only_where_open, doc="a closed depot takes nothing in"),
    )


@dataclass(frozen=True)
class _Flows:
    """What arrives at and leaves each depot. Surviving stock arrives in the first period."""

    surviving: Mapping[tuple[str, Stock], Expr]
    arriving: Mapping[Held, Sequence[Expr]]
    leaving: Mapping[Held, Sequence[Expr]]


def _flows(
    data: Supply,
    bought: Mapping[Stock, Expr],
    ordered: Mapping[Order, Expr],
    shipped: Mapping[Sending, Expr],
    transferred: Mapping[Sending, Expr],
) -> _Flows:
    surviving: dict[tuple[str, Stock], Expr] = {}
    arriving: dict[Held, list[Expr]] = defaultdict(list)
    leaving: dict[Held, list[Expr]] = defaultdict(list)
    for scenario in data.scenarios:
        for stock in sorted(data.stocks):
            there, share = data.stocks[stock].initial + bought.get(stock, 0.0), data.survive(scenario, stock)
            if share > 0 and (stock in bought or there > 0):
                surviving[scenario, stock] = share * there
                arriving[Held(scenario, *stock, data.periods[0])].append(share * there)
    for order, item in sorted(data.orders.items()):
        for scenario in data.sent_in(order):
            arriving[Held(scenario, item.depot, item.commodity, item.arrives)].append(ordered[order])
    for key in sorted(data.transfers):
        for scenario in data.sent_in(key):
            leaving[Held(scenario, key.depot, key.commodity, key.period)].append(transferred[key])
            arriving[Held(scenario, key.place, key.commodity, key.period)].append(transferred[key])
    for key in sorted(data.shipments):
        for scenario in data.sent_in(key):
            leaving[Held(scenario, key.depot, key.commodity, key.period)].append(shipped[key])
    return _Flows(surviving, arriving, leaving)


def _lent_within_share(
    b: Block,
    data: Supply,
    flows: _Flows,
    ordered: Mapping[Order, Expr],
    sent: Mapping[Sending, Expr],
    transferred: Mapping[Sending, Expr],
) -> None:
    lent: dict[tuple[str, str, str, str], list[Expr]] = defaultdict(list)
    for ways, variables in ((data.shipments, sent), (data.transfers, transferred)):
        for key in sorted(ways):
            for scenario in data.sent_in(key) if key.via else ():
                lent[key.via, key.depot, key.commodity, scenario].append(variables[key])
    had: dict[tuple[str, Stock], list[Expr]] = defaultdict(list)
    for (scenario, stock), surviving in flows.surviving.items():
        had[scenario, stock].append(surviving)
    for order, item in sorted(data.orders.items()):
        for scenario in data.sent_in(order):
            had[scenario, Stock(item.depot, item.commodity)].append(ordered[order])

    def most_lent(via: str, depot: str, commodity: str, scenario: str) -> Expr:
        return data.lent_share[via] * total(had[scenario, Stock(depot, commodity)])

    parts, words = "link, depot, commodity, scenario", "a link lends at most its share of a depot's goods"
    add_lending(b, lent=lent, most=most_lent, parts=parts, doc=words)


def _contribution(data: Supply, made: SupplyVariables) -> Contribution:
    out = Contribution()
    for depot, opened in made.opened.items():
        if data.depots[depot].open_cost_cny:
            out.costs.append(Cost(data.depots[depot].capital, data.depots[depot].open_cost_cny * opened))
    for stock, bought in made.bought.items():
        price = data.commodities[stock.commodity].cost_cny
        if price:
            out.costs.append(Cost(data.depots[stock.depot].goods, price * bought))
    for order, item in sorted(data.orders.items()):
        for scenario in data.sent_in(order) if item.cost_cny else ():
            out.costs.append(Cost(item.booking, item.cost_cny * made.ordered[order], scenario))
    _book_sendings(data, made, out)
    penalties(data.needs, made.unmet, out)
    return out


def _book_sendings(data: Supply, made: SupplyVariables, out: Contribution) -> None:
    fares: dict[tuple[str, str, str], list[Expr]] = defaultdict(list)
    lent: dict[tuple[str, str, str], list[Expr]] = defaultdict(list)
    for ways, sent in ((data.shipments, made.shipped), (data.transfers, made.transferred)):
        for key in sorted(ways):
            fare = data.commodities[key.commodity].ship_cost_cny_km
            for scenario, km in zip(data.sent_in(key), ways[key].km, strict=True):
                if fare * km > 0:
                    fares[key.depot, key.period, scenario].append(fare * km * sent[key])
                if key.via:
                    lent[key.via, key.period, scenario].append(sent[key])
    for (depot, period, scenario), parts in sorted(fares.items()):
        out.costs.append(Cost(data.depots[depot].transport[period], total(parts), scenario))
    for (via, period, scenario), parts in sorted(lent.items()):
        out.prices.append(Price(via, period, total(parts), scenario))
