"""A city's model in parts: the first stage alone, or with one scenario.

The first stage, with a variable for what each scenario's recourse costs, is the L-shaped method's (Van Slyke and Wets
1969), in its form with a variable for each scenario (Birge and Louveaux 1988):

    minimise  first stage + Σ_ω π_ω · recourse[ω]        recourse[ω] ≥ 0, and above every cut that is added later

With one scenario, which is then sure, the models of all scenarios have one first stage between them, and the sum of
their objectives, weighted by chance, is the city's (progressive hedging; Rockafellar and Wets 1991). Both need
scenarios that decide apart from the first period on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pyomo.core import NonNegativeReals, Set, Var

from allocopt_models.city import CityData, CityModel, city_model
from allocopt_models.terms import add


def first_stage_model(data: CityData, probability: Mapping[str, float]) -> CityModel:
    """The city's model without recourse, and `recourse` by scenario in the objective, where it costs at least 0."""
    city = city_model(without_recourse(data))
    m = city.model
    add(m, "RECOURSES", Set(initialize=sorted(probability), doc="scenarios with recourse"))
    recourse = add(m, "recourse", Var(m.RECOURSES, domain=NonNegativeReals, doc="CNY that the recourse costs"))
    m.aim.expr += sum(probability[w] * recourse[w] for w in m.RECOURSES)
    return city


def without_recourse(data: CityData) -> CityData:
    """The city to which nothing happens; what can be bought is the same."""
    supply = replace(data.programmes.supply, groups={}, orders={}, shipments={}, transfers={}, needs={})
    return replace(data, programmes=replace(data.programmes, supply=supply), probability={})


def with_one_scenario(data: CityData, scenario: str) -> CityData:
    """The city to which this scenario is sure to happen; what can be bought is the same."""
    whole = data.programmes.supply
    supply = replace(
        whole,
        groups={(name, t): group for (name, t), group in whole.groups.items() if name == scenario},
        orders={key: order for key, order in whole.orders.items() if key.scenario == scenario},
        shipments={key: way for key, way in whole.shipments.items() if key.scenario == scenario},
        transfers={key: way for key, way in whole.transfers.items() if key.scenario == scenario},
        needs={need: item for need, item in whole.needs.items() if need.scenario == scenario},
    )
    return replace(data, programmes=replace(data.programmes, supply=supply), probability={scenario: 1.0})
