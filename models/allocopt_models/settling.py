"""What follows from the decisions: every dependent variable at its true value.

The model holds lines below a loss, effort below a step, slack above a shortfall; once the decisions are known these are
set to what they truly are, so that every expression of the model evaluates exactly.
"""

from __future__ import annotations

import math

from pyomo.core import Var, value
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.var import VarData
from pyomo.core.expr import LinearExpression, MonomialTermExpression

from allocopt_models.beats import settle_beats
from allocopt_models.city import CityModel
from allocopt_models.inspection import Visit
from allocopt_models.objectives import NOTHING_HAPPENS, area_loss, exact_value_at_risk, scenario_losses
from allocopt_models.patrol import Commitment, Station
from allocopt_models.response import Answer
from allocopt_models.supply_settling import settle_supply
from allocopt_models.terms import Cell, Expr


def settle(city: CityModel) -> None:
    """Set every dependent variable of the model from its decisions, which must have values."""
    for step in (_unused, _inspection, _response, _risk, _supply, _needs, _beats, _standards, _aims):
        step(city)


def _set(variable: Var, index: object, number: float) -> None:
    variable[index].set_value(number, skip_validation=True)


def comes_to(amount: Expr) -> float:
    """What a sum comes to; Pyomo would walk it as any expression, which takes four times as long."""
    whole = amount.expr if isinstance(amount, NamedExpressionData) else amount
    return sum([_term(term) for term in whole.args]) if whole.__class__ is LinearExpression else _term(whole)


def _term(term: Expr) -> float:
    if isinstance(term, VarData):
        return float(term.value)
    if term.__class__ is MonomialTermExpression:
        factor, variable = term.args
        return float(value(factor) * variable.value)
    return float(value(term))


def _counted(units: Expr) -> int:
    """How many units a sum comes to."""
    return round(comes_to(units))


def _unused(city: CityModel) -> None:
    """Variables that stand in no row were not solved for; they are zero."""
    for component in city.model.component_objects(Var):
        for variable in component.values():
            if variable.value is None:
                variable.set_value(0.0 if variable.lb is None else max(variable.lb, 0.0), skip_validation=True)


def _inspection(city: CityModel) -> None:
    b, most = city.model.inspection, city.data.programmes.inspection.most
    for kind, site, period, z in b.SHARPER:
        visit = Visit(kind, site, period)
        works = value(city.actions.works[z, period])
        _set(b.sharper, (*visit, z), min(value(b.visits[visit]), most[visit] * works))


def _response(city: CityModel) -> None:
    b, patrol = city.model.response, city.model.patrol
    for key in b.SHARED:
        u, p, t, j, links = key
        committed = sum(value(patrol.committed[Commitment(u, p, t, j, via)]) for via in links.split("|"))
        _set(b.lent, key, min(value(patrol.units[Station(u, p, t, j)]), committed))
    for key in b.ANSWERS:
        answer = Answer(*key)
        n = _counted(city.actions.covering[answer[:3]])
        for k in range(len(b.rises[answer])):
            _set(b.step, (*answer, k), 1.0 if k < n else 0.0)


def _risk(city: CityModel) -> None:
    b, added = city.model.risk, city.actions.added
    part, known = dict(b.part.items()), dict[int, float]()

    def effort_of(amount: Expr) -> float:
        """Each sum once: many cells share one."""
        if id(amount) not in known:
            known[id(amount)] = comes_to(amount)
        return known[id(amount)]

    for key in b.CELLS:
        effort = sum([effort_of(term.amount) for term in added.efforts[Cell(*key)]])
        _set(b.effort, key, effort)
        _set(b.left, key, math.exp(-effort))
        for i, (_, width) in enumerate(b.first_parts[key]):
            part[(*key, i)].set_value(min(effort, width), skip_validation=True)
            effort = max(effort - width, 0.0)
    for key in b.TABLED_CELLS:
        returns = added.returns[Cell(*key)]
        n = min(_counted(returns.units), len(returns.left) - 1)
        _set(b.left, key, returns.left[n])


def _supply(city: CityModel) -> None:
    settle_supply(city.data.programmes.supply, city.actions.supply)


def _beats(city: CityModel) -> None:
    if city.data.beats is not None:
        settle_beats(city.model.beats, city.data.beats, opened=city.actions.stationed.opened)


def _needs(city: CityModel) -> None:
    b = city.model.supply
    for key in b.LOWERED:
        sums = b.need_effort_is_what_measures_add_up_to[key]
        effort = value(b.need_effort[key]) - sums.lslack()
        _set(b.need_effort, key, effort)
        _set(b.need_left, key, math.exp(-effort))
    for key in b.NEEDS:
        too_many = b.unmet_is_what_is_missing[key].slack()
        _set(b.unmet, key, max(0.0, value(b.unmet[key]) - too_many))


def _standards(city: CityModel) -> None:
    b = city.model.standards
    for key in b.COVERED:
        _set(b.covered, key, min(1.0, value(city.handles.covering[key])))
    for i, row in enumerate(city.data.requirements):
        beyond = row.required - value(b.value[i])
        _set(b.short, i, max(0.0, beyond if row.bound == "at_least" else -beyond))


def _aims(city: CityModel) -> None:
    b, objective = city.model.aims, city.data.objective
    if b.component("worst") is not None:
        worst = max((value(area_loss(area, city.handles)) for area in objective.areas.values()), default=0.0)
        b.worst.set_value(worst, skip_validation=True)
    if b.component("value_at_risk") is not None:
        losses = {w: value(loss) for w, loss in scenario_losses(city.data.loss_cny, city.handles).items()}
        chance = {**city.data.probability, NOTHING_HAPPENS: 1.0 - sum(city.data.probability.values())}
        at_risk = exact_value_at_risk(losses, chance, objective.cvar_level)
        b.value_at_risk.set_value(at_risk, skip_validation=True)
        for w in b.OUTCOMES:
            _set(b.excess, w, max(0.0, losses[w] - at_risk))
