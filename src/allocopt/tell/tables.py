"""All tables of a plan, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from allocopt.arrange.whole import Arranged
from allocopt.plan.columns import PLAN_TABLES, table
from allocopt.plan.values import Tables, Values
from allocopt.tell import beats, decisions, goods, outcomes, points
from allocopt.tell.cooperation import cooperation
from allocopt_models.city import CityModel

Teller = Callable[[CityModel, Arranged], Iterable[Mapping[str, Any]]]

TELLERS: Mapping[str, Teller] = {
    "visits": decisions.visits,
    "referrals": decisions.referrals,
    "patrols": decisions.patrols,
    "presence": decisions.presence,
    "crews": decisions.crews,
    "posts": decisions.posts,
    "depots": goods.depots,
    "stock": goods.stock,
    "orders": goods.orders,
    "shipments": goods.shipments,
    "measures": decisions.measures,
    "mechanisms": decisions.mechanisms,
    "beats": beats.beats,
    "sites": outcomes.sites,
    "points": points.points,
    "needs": goods.needs,
    "people": outcomes.people,
    "costs": outcomes.costs,
    "transfers": outcomes.transfers,
    "budgets": outcomes.budgets,
    "standards": outcomes.standards,
}


def plan_tables(model: CityModel, arranged: Arranged) -> Tables:
    """The tables of the plan that the settled model holds."""
    told = {name: Values.of_rows(PLAN_TABLES[name], tell(model, arranged)) for name, tell in TELLERS.items()}
    told["cooperation"] = Values.of_rows(PLAN_TABLES["cooperation"], cooperation(told, arranged))
    return Tables(told | joined_tables(model, arranged))


def joined_tables(model: CityModel, arranged: Arranged) -> dict[str, Values]:
    """The tables of programmes from outside."""
    data = {joined.name: joined.data for joined in model.data.programmes.joined}
    out: dict[str, Values] = {}
    for own in arranged.merged.city.programmes:
        block = model.model.component(own.name)
        for name, columns in own.decisions.items():
            out[name] = Values.of_rows(table(name, columns, decision=True), own.tell[name](block, data[own.name]))
    return out
