"""What a plan costs and what it achieves: money by body and line, loss by area, hazard and site, standards."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from allocopt.plan import Plan
from allocopt.summary import sums
from allocopt.summary.joined import joined_deeds
from allocopt.summary.layout import Grid, first
from allocopt.summary.naming import Names
from allocopt.summary.sums import MOST_ROWS, rows_of
from allocopt.summary.words import amount, counted, money, share_of

_TOP_SITES = 8
# Columns that a table's numbers may take on a terminal of 80, and those between two of its cells.
_WIDEST_NUMBERS, _SPACE_BETWEEN = 66, 3
# Sums that differ by more are told apart.
_APART_CNY = 1.0


def cost_grids(plan: Plan, names: Names) -> list[Grid | str]:
    """Costs by body and programme, why they are not the spending, and what is left on each budget line."""
    return [*_costs(plan, names), *_not_the_spending(plan, names), *_lines(plan, names)]


def _not_the_spending(plan: Plan, names: Names) -> list[str]:
    """Spending has what is bought for years by the share of its life in the horizon; lines and costs have all of it."""
    paid, spending = float(sums.expected_costs(plan, names, ["body"]).sum()), plan.spending
    if spending is None or paid - spending < _APART_CNY:
        return []
    return [
        f"Of these {money(paid)} CNY the spending counts {money(spending)} CNY: what outlasts the plan's time counts "
        "by the share of its life that falls into it."
    ]


def _costs(plan: Plan, names: Names) -> list[Grid]:
    """A row a body and a column a programme, or a row for each pair where the numbers are too long for that."""
    costs = sums.costs_by_body(plan, names)
    if costs.empty:
        return []
    longest = len(money(float(costs["total"].sum()))) + _SPACE_BETWEEN
    if longest * len(costs.columns) > _WIDEST_NUMBERS:
        return [_cost_list(costs.drop(columns="total"), names)]
    lines = [[names.of("bodies", str(body)), *map(money, row)] for body, row in rows_of(costs)]
    bodies, more = first(lines, MOST_ROWS, "bodies")
    if len(costs) > 1:
        bodies = [*bodies, ["All", *map(money, costs.sum())]]
    headings = ["Cost in CNY, by body", *(str(name).capitalize() for name in costs.columns)]
    return [Grid("", headings, bodies, 1, more)]


def _cost_list(costs: pd.DataFrame, names: Names) -> Grid:
    pairs = [
        (float(cost), names.of("bodies", str(body)), str(programme).capitalize())
        for body, row in rows_of(costs)
        for programme, cost in row.items()
        if cost
    ]
    lines = [[body, programme, money(cost)] for cost, body, programme in sorted(pairs, reverse=True)]
    shown, more = first(lines, 2 * MOST_ROWS, "rows")
    total = ["All", "", money(sum(cost for cost, _, _ in pairs))]
    return Grid("", ("Body", "Programme", "Cost CNY"), [*shown, total], 2, more)


def _lines(plan: Plan, names: Names) -> list[Grid]:
    lines = [
        [
            names.of("budgets", row["line"]),
            *(money(row["amount_cny"]), money(row["used_cny"]), money(row["left_cny"])),
            share_of(row["used_cny"], row["amount_cny"]),
        ]
        for row in sums.lines_by_use(plan)
    ]
    if not lines:
        return []
    shown, more = first(lines, MOST_ROWS, "lines")
    return [Grid("", ("Budget line", "Ceiling CNY", "Used", "Left", "Used"), shown, 1, more)]


def loss_grids(plan: Plan, names: Names) -> list[Grid | str]:
    """Loss by area, by hazard and at the sites where most is averted."""
    cells = plan.table("sites")
    if cells.empty:
        return []
    cells = cells.assign(area=sums.areas_to_show(cells["site"], names.areas))
    missing = sums.missing_supplies(plan, cells)
    return [
        _loss_by(cells, "area", "Area", {}, missing),
        _loss_by(cells, "hazard", "Hazard", {"hazards": names}, missing),
        _top_sites(plan, cells, names),
    ]


def _loss_by(
    cells: pd.DataFrame, column: str, heading: str, named: Mapping[str, Names], missing: tuple[float, float]
) -> Grid:
    lines = []
    for key, row in rows_of(sums.loss_sums(cells, column)):
        table, names = next(iter(named.items()), ("", None))
        word = names.of(table, str(key)) if names else str(key)
        lines.append(_loss_line(word or "(no area)", row["loss_before_cny"], row["loss_cny"]))
    shown, more = first(lines, MOST_ROWS, f"{column}s")
    if missing[0] > 0:
        shown = [*shown, _loss_line("Missing supplies", *missing)]
    return Grid("", (heading, "Loss if nobody acts, CNY", "With the plan", "Averted"), shown, 1, more)


def _loss_line(word: str, before: float, after: float) -> list[str]:
    return [word, money(before), money(after), share_of(before - after, before)]


def _top_sites(plan: Plan, cells: pd.DataFrame, names: Names) -> Grid | str:
    found = cells.groupby("site")[["loss_before_cny", "loss_cny"]].sum()
    before = {str(site): float(value) for site, value in found["loss_before_cny"].items()}
    averted = {site: value - after for (site, value), after in zip(before.items(), found["loss_cny"], strict=True)}
    deeds = _deeds(plan, names)
    lines = [
        [
            names.of("sites", site),
            ", ".join(deeds.get(site, ["covered by patrols"])),
            *(money(before[site]), money(averted[site]), share_of(averted[site], before[site])),
        ]
        for site in sorted(averted, key=lambda site: -averted[site])[:_TOP_SITES]
        if averted[site] > 0
    ]
    helped = sum(value > 0 for value in averted.values())
    if not helped:
        return "No site at risk is safer than if nobody acts."
    verb = "is" if helped == 1 else "are"
    note = f"{helped:,} of {counted(len(found), 'site')} at risk {verb} safer than if nobody acts."
    return Grid("", ("Where most is averted", "What is done", "Loss CNY", "Averted", "Share"), lines, 2, note)


def _deeds(plan: Plan, names: Names) -> dict[str, list[str]]:
    """What is done at each site, in words."""
    deeds: dict[str, list[str]] = {}
    visits = plan.table("visits")
    if not visits.empty:
        for site, number in sums.visits_made(visits, "site", ["site"]).items():
            deeds.setdefault(str(site), []).append(counted(int(number), "visit"))
    for site, hours in plan.table("presence").groupby("site")["hours"].sum().items():
        deeds.setdefault(str(site), []).append(f"{amount(hours)} h of patrol")
    for row in plan.table("measures").to_dict("records"):
        deeds.setdefault(row["site"], []).append(names.of("measures", row["measure"]))
    for site, deed in joined_deeds(plan):
        deeds.setdefault(site, []).append(deed)
    shipped = plan.table("shipments")
    for site in sorted(set(shipped["to_site"]) - {""}):
        deeds.setdefault(site, []).append("supplies")
    return deeds


def standard_parts(plan: Plan, names: Names) -> list[Grid | str]:
    """The standards that bind or are missed, and how many do not."""
    if plan.table("standards").empty:
        return []
    found = sums.standard_counts(plan)
    tight = found[sums.is_tight(found)]
    lines = [
        [
            names.of("standards", key[0]),
            key[1].replace("_", " "),
            *(amount(row["places"]), amount(row["binds"]), amount(row["missed"]), money(row["price_cny"])),
        ]
        for key, row in rows_of(tight)
    ]
    parts: list[Grid | str] = []
    if lines:
        shown, more = first(lines, MOST_ROWS, "standards")
        headings = ("Standard", "Bound", "Times it applies", "At its limit", "Missed", "Cost of missing CNY")
        parts.append(Grid("", headings, shown, 2, more))
    if easy := len(found) - len(tight):
        parts.append(f"{counted(easy, 'standard is', 'standards are')} kept with room to spare.")
    return parts


def next_money_parts(plan: Plan, names: Names) -> list[Grid | str]:
    """What the next sum of money would buy on each line, the best first."""
    steps = sums.next_steps(plan)
    if not steps:
        return []
    lines = [
        [
            names.of("budgets", str(step["line"])),
            *(money(step["step_cny"]), money(step["gain"]), amount(sums.gain_a_yuan(step))),
        ]
        for step in steps
    ]
    shown, more = first(lines, MOST_ROWS, "lines")
    return [Grid("", ("Budget line", "Next CNY", "Gain", "Gain a yuan"), shown, 1, more)]


def after_the_horizon(plan: Plan) -> list[str]:
    """What measures go on averting when the horizon is over."""
    yearly = plan.manifest.get("averted_after_horizon_cny_year")
    if not yearly:
        return []
    return [f"After the horizon, the measures go on averting about {money(yearly)} CNY a year while they last."]
