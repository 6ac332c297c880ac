"""What is minimised.

    loss            Σ ℓ · left + Σ_ω π_ω · penalties[ω]
    spending        Σ first-stage cost · share of life in the horizon + Σ_ω π_ω · recourse[ω]
    worst_area      max over areas of (loss in the area) / (1, heads, or its loss if nobody acts)
    cvar            η + Σ_ω π_ω · max(0, L(ω) − η) / (1 − α), L(ω) = loss of cells + penalties + recourse in ω
                    (Rockafellar and Uryasev 2000); "nothing happens" is a scenario like any other
    response_time   Σ people · minutes to the answering post / Σ people

Constants (what no action touches) are kept apart, so that the solver's gap does not count them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyomo.core import Constraint, NonNegativeReals, Set, Var, value

from allocopt_models.budgets import spending
from allocopt_models.needs import Need
from allocopt_models.standards import Handles, loss_left, money_lost
from allocopt_models.terms import Block, Cell, Contribution, Expr, add, total

NOTHING_HAPPENS = ""


@dataclass(frozen=True)
class Area:
    """One of the areas that `worst_area` compares: ℓ of its cells, its needs' expected penalties come by key, and
    what its loss is divided by."""

    loss_cny: Mapping[Cell, float]
    penalties: Mapping[Need, float]
    divisor: float


@dataclass(frozen=True)
class Objective:
    """Weights by name, and what the single objectives need. `worst_at_most` holds the worst-off area, with the
    price of standards that are missed, to a value while ties are broken by another objective."""

    weights: Mapping[str, float]
    areas: Mapping[str, Area]
    cvar_level: float
    worst_at_most: float | None = None
    worst_weight: float = 1.0


def expected_loss(loss_cny: Mapping[Cell, float], handles: Handles) -> Expr:
    """Loss of all cells and expected penalties, in CNY."""
    penalties = [handles.probability[w] * total(parts) for w, parts in sorted(handles.spent.penalties.items()) if w]
    return loss_left(loss_cny, handles.left) + total(penalties)


def settled_loss(loss_cny: Mapping[Cell, float], handles: Handles) -> float:
    """The same in a settled model: added up in numbers, since an expression of as many terms takes long to make."""
    left = {cell: float(value(share)) for cell, share in handles.left.items()}
    return float(value(expected_loss(loss_cny, replace(handles, left=left))))


def add_worst_area(b: Block, areas: Mapping[str, Area], handles: Handles) -> Expr:
    """Adds `worst`, which no area exceeds."""
    add(b, "AREAS", Set(initialize=sorted(areas), doc="areas compared"))
    worst = add(b, "worst", Var(domain=NonNegativeReals, doc="loss of the worst-off area"))

    def no_area_is_worse(_: Block, name: str) -> Expr:
        return areas[name].divisor * worst >= money_lost(areas[name].loss_cny, areas[name].penalties, handles)

    add(b, "no_area_is_worse", Constraint(b.AREAS, rule=no_area_is_worse, doc="the worst-off area"))
    return worst


def area_loss(area: Area, handles: Handles) -> Expr:
    """Loss of an area by its measure: total, per head, or share."""
    return money_lost(area.loss_cny, area.penalties, handles) / area.divisor


def scenario_losses(loss_cny: Mapping[Cell, float], handles: Handles) -> dict[str, Expr]:
    """L(ω) by scenario, "nothing happens" under the blank id."""
    whatever = loss_left(loss_cny, handles.left)
    out = {NOTHING_HAPPENS: whatever}
    for w in sorted(handles.probability):
        recourse = total([cost.amount for cost in handles.spent.costs if cost.scenario == w])
        out[w] = whatever + total(handles.spent.penalties.get(w, [])) + recourse
    return out


def add_cvar(b: Block, loss_cny: Mapping[Cell, float], handles: Handles, level: float) -> Expr:
    """Adds the conditional value at risk at this level."""
    losses = scenario_losses(loss_cny, handles)
    chance = {**handles.probability, NOTHING_HAPPENS: 1.0 - sum(handles.probability.values())}
    add(
        b,
        "OUTCOMES",
        Set(initialize=sorted(w for w in losses if chance[w] > 0), doc="scenarios, and that nothing happens"),
    )
    at_risk = add(b, "value_at_risk", Var(domain=NonNegativeReals, doc="loss that is exceeded with the chance left"))
    excess = add(b, "excess", Var(b.OUTCOMES, domain=NonNegativeReals, doc="loss beyond the value at risk"))

    def excess_is_counted(_: Block, w: str) -> Expr:
        return excess[w] >= losses[w] - at_risk

    add(b, "excess_is_counted", Constraint(b.OUTCOMES, rule=excess_is_counted, doc="losses beyond the value at risk"))
    return at_risk + total([chance[w] / (1.0 - level) * excess[w] for w in b.OUTCOMES])


def exact_value_at_risk(losses: Mapping[str, float], chance: Mapping[str, float], level: float) -> float:
    """The smallest loss that is exceeded with a chance of at most 1 − level."""
    beyond = 0.0
    for w in sorted(losses, key=lambda w: -losses[w]):
        beyond += chance[w]
        if beyond > 1.0 - level + 1e-12:
            return losses[w]
    return min(losses.values())


def objective_parts(
    b: Block,
    objective: Objective,
    loss_cny: Mapping[Cell, float],
    handles: Handles,
    *,
    response_time: Expr,
    short_price: Expr,
) -> dict[str, Expr]:
    """The expression of every objective with a weight above zero, adding the variables it needs."""
    spent: Contribution = handles.spent
    if objective.worst_at_most is not None:
        worst = add_worst_area(b, objective.areas, handles)
        held = objective.worst_weight * worst + short_price <= objective.worst_at_most
        add(b, "worst_area_is_held", Constraint(expr=held, doc="ties are broken among plans as good for the worst-off"))
    makers: dict[str, Callable[[], Expr]] = {
        "loss": lambda: expected_loss(loss_cny, handles),
        "spending": lambda: spending(spent.costs, handles.probability),
        "loss_and_spending": lambda: expected_loss(loss_cny, handles) + spending(spent.costs, handles.probability),
        "worst_area": lambda: add_worst_area(b, objective.areas, handles),
        "cvar": lambda: add_cvar(b, loss_cny, handles, objective.cvar_level),
        "response_time": lambda: response_time,
    }
    return {name: makers[name]() for name in sorted(objective.weights) if objective.weights[name] > 0}


def weighted(parts: Mapping[str, Expr], weights: Mapping[str, float], penalties: Sequence[Expr]) -> Expr:
    """The weighted sum, with the price of standards that are missed."""
    return total([weights[name] * parts[name] for name in sorted(parts)]) + total(penalties)


def exact_objective(
    objective: Objective,
    loss_cny: Mapping[Cell, float],
    handles: Handles,
    *,
    response_time: float,
    short_price: float,
) -> float:
    """The objective of a plan whose handles hold numbers, not variables."""
    spent = spending(handles.spent.costs, handles.probability)
    makers: dict[str, Callable[[], float]] = {
        "loss": lambda: expected_loss(loss_cny, handles),
        "spending": lambda: spent,
        "loss_and_spending": lambda: expected_loss(loss_cny, handles) + spent,
        "worst_area": lambda: max((area_loss(area, handles) for area in objective.areas.values()), default=0.0),
        "cvar": lambda: _exact_cvar(loss_cny, handles, objective.cvar_level),
        "response_time": lambda: response_time,
    }
    parts = [weight * makers[name]() for name, weight in sorted(objective.weights.items()) if weight > 0]
    return float(sum(parts) + short_price)


def _exact_cvar(loss_cny: Mapping[Cell, float], handles: Handles, level: float) -> float:
    losses = scenario_losses(loss_cny, handles)
    chance = {**handles.probability, NOTHING_HAPPENS: 1.0 - sum(handles.probability.values())}
    at_risk = exact_value_at_risk(losses, chance, level)
    beyond = sum(max(0.0, chance[w]) * max(0.0, losses[w] - at_risk) for w in losses)
    return float(at_risk + beyond / (1.0 - level))
