"""What the totals do not show: what measures avert after the horizon, and what rests on assumed figures."""

from __future__ import annotations

import math
from collections import defaultdict

from pyomo.core import value

from allocopt.arrange.calendar import HOURS_OF_A_YEAR
from allocopt.arrange.whole import Arranged
from allocopt.city import City
from allocopt.schema.risk import RiskRow
from allocopt.schema.supply import NeedRow
from allocopt_models.city import CityModel
from allocopt_models.prevention import Start

ASSUMED = "assumed"


def averted_after_horizon(model: CityModel, arranged: Arranged) -> float:
    """CNY a year that the measures working in the last period go on averting, all else staying as it is then.

    Σ over cells of the last period of loss · (exp(effort of measures) − 1), scaled to a year.
    """
    data, last = model.data.programmes.prevention, arranged.calendar.periods[-1]
    working: dict[tuple[str, str], float] = defaultdict(float)
    for key in model.model.prevention.STARTS:
        start = Start(*key)
        if start.period in data.works_from[start.measure][last]:
            working[start.measure, start.site] += round(value(model.model.prevention.start[key]))
    averted = 0.0
    for cell, averting in data.averts.items():
        if cell.period == last and cell in model.handles.left:
            effort = sum(weight * working[measure, cell.site] for measure, weight in averting)
            loss = model.data.loss_cny[cell] * value(model.handles.left[cell])
            averted += loss * math.expm1(effort)
    return averted * HOURS_OF_A_YEAR / arranged.calendar.hours[last]


def assumed_share(city: City, model: CityModel, loss_if_nobody_acts: float) -> float:
    """Share of the loss if nobody acts that stands in rows of risks and needs whose source is an assumption."""
    assumed = {(row.site, row.hazard, row.period) for row in city.of(RiskRow) if row.source.startswith(ASSUMED)}
    data = model.data
    part = sum(
        loss
        for cell, loss in data.loss_cny.items()
        if (cell.site, cell.hazard, None) in assumed or (cell.site, cell.hazard, cell.period) in assumed
    )
    doubtful = {
        (row.scenario, row.site, row.commodity, row.period)
        for row in city.of(NeedRow)
        if row.source.startswith(ASSUMED)
    }
    for need, item in data.programmes.supply.needs.items():
        if need in doubtful:
            part += data.probability[need.scenario] * item.penalty_cny * item.amount
    return part / loss_if_nobody_acts if loss_if_nobody_acts > 0 else 0.0
