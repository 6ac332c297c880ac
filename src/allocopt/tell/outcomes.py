"""What follows from the decisions: losses, hours, money and standards."""

from __future__ import annotations

import math
from collections import defaultdict

from pyomo.core import value

from allocopt.arrange.merged import is_group
from allocopt.arrange.whole import Arranged
from allocopt.tell.decisions import DUST, Rows
from allocopt_models.budgets import uses
from allocopt_models.city import CityData, CityModel
from allocopt_models.terms import Cell

# Money below this is rounding.
CENT = 1e-6


def sites(model: CityModel, _: Arranged) -> Rows:
    """Every cell with a loss; effort is left blank where it is infinite."""
    risk = model.model.risk
    lefts = {cell: float(value(left)) for cell, left in risk.left.items()}
    efforts = {cell: 0.0 if left > 0 else math.nan for cell, left in lefts.items()}
    efforts |= {cell: float(value(effort)) for cell, effort in risk.effort.items()}
    for cell, loss in model.data.loss_cny.items():
        if is_group(cell.site):
            continue  # told in the table of points
        standing = risk.alike.get(cell)
        effort, left = (0.0, 1.0) if standing is None else (efforts[standing], lefts[standing])
        yield {**cell._asdict(), "loss_before_cny": loss, "effort": effort, "loss_cny": loss * left}


def people(model: CityModel, _: Arranged) -> Rows:
    asked = model.actions.added.pool_hours
    for (pool, period), hours in model.data.programmes.pool_hours.items():
        if hours > 0:
            used = sum(value(part) for part in asked.get((pool, period), ()))
            yield {"pool": pool, "period": period, "available_hours": hours, "used_hours": used}


def costs(model: CityModel, _: Arranged) -> Rows:
    """Costs by booking; the share of life in the horizon differs within one booking, so it is summed as money."""
    sums: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for cost in model.actions.added.costs:
        amount = value(cost.amount)
        if amount:
            both = sums[(*cost.booking, cost.scenario)]
            both[0] += amount
            both[1] += amount * cost.horizon_share
    columns = ("body", "area", "programme", "category", "period", "scenario")
    for key, (cost_cny, horizon_cny) in sums.items():
        if cost_cny > CENT:
            yield {**dict(zip(columns, key, strict=True)), "cost_cny": cost_cny, "horizon_cny": horizon_cny}


def transfers(model: CityModel, arranged: Arranged) -> Rows:
    """What was done under links, and what it is charged at."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for price in model.actions.added.prices:
        sums[price.link, price.period, price.scenario] += value(price.quantity)
    for (link, period, scenario), quantity in sums.items():
        if quantity > DUST:
            row = arranged.acting.links[link]
            yield {
                "link": link,
                "payer_line": row.payer_line or "",
                "helper_line": row.helper_line or "",
                "period": period,
                "scenario": scenario,
                "quantity": quantity,
                "price_cny": row.price_cny,
                "amount_cny": quantity * row.price_cny,
            }


def budgets(model: CityModel, _: Arranged) -> Rows:
    """Each line once: on average, or in the scenario that uses most of it."""
    data = model.data
    for name, line in data.lines.items():
        parts = {w: sum(value(x) for x in used) for w, used in uses(line, model.actions.added, data.price_cny).items()}
        whatever = parts.pop("", 0.0)
        if line.scenario == "expected":
            scenario, used = "", whatever + sum(data.probability[w] * part for w, part in parts.items())
        else:
            worst = max(sorted(parts), key=lambda w: parts[w], default="")
            beyond = parts.get(worst, 0.0)
            scenario, used = (worst, whatever + beyond) if beyond > CENT else ("", whatever)
        yield {
            "line": name,
            "amount_cny": line.amount_cny,
            "scenario": scenario,
            "used_cny": used,
            "left_cny": line.amount_cny - used,
        }


def standards(model: CityModel, _: Arranged) -> Rows:
    b = model.model.standards
    for i, row in enumerate(model.data.requirements):
        short = value(b.short[i])
        yield {
            "standard": row.standard,
            "bound": row.bound,
            **row.scope._asdict(),
            "required": row.required,
            "value": value(b.value[i]),
            "short": short,
            "price_cny": short * (row.price_cny or 0.0),
        }


def casualties(model: CityModel, arranged: Arranged) -> tuple[float, float]:
    """Expected casualties under the plan, and if nobody acts; also of cells in which no money is lost."""
    under, undone = 0.0, 0.0
    for cell, expected in arranged.risks.casualties.items():
        if not expected:
            continue
        stated = arranged.risks.loss_cny.get(cell)
        scale = model.data.loss_cny[cell] / stated if stated else 1.0
        under += expected * scale * _share_left(model, cell)
        undone += expected * scale
    return under, undone


def _share_left(model: CityModel, cell: Cell) -> float:
    if cell in model.handles.left:
        return float(value(model.handles.left[cell]))
    if cell in model.actions.added.returns:
        returns = model.actions.added.returns[cell]
        return float(returns.left[min(round(value(returns.units)), len(returns.left) - 1)])
    effort = float(sum(value(term.amount) for term in model.actions.added.efforts.get(cell, ())))
    return math.exp(-effort)


def loss_if_nobody_acts(data: CityData) -> float:
    """Σ ℓ, and every need unmet, in CNY."""
    needs = data.programmes.supply.needs
    unmet = sum(data.probability[need.scenario] * item.penalty_cny * item.amount for need, item in needs.items())
    return sum(data.loss_cny.values()) + unmet
