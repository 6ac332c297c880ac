"""What is minimised, recomputed from what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import fsum

from allocopt.checker.areas import area_values, chances, penalties
from allocopt.checker.case import Case
from allocopt.checker.manifest import part


def plan_loss(case: Case) -> float:
    """Expected loss under the plan: what is left in the cells, and the penalties of unmet need."""
    return fsum([*(loss.after for loss in case.found.losses), *penalties(case, acted=True)])


def loss_if_nobody_acts(case: Case) -> float:
    return fsum([*(loss.before for loss in case.found.losses), *penalties(case, acted=False)])


def spending(case: Case) -> float:
    """First-stage cost by its share of life inside the horizon, and expected recourse."""
    return fsum(
        float(spent.horizon) * (chances(case)[item.scenario] if item.scenario else 1.0)
        for item, spent in case.found.costs.items()
    )


def _loss_and_spending(case: Case) -> float:
    return plan_loss(case) + spending(case)


def _worst_area(case: Case) -> float:
    return max(area_values(case).values(), default=0.0)


def _cvar(case: Case) -> float:
    """Mean of the worst (1 − level) of the outcomes, those where nothing happens included."""
    cells, chance = fsum(loss.after for loss in case.found.losses), chances(case)
    outcome = dict.fromkeys(chance, cells)
    for need in case.found.needs:
        outcome[need.scenario] += need.penalty * need.unmet
    for item, spent in case.found.costs.items():
        if item.scenario:
            outcome[item.scenario] += float(spent.cash)
    tail = left = 1 - case.city.number("cvar_level")
    likely = [(value, chance[name]) for name, value in outcome.items()]
    likely.append((cells, max(0.0, 1 - sum(chance.values()))))
    total = 0.0
    for value, probability in sorted(likely, reverse=True):
        taken = min(probability, left)
        total += taken * value
        left -= taken
    return (total + left * min(value for value, _ in likely)) / tail


def _response_time(case: Case) -> float:
    """Mean minutes to the answering post, weighted by people."""
    people = {site["id"]: site.num("people") for site in case.city.rows("sites")}
    minutes = case.found.answering_minutes
    return fsum(number * minutes[site] for site, number in people.items() if number) / fsum(people.values())


OBJECTIVES: dict[str, Callable[[Case], float]] = {
    "loss": plan_loss,
    "spending": spending,
    "loss_and_spending": _loss_and_spending,
    "worst_area": _worst_area,
    "cvar": _cvar,
    "response_time": _response_time,
}


def chosen(case: Case) -> Mapping[str, float]:
    """The objective as weights by name; what was asked for goes before what the city says."""
    objective = case.options.objective or case.city.settings["objective"]
    if isinstance(objective, str):
        return {objective: 1.0}
    return {name: float(weight) for name, weight in objective.items()}


def own_objective(case: Case) -> object:
    """The name of an objective of the caller's own, which nothing here can recompute; None for a built-in one."""
    return part(case.manifest, "own_model").get("objective")


def objective_value(case: Case) -> float:
    """The weighted sum, and the price of every standard that is missed."""
    parts = [weight * OBJECTIVES[name](case) for name, weight in chosen(case).items() if weight]
    return fsum([*parts, case.found.short_cny])
