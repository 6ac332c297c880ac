"""What each body has at stake: the loss it leads and its own spending, and the payments that settle a sharing.

    interest = stake · loss it leads + its own spending
    payment  = share · (fall of all interests / worth of all together) − fall of its own interest

Its own spending counts what it pays and is paid under links. Where all stakes are one and joint spends as silo does,
the factor is one. Payments sum to zero; a body with a payment above zero receives it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from allocopt.arrange.acting import Acting, Regime
from allocopt.city import City
from allocopt.plan import Plan
from allocopt.schema.money import BudgetRow
from allocopt.schema.risk import BodyRow
from allocopt.schema.supply import CommodityRow, ScenarioRow


@dataclass(frozen=True)
class Interest:
    """Loss led and own spending of a body under a plan, in CNY a horizon, and its stake in the loss."""

    loss_cny: float
    spending_cny: float
    stake: float

    @property
    def cny(self) -> float:
        return self.stake * self.loss_cny + self.spending_cny


def interests(city: City, plan: Plan) -> dict[str, Interest]:
    """The interest of every body under a plan, by its tables."""
    loss, spending = _loss_led(city, plan), _spending(city, plan)
    return {
        body.id: Interest(loss.get(body.id, 0.0), spending.get(body.id, 0.0), body.stake) for body in city.of(BodyRow)
    }


def payments(
    shares: Mapping[str, float], before: Mapping[str, Interest], after: Mapping[str, Interest]
) -> dict[str, float]:
    """What each body receives (above zero) or pays, in CNY, so that its interest falls by its share."""
    gained = {body: before[body].cny - after[body].cny for body in shares}
    worth = sum(shares.values())
    factor = sum(gained.values()) / worth if worth > 0 else 0.0
    return {body: share * factor - gained[body] for body, share in shares.items()}


def _loss_led(city: City, plan: Plan) -> Mapping[str, float]:
    acting = Acting(city, Regime.named("silo", city))
    hazard_of = {row.id: row.hazard for row in city.of(CommodityRow)}
    chance = {row.id: row.probability for row in city.of(ScenarioRow)}
    out: dict[str, float] = defaultdict(float)
    sites, needs = plan.table("sites"), plan.table("needs")
    for site, hazard, loss in zip(sites["site"], sites["hazard"], sites["loss_cny"], strict=True):
        out[acting.lead[site, hazard]] += loss
    columns = (needs[name] for name in ("scenario", "site", "commodity", "penalty_cny"))
    for scenario, site, commodity, penalty in zip(*columns, strict=True):
        out[acting.leader_of_need(site, hazard_of[commodity])] += chance[scenario] * penalty
    return out


def _spending(city: City, plan: Plan) -> Mapping[str, float]:
    chance = {row.id: row.probability for row in city.of(ScenarioRow)}
    owner = {row.id: row.body for row in city.of(BudgetRow)}
    out: dict[str, float] = defaultdict(float)
    costs, transfers = plan.table("costs"), plan.table("transfers")
    columns = (costs[name] for name in ("body", "scenario", "cost_cny", "horizon_cny"))
    for body, scenario, cost, in_horizon in zip(*columns, strict=True):
        out[body] += chance[scenario] * cost if scenario else in_horizon
    columns = (transfers[name] for name in ("payer_line", "helper_line", "scenario", "amount_cny"))
    for payer, helper, scenario, amount in zip(*columns, strict=True):
        expected = amount * (chance[scenario] if scenario else 1.0)
        for line, sign in ((payer, 1.0), (helper, -1.0)):
            if body := owner.get(line):
                out[body] += sign * expected
    return out
