"""Supply: which goods can be bought, ordered and sent, where and when, and what sites need of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from allocopt.arrange.acting import Acting
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import Effects, weight
from allocopt.arrange.supply_limits import SupplyLimits
from allocopt.arrange.ways_of_goods import WaysOfGoods
from allocopt.city import City
from allocopt.schema.supply import CommodityRow, DepotRow, NeedRow, ScenarioRow
from allocopt_models.needs import Need, NeedData
from allocopt_models.supply import (
    CommodityData,
    DepotData,
    Order,
    OrderData,
    Sending,
    SendingData,
    Stock,
    StockData,
    Supply,
)
from allocopt_models.terms import Booking


def arrange_supply(
    city: City, acting: Acting, calendar: Calendar, effects: Effects, *, transfers: bool = True, shipments: bool = True
) -> Supply:
    """Everything that can be done about needs in this regime, measures apart; without transfers or shipments where
    these are needless, or told in another way."""
    return _Arranger(city, acting, calendar, effects).arrange(transfers=transfers, shipments=shipments)


def information_groups(city: City, calendar: Calendar) -> dict[tuple[str, str], tuple[str, ...]]:
    """The scenarios that decide together in a period, under the name of the first: those that are not yet told apart,
    and each of the others for itself."""
    out: dict[tuple[str, str], tuple[str, ...]] = {}
    for place, t in enumerate(calendar.periods):
        alike: list[str] = []
        for row in sorted(city.of(ScenarioRow), key=lambda row: row.id):
            if row.known_from is not None and calendar.periods.index(row.known_from) > place:
                alike.append(row.id)
            else:
                out[row.id, t] = (row.id,)
        if alike:
            out[alike[0], t] = tuple(alike)
    return out


def arrange_needs(city: City, effects: Effects) -> dict[Need, NeedData]:
    """All needs above zero, with the measures that could lower them."""
    penalty = {row.id: row.penalty_cny for row in city.of(CommodityRow)}
    lowering = [
        (measure, row.commodity, row.scenario, weight(row.share))
        for measure in sorted(effects.on_need)
        for row in effects.on_need[measure]
        if row.share > 0
    ]
    return {
        Need(row.scenario, row.site, row.commodity, row.period): NeedData(
            amount=row.amount,
            penalty_cny=penalty[row.commodity] if row.penalty_cny is None else row.penalty_cny,
            lowered_by=tuple(
                (measure, effort)
                for measure, commodity, scenario, effort in lowering
                if commodity == row.commodity and scenario in (None, row.scenario)
            ),
        )
        for row in city.of(NeedRow)
        if row.amount > 0
    }


class _Arranger:
    def __init__(self, city: City, acting: Acting, calendar: Calendar, effects: Effects) -> None:
        self.city, self.acting, self.calendar = city, acting, calendar
        self.depots = {row.id: row for row in city.of(DepotRow)}
        self.commodities = {row.id: row for row in city.of(CommodityRow)}
        self.needs = arrange_needs(city, effects)
        self.groups = information_groups(city, calendar)
        self.ways = WaysOfGoods(city, sorted({need.site for need in self.needs}))
        self.limits = SupplyLimits(city, acting, calendar, self.needs)
        self._area = {site.id: site.area for site in self.ways.sites}
        self._ways: dict[tuple[str, str, str], list[str]] = {}

    def arrange(self, *, transfers: bool, shipments: bool) -> Supply:
        stocks = {Stock(w, k): self._stock(w, k) for w in self.depots for k in self.commodities}
        stocks = {key: stock for key, stock in stocks.items() if stock.initial > 0 or stock.most_bought > 0}
        orders = dict(self._orders())
        moved = dict(self._transfers()) if transfers else {}
        held = _held(stocks, orders, moved)
        return Supply(
            periods=self.calendar.periods,
            groups=self.groups,
            depots={depot.id: self._depot(depot) for depot in self.depots.values()},
            commodities={
                row.id: CommodityData(row.cost_cny, row.volume_m3, row.ship_cost_cny_km, row.shelf_life)
                for row in self.commodities.values()
            },
            stocks=stocks,
            survives={
                (row.id, *key): self.limits.survives(row.id, *key)
                for row in self.city.of(ScenarioRow)
                for key in stocks
            },
            orders=orders,
            shipments=dict(self._shipments(held)) if shipments else {},
            transfers={key: way for key, way in moved.items() if Stock(key.depot, key.commodity) in held},
            needs=self.needs,
            lent_share={link.id: link.share for link in self.acting.links.values() if link.programme == "supply"},
        )

    def _depot(self, depot: DepotRow) -> DepotData:
        first = self.calendar.periods[0]
        return DepotData(
            open=depot.open,
            open_cost_cny=depot.open_cost_cny,
            capacity_m3=depot.capacity_m3,
            capital=Booking(depot.body, depot.area, "supply", "capital", first),
            goods=Booking(depot.body, depot.area, "supply", "goods", first),
            transport={t: Booking(depot.body, depot.area, "supply", "transport", t) for t in self.calendar.periods},
        )

    def _stock(self, depot: str, commodity: str) -> StockData:
        return StockData(self.limits.initial(depot, commodity), self.limits.bought(depot, commodity))

    def _orders(self) -> Iterator[tuple[Order, OrderData]]:
        """Orders that arrive within the horizon."""
        for (name, t), group in self.groups.items():
            for supplier, row in ((supplier, row) for (supplier, u), row in self.limits.suppliers.items() if u == t):
                arrival = self.calendar.periods.index(t) + row.lead
                if arrival >= len(self.calendar.periods):
                    continue
                arrives = self.calendar.periods[arrival]
                most = self.limits.ordered(row, group, arrives)
                if most > 0:
                    booking = Booking(row.body, self.depots[row.depot].area, "supply", "goods", t)
                    yield (
                        Order(name, supplier, t),
                        OrderData(row.depot, row.commodity, arrives, most, row.cost_cny, booking),
                    )

    def _transfers(self) -> Iterator[tuple[Sending, SendingData]]:
        pairs = [
            (i, j, via)
            for i, sender in enumerate(self.ways.depots)
            for j, receiver in enumerate(self.ways.depots)
            if i != j
            for via in self.acting.ways(sender.body, frozenset({receiver.body}), receiver.area, "supply")
        ]
        for ((name, t), group), k in product(self.groups.items(), self.commodities):
            most = self.limits.transferred(group, k, t)
            ways = [self.ways.to_depots(w, k) for w in group] if most > 0 else []
            for i, j, via in pairs if ways else ():
                if all(way.passes[i, j] for way in ways):
                    key = Sending(name, t, self.ways.depots[i].id, self.ways.depots[j].id, k, via)
                    km = tuple(float(way.km[i, j]) for way in ways)
                    yield key, SendingData(most, km, self.acting.link_requires(via))

    def _shipments(self, held: frozenset[Stock]) -> Iterator[tuple[Sending, SendingData]]:
        for ((name, t), group), k in product(self.groups.items(), self.commodities):
            needy = [j for j, s in enumerate(self.ways.sites) if self.limits.needed(group, s.id, k, t) > 0]
            ways = [self.ways.to_sites(w, k) for w in group] if needy else []
            holding = [i for i, w in enumerate(self.ways.depots) if Stock(w.id, k) in held]
            for i, j in product(holding, needy):
                if not all(way.passes[i, j] for way in ways):
                    continue
                depot, site = self.ways.depots[i], self.ways.sites[j]
                km = tuple(float(way.km[i, j]) for way in ways)
                for via in self._ways_to_act(depot.body, site.id, self.commodities[k].hazard):
                    most = self.limits.shipped(group, site.id, k, t, via)
                    key = Sending(name, t, depot.id, site.id, k, via)
                    yield key, SendingData(most, km, self.acting.link_requires(via))

    def _ways_to_act(self, body: str, site: str, hazard: str) -> list[str]:
        key = (body, site, hazard)
        if key not in self._ways:
            leader = self.acting.leader_of_need(site, hazard)
            self._ways[key] = self.acting.ways(body, frozenset({leader}), self._area[site], "supply")
        return self._ways[key]


def _held(
    stocks: Mapping[Stock, StockData], orders: Mapping[Order, OrderData], transfers: Iterable[Sending]
) -> frozenset[Stock]:
    """What a depot can ever hold: of its own, or brought there from one that can."""
    held = set(stocks) | {Stock(order.depot, order.commodity) for order in orders.values()}
    brought = {(Stock(key.depot, key.commodity), Stock(key.place, key.commodity)) for key in transfers}
    while new := {there for here, there in brought if here in held} - held:
        held |= new
    return frozenset(held)
