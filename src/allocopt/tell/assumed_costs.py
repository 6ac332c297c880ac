"""What a plan costs by rows whose figures nobody measured, from a settled model: the same bookings as in the model."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from pyomo.core import value

from allocopt.city import City
from allocopt.instance.scaling import is_assumed
from allocopt.schema.patrol import PostRow, UnitRow
from allocopt.schema.people import CrewRow, PoolRow
from allocopt.schema.prevention import MeasureRow, MechanismCostRow
from allocopt.schema.supply import CommodityRow, DepotRow, SupplierRow
from allocopt.schema.types import Sourced
from allocopt_models.city import CityModel
from allocopt_models.patrol import Station
from allocopt_models.prevention import Start
from allocopt_models.terms import Cost, Expr
from allocopt_models.unit_crews import Drawn


def assumed_costs(city: City, model: CityModel) -> list[Cost]:
    """Every cost of the plan that an assumed row prices, in numbers."""
    parts = (_inspection, _patrol, _crews, _first_stage, _recourse, _measures, _mechanisms)
    return [cost for costs in parts for cost in costs(city, model) if cost.amount]


def _number(made: Expr) -> float:
    return float(value(made))


def _assumed(city: City, model: type[Sourced], *key: str) -> Callable[..., bool]:
    """Whether the row with these key cells is assumed, by its key columns."""
    found: set[tuple[Hashable, ...]] = {
        tuple(getattr(row, column) for column in key) for row in city.of(model) if is_assumed(row.source)
    }
    return lambda *cells: cells in found


def _inspection(city: City, model: CityModel) -> Iterator[Cost]:
    """Hours of visits and referrals are priced by the pool, materials by the role."""
    of_pool, of_role = _assumed(city, PoolRow, "id"), _assumed(city, CrewRow, "of", "role")
    data, b = model.data.programmes.inspection, model.model.inspection
    for ways, made in ((data.fillings, b.fill), (data.enforcing, b.enforce)):
        for key, way in ways.items():
            n = _number(made[key])
            if n and of_pool(key.pool):
                yield Cost(way.labour, way.labour_cny * n)
            if n and of_role(key.kind, key.role):
                yield Cost(way.materials, way.materials_cny * n)


def _patrol(city: City, model: CityModel) -> Iterator[Cost]:
    of_unit, of_post = _assumed(city, UnitRow, "id"), _assumed(city, PostRow, "id")
    data, b = model.data.programmes.stationing, model.model.patrol
    for key in map(Station._make, b.STATIONS):
        if of_unit(key.unit):
            yield Cost(data.stations[key].booking, data.stations[key].cost_cny * _number(b.units[key]))
    for post, (cost_cny, booking) in data.openings.items():
        if of_post(post):
            yield Cost(booking, cost_cny * _number(b.opened[post]))


def _crews(city: City, model: CityModel) -> Iterator[Cost]:
    of_pool = _assumed(city, PoolRow, "id")
    data, b = model.data.programmes.crews, model.model.crews
    for key in map(Drawn._make, b.DRAWN):
        if of_pool(key.pool):
            yield Cost(data.drawn[key].booking, data.drawn[key].cost_cny * _number(b.people[key]))


def _first_stage(city: City, model: CityModel) -> Iterator[Cost]:
    of_depot, of_commodity = _assumed(city, DepotRow, "id"), _assumed(city, CommodityRow, "id")
    data, made = model.data.programmes.supply, model.actions.supply
    for depot, opened in made.opened.items():
        if of_depot(depot):
            yield Cost(data.depots[depot].capital, data.depots[depot].open_cost_cny * _number(opened))
    for stock, bought in made.bought.items():
        if of_commodity(stock.commodity):
            yield Cost(data.depots[stock.depot].goods, data.commodities[stock.commodity].cost_cny * _number(bought))


def _recourse(city: City, model: CityModel) -> Iterator[Cost]:
    """Orders are priced by the supplier's row for the period or for all periods, transport by the commodity."""
    of_supplier, of_commodity = _assumed(city, SupplierRow, "id", "period"), _assumed(city, CommodityRow, "id")
    data, made = model.data.programmes.supply, model.actions.supply
    for order, item in data.orders.items():
        if of_supplier(order.supplier, order.period) or of_supplier(order.supplier, None):
            for scenario in data.sent_in(order):
                yield Cost(item.booking, item.cost_cny * _number(made.ordered[order]), scenario)
    for ways, sent in ((data.shipments, made.shipped), (data.transfers, made.transferred)):
        for key, way in ways.items():
            fare = data.commodities[key.commodity].ship_cost_cny_km if of_commodity(key.commodity) else 0.0
            amount = _number(sent[key]) if fare else 0.0
            for scenario, km in zip(data.sent_in(key), way.km, strict=True) if amount else ():
                yield Cost(data.depots[key.depot].transport[key.period], fare * km * amount, scenario)


def _measures(city: City, model: CityModel) -> Iterator[Cost]:
    of_measure = _assumed(city, MeasureRow, "id")
    data, b = model.data.programmes.prevention, model.model.prevention
    for key in map(Start._make, b.STARTS):
        if of_measure(key.measure):
            way = data.starts[key]
            yield Cost(way.booking, way.cost_cny * _number(b.start[key]), horizon_share=way.horizon_share)


def _mechanisms(city: City, model: CityModel) -> Iterator[Cost]:
    of_payer = _assumed(city, MechanismCostRow, "mechanism", "body", "category")
    data, b = model.data.programmes.mechanisms, model.model.mechanisms
    for (z, t), payments in data.costs.items():
        for booking, cost_cny in payments:
            if of_payer(z, booking.body, booking.category):
                yield Cost(booking, cost_cny * _number(b.start[z, t]), horizon_share=data.horizon_share[z, t])
