"""Who goes where, with what: one table a programme, by body."""

from __future__ import annotations

from allocopt.plan import Plan
from allocopt.summary import sums
from allocopt.summary.joined import joined_grids
from allocopt.summary.layout import Grid, first
from allocopt.summary.naming import Names
from allocopt.summary.sums import MOST_ROWS, rows_of
from allocopt.summary.words import amount, money, percent, share_of


def action_grids(plan: Plan, names: Names) -> list[Grid]:
    """The tables of every programme in which something is done."""
    made = (
        _visits(plan, names, "visits", "site"),
        _visits(plan, names, "referrals", "area"),
        _patrols(plan, names),
        _stock(plan, names),
        _needs(plan, names),
        _measures(plan, names),
        _mechanisms(plan, names),
        _beats(plan, names),
        _people(plan, names),
    )
    return [*(grid for grid in made if grid is not None), *joined_grids(plan, names)]


def _visits(plan: Plan, names: Names, table: str, place: str) -> Grid | None:
    if plan.table(table).empty:
        return None
    found, jointly = sums.visit_sums(plan, names, table, place)
    lines = [
        [
            names.of("bodies", str(body)),
            names.of("kinds", str(kind)),
            *(amount(row["visits"]), amount(row[place]), amount(row["hours"]), money(row["cost"])),
        ]
        for (body, kind), row in rows_of(found)
    ]
    shown, more = first(lines, MOST_ROWS, "rows")
    notes = [more, "A visit that two bodies make together stands in the row of each." if jointly else ""]
    title = "Inspection" if table == "visits" else "Inspection: enforcing visits that follow suspicions"
    headings = ("Body", "Visit", "Visits", f"{place.capitalize()}s", "Hours", "Cost CNY")
    return Grid(title, headings, shown, 2, " ".join(filter(None, notes)))


def _patrols(plan: Plan, names: Names) -> Grid | None:
    found = sums.patrol_sums(plan)
    if found.empty:
        return None
    lines = []
    for unit, row in rows_of(found):
        body = names.of("bodies", names.body_of("units", str(unit)))
        counts = [amount(row[column]) for column in ("at_once", "post", "hours", "at_sites")]
        lines.append([body, names.of("units", str(unit)), *counts, money(row["cost_cny"])])
    shown, more = first(lines, MOST_ROWS, "units")
    headings = ("Body", "Unit", "On duty at once", "Posts", "Hours on duty", "Hours at sites", "Cost CNY")
    return Grid("Patrol", headings, shown, 2, more)


def _stock(plan: Plan, names: Names) -> Grid | None:
    if plan.table("stock").empty:
        return None
    lines = [
        [
            names.of("bodies", str(body)),
            names.of("commodities", str(commodity)),
            *(amount(row["depot"]), amount(row["initial"]), amount(row["bought"]), money(row["cost_cny"])),
        ]
        for (body, commodity), row in rows_of(sums.stock_sums(plan, names))
    ]
    shown, more = first(lines, MOST_ROWS, "rows")
    opened = [names.of("depots", depot) for depot in plan.table("depots")["depot"]]
    note = " ".join(filter(None, [more, f"Depots opened: {'、'.join(opened)}." if opened else ""]))
    return Grid("Supply", ("Body", "Goods", "Depots", "There already", "Bought", "Cost CNY"), shown, 2, note)


def _needs(plan: Plan, names: Names) -> Grid | None:
    if plan.table("needs").empty:
        return None
    lines = [
        [
            names.of("scenarios", str(scenario)),
            names.of("commodities", str(commodity)),
            *(amount(row["need_after"]), amount(row["unmet"])),
            share_of(row["need_after"] - row["unmet"], row["need_after"]),
            money(row["penalty_cny"]),
        ]
        for (scenario, commodity), row in rows_of(sums.need_sums(plan))
    ]
    shown, more = first(lines, MOST_ROWS, "rows")
    headings = ("Scenario", "Goods", "Needed", "Missing", "Served", "Loss CNY")
    return Grid("Supply, if it happens", headings, shown, 2, more)


def _measures(plan: Plan, names: Names) -> Grid | None:
    if plan.table("measures").empty:
        return None
    lines = [
        [
            names.of("bodies", names.body_of("measures", str(measure))),
            names.of("measures", str(measure)),
            *(amount(row["site"]), money(row["cost_cny"])),
        ]
        for measure, row in rows_of(sums.measure_sums(plan))
    ]
    shown, more = first(lines, MOST_ROWS, "measures")
    return Grid("Prevention", ("Body", "Measure", "Sites", "Cost CNY"), shown, 2, more)


def _mechanisms(plan: Plan, names: Names) -> Grid | None:
    lines = [
        [names.of("mechanisms", row["mechanism"]), names.of("periods", row["period"]), money(row["cost_cny"])]
        for row in plan.table("mechanisms").to_dict("records")
    ]
    return Grid("Mechanisms", ("Mechanism", "Started in", "Cost CNY"), lines, 2) if lines else None


def _beats(plan: Plan, names: Names) -> Grid | None:
    if plan.table("beats").empty:
        return None
    lines = []
    for post, row in rows_of(sums.beat_sums(plan)):
        mean = amount(row["mean"]) if row["people"] > 0 else ""
        figures = (amount(row["site"]), amount(row["people"]), mean, amount(row["minutes"]))
        lines.append([names.of("posts", str(post)), *figures])
    shown, more = first(lines, MOST_ROWS, "posts")
    return Grid("Beats", ("Post", "Sites", "People", "Mean minutes", "Most minutes"), shown, 1, more)


def _people(plan: Plan, names: Names) -> Grid | None:
    if plan.table("people").empty:
        return None
    lines = [
        [
            names.of("bodies", names.body_of("pools", str(pool))),
            names.of("pools", str(pool)),
            *(amount(row["available_hours"]), amount(row["used_hours"]), percent(row["share"])),
        ]
        for pool, row in rows_of(sums.people_sums(plan))
    ]
    shown, more = first(lines, MOST_ROWS, "pools")
    return Grid("People", ("Body", "Pool", "Hours there are", "Hours used", "Used"), shown, 2, more)
