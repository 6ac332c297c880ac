"""What measures go on averting after the horizon, and what rests on assumed figures."""

from __future__ import annotations

from math import expm1, fsum

from allocopt.checker.areas import chances
from allocopt.checker.case import Case
from allocopt.checker.objectives import loss_if_nobody_acts, spending
from allocopt.checker.risks import NO_SITE, weight
from allocopt.checker.scaling import assumed

HOURS_OF_A_YEAR = 8760.0


def averted_after_horizon(case: Case) -> float:
    """CNY a year averted by the measures that work in the last period, all else staying as it is then."""
    last = case.calendar.last
    working: dict[str, list[str]] = {}
    for (measure, site), start in case.found.adopted.items():
        if start + case.city.by_id("measures")[measure].whole("lead") <= last:
            working.setdefault(site, []).append(measure)
    averted = fsum(
        loss.after * expm1(fsum(_effort(case, measure, loss.hazard) for measure in working.get(loss.site, ())))
        for loss in case.found.losses
        if loss.t == last
    )
    return averted * HOURS_OF_A_YEAR / case.calendar.hours[last]


def _effort(case: Case, measure: str, hazard: str) -> float:
    share = case.effects.shares("measure", measure).get(hazard, 0.0)
    return weight(share) if share > 0 else 0.0


def assumed_share(case: Case) -> float:
    """Share of the loss if nobody acts in rows of risks and needs whose source starts with 'assumed'."""
    guessed = {(row["site"], row["hazard"], row["period"]) for row in case.city.rows("risks") if assumed(row)}
    guessed |= {(NO_SITE, row["hazard"], "") for row in case.city.rows("points") if assumed(row)}
    parts = [
        loss.before
        for loss in case.found.losses
        if (loss.site, loss.hazard, "") in guessed or (loss.site, loss.hazard, case.calendar.periods[loss.t]) in guessed
    ]
    commodities = case.city.by_id("commodities")
    for row in case.city.rows("needs"):
        if assumed(row):
            penalty = row.opt("penalty_cny")
            each = commodities[row["commodity"]].num("penalty_cny") if penalty is None else penalty
            parts.append(chances(case)[row["scenario"]] * each * row.num("amount"))
    before = loss_if_nobody_acts(case)
    return fsum(parts) / before if before > 0 else 0.0


def assumed_cost_share(case: Case) -> float:
    """Share of spending that is booked from assumed rows."""
    parts = [
        float(spent.assumed_horizon) * (chances(case)[item.scenario] if item.scenario else 1.0)
        for item, spent in case.found.costs.items()
    ]
    total = spending(case)
    return fsum(parts) / total if total > 0 else 0.0
