"""Small supply problems, said in few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyomo.environ import Binary, ConcreteModel, Var

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
    SupplyVariables,
    add_supply,
)
from allocopt_models.terms import Booking, Contribution
from models.solved import minimised, money

MUCH = 1000.0


@dataclass
class Town:
    """One commodity `k`; depots and sites by name. Amounts: needs[scenario, site, period], stock and most by depot,
    orders[supplier] = (depot, {period: (arrives, most, price)})."""

    needs: Mapping[tuple[str, str, str], float]
    probability: Mapping[str, float] = field(default_factory=lambda: {"o": 1.0})
    periods: Sequence[str] = ("t1",)
    open_cost: Mapping[str, float | None] = field(default_factory=lambda: {"w": None})
    capacity: float = MUCH
    stock: Mapping[str, float] = field(default_factory=dict)
    most_bought: float = 0.0
    price: float = 0.0
    shelf_life: int | None = None
    survives: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, Mapping[str, tuple[str, float, float]]]] = field(default_factory=dict)
    penalty: float = 10.0
    km: Mapping[tuple[str, str], float] = field(default_factory=dict)
    ways: Sequence[tuple[str, str, str]] | None = None
    transfers: Sequence[tuple[str, str, str]] = ()
    lowered_by: tuple[tuple[str, float], ...] = ()
    lent_share: Mapping[str, float] = field(default_factory=dict)
    requires: tuple[tuple[str, ...], ...] = ()

    def groups(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """`together[t]`: scenarios that decide together in the period; all others decide for themselves."""
        out: dict[tuple[str, str], tuple[str, ...]] = {}
        for t in self.periods:
            alike = self.together.get(t, ())
            out.update({(w, t): (w,) for w in self.probability if w not in alike})
            if alike:
                out[alike[0], t] = alike
        return out

    def sendings(self, ways: Sequence[tuple[str, str, str]], needed: bool) -> dict[Sending, SendingData]:
        out = {}
        for (name, t), members in self.groups().items():
            for depot, place, via in ways:
                if not needed or any((w, place, t) in self.needs for w in members):
                    km = self.km.get((depot, place), 0.0)
                    most = max(self.needs.get((w, place, t), MUCH) for w in members)
                    data = SendingData(most, (km,) * len(members), self.requires)
                    out[Sending(name, t, depot, place, "k", via)] = data
        return out

    def data(self) -> Supply:
        sites = sorted({site for _, site, _ in self.needs})
        ways = [(w, s, "") for w in self.open_cost for s in sites] if self.ways is None else self.ways
        booking = Booking("body", "", "supply", "", "t1")
        return Supply(
            periods=self.periods,
            groups=self.groups(),
            depots={
                w: DepotData(
                    cost is None, cost or 0.0, self.capacity, booking, booking, dict.fromkeys(self.periods, booking)
                )
                for w, cost in self.open_cost.items()
            },
            commodities={"k": CommodityData(self.price, 1.0, 1.0, self.shelf_life)},
            stocks={Stock(w, "k"): StockData(self.stock.get(w, 0.0), self.most_bought) for w in self.open_cost},
            survives=self.survives,
            orders={
                Order(name, supplier, t): OrderData(depot, "k", *offers[t], booking)
                for (name, t), _ in self.groups().items()
                for supplier, (depot, offers) in self.orders.items()
                if t in offers
            },
            shipments=self.sendings(ways, needed=True),
            transfers=self.sendings(self.transfers, needed=False),
            needs={
                Need(w, s, "k", t): NeedData(amount, self.penalty, self.lowered_by)
                for (w, s, t), amount in self.needs.items()
            },
            lent_share=self.lent_share,
        )

    def model(self, adoption_cny: Mapping[str, float] | None = None) -> Modelled:
        """The block with its costs; measures are adopted city-wide at these costs."""
        m = ConcreteModel()
        prices = adoption_cny or {}
        m.adopt = Var(sorted(prices), domain=Binary)
        adopted = {(z, s, t): m.adopt[z] for z in prices for _, s, t in self.needs}
        works = {(z, t): m.adopt[z] for z in prices for t in self.periods}
        data = self.data()
        added, made = add_supply(m, data, adopted=adopted, works=works)
        cost = money(added, self.probability, [prices[z] * m.adopt[z] for z in sorted(prices)])
        return Modelled(m, data, added, made, minimised(m, cost))


@dataclass
class Modelled:
    """A solved block."""

    m: Any
    data: Supply
    added: Contribution
    made: SupplyVariables
    cost: float | None
