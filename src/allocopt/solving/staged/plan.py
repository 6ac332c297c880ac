"""The plan of a staged search: the city's model with the ways that carry something, settled and told like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from pyomo.core import value

from allocopt.arrange.acting import Regime
from allocopt.arrange.prepositioning import Prepositioning, arrange_prepositioning, is_prepositioning, shipments
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.plan import Plan
from allocopt.schema.money import BudgetRow
from allocopt.schema.supply import DepotRow, NeedRow, ScenarioRow
from allocopt.solving.afterthoughts import afterthoughts
from allocopt.solving.certificate import certificate
from allocopt.solving.options import Aim, Options
from allocopt.solving.search import Found, Progress, Targets
from allocopt.solving.staged.search import Best, StagedSearch
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt.tell.tables import plan_tables
from allocopt_models.city import CityModel, city_model
from allocopt_models.settling import settle
from allocopt_models.supply import Sending, SendingData

# From so many ways that goods can go at most, scenarios are apart; below, one model does.
LARGE = 100_000
# Where only depots, stocks and ways are decided, and at once, one model is known by its matrix; up to so many ways.
MOST_AT_ONCE = 200_000


def large_prepositioning(city: City, regime: Regime, objective: Aim) -> tuple[Arranged, Prepositioning] | None:
    """The city as a first stage and scenarios, where it is one of stock and shipments and large; None elsewhere."""
    ways = len(city.of(DepotRow)) * len(city.of(NeedRow))
    if ways < LARGE or (ways <= MOST_AT_ONCE and _decides_at_once(city)):
        return None
    arranged = arrange(city, regime, objective, shipments=False)
    return (arranged, arrange_prepositioning(city, arranged)) if is_prepositioning(city, arranged) else None


def _decides_at_once(city: City) -> bool:
    """Whether there is one scenario in one period, and no budget: where to open depots is all that is asked."""
    return len(city.of(ScenarioRow)) == len(city.settings.periods) == 1 and not city.of(BudgetRow)


def solve_staged(
    city: City,
    options: Options,
    arranged: Arranged,
    case: Prepositioning,
    manifest: dict[str, Any],
    deadline: float | None,
    *,
    progress: Progress | None,
    interrupted: Callable[[], bool],
) -> Plan:
    """The plan of a city whose scenarios are solved apart; `manifest` says of what and how."""
    gap_avoided = options.gap_avoided if options.is_loss else None
    targets = Targets(options.gap, gap_avoided, loss_if_nobody_acts(arranged.data), deadline)
    search = StagedSearch(arranged.data, case, threads=options.threads, progress=progress, interrupted=interrupted)
    best = search.run(targets)
    if best.x is None:
        return Plan(manifest | {"status": "no_plan"}, {})
    told = {} if best.interrupted else afterthoughts(search.master.search, best.bound, targets.deadline)
    best.bound = max(best.bound, told.get("root_bound", best.bound))  # of all cuts, the last ones too
    arranged, model = _with_what_is_sent(arranged, case, best)
    _put(search, best, case, model)
    found = Found(best.x, float(value(model.model.aim)), best.bound, rounds=best.rounds)
    status = "optimal" if targets.reached(found.objective, found.bound) else "feasible"
    worth = certificate(model, arranged, found, is_loss=options.is_loss)
    return Plan(manifest | {"status": status} | told | worth, plan_tables(model, arranged))


def _with_what_is_sent(arranged: Arranged, case: Prepositioning, best: Best) -> tuple[Arranged, CityModel]:
    """The city with the ways that carry something, and its model."""
    used: dict[Sending, SendingData] = {}
    for scenario, sent in zip(case.recourse, best.sent, strict=True):
        some = sent.amounts > 0
        used.update(shipments(case, scenario, sent.depots[some], sent.needs[some]))
    programmes = arranged.data.programmes
    supply = replace(programmes.supply, shipments=dict(sorted(used.items())))
    data = replace(arranged.data, programmes=replace(programmes, supply=supply))
    return replace(arranged, data=data), city_model(data)


def _put(search: StagedSearch, best: Best, case: Prepositioning, model: CityModel) -> None:
    """Put the plan into the model, with every dependent variable at its true value."""
    assert best.x is not None
    made, first = model.actions.supply, search.master.search.city.actions.supply
    column = search.master.arrays.column_of()
    chosen = [(variable, first.opened[w]) for w, variable in made.opened.items()]
    chosen += [(variable, first.bought[h]) for h, variable in made.bought.items()]
    for variable, of_first in chosen:
        variable.set_value(float(best.x[column[id(of_first)]]), skip_validation=True)
    for scenario, sent in zip(case.recourse, best.sent, strict=True):
        some = np.flatnonzero(sent.amounts > 0)
        ways = shipments(case, scenario, sent.depots[some], sent.needs[some])
        for way, amount in zip(ways, sent.amounts[some].tolist(), strict=True):
            made.shipped[way].set_value(amount, skip_validation=True)
    settle(model)
