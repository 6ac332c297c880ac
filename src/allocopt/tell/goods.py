"""The tables of goods: depots, stock, orders, shipments, and what was needed, from a settled model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pyomo.core import value

from allocopt.arrange.whole import Arranged
from allocopt.tell.decisions import Rows
from allocopt_models.city import CityModel
from allocopt_models.needs import Need
from allocopt_models.supply import Sending, SendingData, Stock, Supply
from allocopt_models.terms import Expr


def depots(model: CityModel, _: Arranged) -> Rows:
    data, made = model.data.programmes.supply, model.actions.supply
    for depot, opened in made.opened.items():
        if round(value(opened)):
            yield {"depot": depot, "opened": 1, "cost_cny": data.depots[depot].open_cost_cny}


def stock(model: CityModel, _: Arranged) -> Rows:
    data, made = model.data.programmes.supply, model.actions.supply
    for key, item in data.stocks.items():
        bought = value(made.bought[key]) if key in made.bought else 0.0
        if bought > 0 or item.initial > 0:
            commodity = data.commodities[key.commodity]
            yield {
                **Stock(*key)._asdict(),
                "initial": item.initial,
                "bought": bought,
                "volume_m3": commodity.volume_m3 * item.initial + commodity.volume_m3 * bought,
                "cost_cny": commodity.cost_cny * bought,
            }


def orders(model: CityModel, _: Arranged) -> Rows:
    """A row for each scenario in which the order is made."""
    data, made = model.data.programmes.supply, model.actions.supply
    for key, order in data.orders.items():
        amount = value(made.ordered[key])
        for scenario in data.sent_in(key) if amount > 0 else ():
            yield {
                **key._replace(scenario=scenario)._asdict(),
                "amount": amount,
                "volume_m3": data.commodities[order.commodity].volume_m3 * amount,
                "cost_cny": order.cost_cny * amount,
            }


def shipments(model: CityModel, _: Arranged) -> Rows:
    """A row for each scenario in which goods are sent, to a site or to another depot."""
    data, made = model.data.programmes.supply, model.actions.supply
    yield from _sent(data, data.shipments, made.shipped, "to_site")
    yield from _sent(data, data.transfers, made.transferred, "to_depot")


def _sent(data: Supply, ways: Mapping[Sending, SendingData], sent: Mapping[Sending, Expr], to: str) -> Rows:
    for key, way in ways.items():
        amount, commodity = value(sent[key]), data.commodities[key.commodity]
        for scenario, km in zip(data.sent_in(key), way.km, strict=True) if amount > 0 else ():
            yield {
                "scenario": scenario,
                "period": key.period,
                "from_depot": key.depot,
                "to_depot": "",
                "to_site": "",
                "commodity": key.commodity,
                "via": key.via,
                "amount": amount,
                "volume_m3": commodity.volume_m3 * amount,
                "km": km,
                "cost_cny": commodity.ship_cost_cny_km * km * amount,
                to: key.place,
            }


def needs(model: CityModel, _: Arranged) -> Rows:
    data, made = model.data.programmes.supply, model.actions.supply
    shipped: dict[Need, float] = defaultdict(float)
    for key in data.shipments:
        for scenario in data.sent_in(key):
            shipped[Need(scenario, key.place, key.commodity, key.period)] += value(made.shipped[key])
    for need, item in data.needs.items():
        lowered = made.needs_left.of.get(need)
        after = item.amount * (1.0 if lowered is None else value(made.needs_left.left[lowered]))
        unmet = max(0.0, after - shipped[need])
        yield {
            **need._asdict(),
            "need": item.amount,
            "need_after": after,
            "shipped": shipped[need],
            "unmet": unmet,
            "penalty_cny": item.penalty_cny * unmet,
        }
