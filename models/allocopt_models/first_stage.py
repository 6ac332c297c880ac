"""The first stage alone, with a variable for what each scenario's recourse costs.

    minimise  first stage + Σ_ω π_ω · recourse[ω]        recourse[ω] ≥ 0, and above every cut that is added later

The L-shaped method (Van Slyke and Wets 1969) in its form with a variable for each scenario (Birge and Louveaux 1988).
Everything else is the city's own model, of a city to which nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pyomo.environ import NonNegativeReals, Set, Var

from allocopt_models.city import CityData, CityModel, city_model
from allocopt_models.terms import add


def first_stage_model(data: CityData, probability: Mapping[str, float]) -> CityModel:
    """The city's model without recourse, and `recourse` by scenario in the objective, where it costs at least 0."""
    supply = replace(data.programmes.supply, groups={}, orders={}, shipments={}, transfers={}, needs={})
    city = city_model(replace(data, programmes=replace(data.programmes, supply=supply)))
    m = city.model
    add(m, "RECOURSES", Set(initialize=sorted(probability), doc="scenarios with recourse"))
    recourse = add(m, "recourse", Var(m.RECOURSES, domain=NonNegativeReals, doc="CNY that the recourse costs"))
    m.aim.expr += sum(probability[w] * recourse[w] for w in m.RECOURSES)
    return city
