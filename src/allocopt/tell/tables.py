"""All tables of a plan, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from allocopt.arrange.whole import Arranged
from allocopt.plan.frames import frame
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


def plan_tables(model: CityModel, arranged: Arranged) -> dict[str, pd.DataFrame]:
    """The tables of the plan that the settled model holds."""
    tables = {name: frame(name, list(tell(model, arranged))) for name, tell in TELLERS.items()}
    return tables | {"cooperation": frame("cooperation", list(cooperation(tables, arranged)))}
