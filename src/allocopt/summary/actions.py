"""Who goes where, with what: one table a programme, by body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from allocopt.plan import Plan
from allocopt.summary.joined import joined_grids
from allocopt.summary.layout import MOST_ROWS, Grid, first
from allocopt.summary.naming import Names
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


def visits_made(table: pd.DataFrame, place: str, by: Sequence[str]) -> pd.Series[float]:
    """Visits by these columns: a visit has a row for each of its roles, and is counted once."""
    roles = table.groupby([*dict.fromkeys([*by, "kind", place, "period"]), "role"])["visits"].sum()
    visits = roles.groupby(level=list(range(roles.index.nlevels - 1))).max()
    return visits.groupby(level=list(by)).sum()


def _visits(plan: Plan, names: Names, table: str, place: str) -> Grid | None:
    rows = plan.table(table)
    if rows.empty:
        return None
    rows = rows.assign(body=_bodies(rows["pool"], names, "pools"), cost=rows["labour_cny"] + rows["materials_cny"])
    found = rows.groupby(["body", "kind"]).agg({place: "nunique", "hours": "sum", "cost": "sum"})
    found["visits"] = visits_made(rows, place, ["body", "kind"])
    jointly = visits_made(rows, place, ["kind"]).sum() < found["visits"].sum() - 0.5
    lines = [
        [
            names.of("bodies", str(body)),
            names.of("kinds", str(kind)),
            *(amount(row["visits"]), amount(row[place]), amount(row["hours"]), money(row["cost"])),
        ]
        for (body, kind), row in _in_order(found, "cost")
    ]
    shown, more = first(lines, MOST_ROWS, "rows")
    notes = [more, "A visit that two bodies make together stands in the row of each." if jointly else ""]
    title = "Inspection" if table == "visits" else "Inspection: enforcing visits that follow suspicions"
    headings = ("Body", "Visit", "Visits", f"{place.capitalize()}s", "Hours", "Cost CNY")
    return Grid(title, headings, shown, 2, " ".join(filter(None, notes)))


def _patrols(plan: Plan, names: Names) -> Grid | None:
    rows = plan.table("patrols")
    rows = rows[rows["via"] == ""]
    if rows.empty:
        return None
    at_once = rows.groupby(["unit", "period", "shift"])["units"].sum().groupby(level="unit").max()
    found = rows.groupby("unit").agg({"post": "nunique", "hours": "sum", "cost_cny": "sum"})
    presence = plan.table("presence").groupby("unit")["hours"].sum()
    lines = []
    for unit, row in _in_order(found, "cost_cny"):
        body = names.of("bodies", names.body_of("units", str(unit)))
        at_sites = amount(float(presence.get(unit, 0.0)))
        figures = (amount(at_once[unit]), amount(row["post"]), amount(row["hours"]), at_sites, money(row["cost_cny"]))
        lines.append([body, names.of("units", str(unit)), *figures])
    shown, more = first(lines, MOST_ROWS, "units")
    headings = ("Body", "Unit", "On duty at once", "Posts", "Hours on duty", "Hours at sites", "Cost CNY")
    return Grid("Patrol", headings, shown, 2, more)


def _stock(plan: Plan, names: Names) -> Grid | None:
    rows = plan.table("stock")
    if rows.empty:
        return None
    rows = rows.assign(body=_bodies(rows["depot"], names, "depots"))
    found = rows.groupby(["body", "commodity"]).agg(
        {"depot": "nunique", "initial": "sum", "bought": "sum", "cost_cny": "sum"}
    )
    lines = [
        [
            names.of("bodies", str(body)),
            names.of("commodities", str(commodity)),
            *(amount(row["depot"]), amount(row["initial"]), amount(row["bought"]), money(row["cost_cny"])),
        ]
        for (body, commodity), row in _in_order(found, "cost_cny")
    ]
    shown, more = first(lines, MOST_ROWS, "rows")
    opened = [names.of("depots", depot) for depot in plan.table("depots")["depot"]]
    note = " ".join(filter(None, [more, f"Depots opened: {'、'.join(opened)}." if opened else ""]))
    return Grid("Supply", ("Body", "Goods", "Depots", "There already", "Bought", "Cost CNY"), shown, 2, note)


def _needs(plan: Plan, names: Names) -> Grid | None:
    rows = plan.table("needs")
    if rows.empty:
        return None
    found = rows.groupby(["scenario", "commodity"])[["need_after", "unmet", "penalty_cny"]].sum()
    lines = [
        [
            names.of("scenarios", str(scenario)),
            names.of("commodities", str(commodity)),
            *(amount(row["need_after"]), amount(row["unmet"])),
            share_of(row["need_after"] - row["unmet"], row["need_after"]),
            money(row["penalty_cny"]),
        ]
        for (scenario, commodity), row in _in_order(found, "penalty_cny")
    ]
    shown, more = first(lines, MOST_ROWS, "rows")
    headings = ("Scenario", "Goods", "Needed", "Missing", "Served", "Loss CNY")
    return Grid("Supply, if it happens", headings, shown, 2, more)


def _measures(plan: Plan, names: Names) -> Grid | None:
    rows = plan.table("measures")
    if rows.empty:
        return None
    found = rows.groupby("measure").agg({"site": "nunique", "cost_cny": "sum"})
    lines = [
        [
            names.of("bodies", names.body_of("measures", str(measure))),
            names.of("measures", str(measure)),
            *(amount(row["site"]), money(row["cost_cny"])),
        ]
        for measure, row in _in_order(found, "cost_cny")
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
    rows = plan.table("beats")
    if rows.empty:
        return None
    rows = rows.assign(weighted=rows["minutes"] * rows["people"])
    found = rows.groupby("post").agg({"site": "nunique", "people": "sum", "weighted": "sum", "minutes": "max"})
    lines = []
    for post, row in _in_order(found, "people"):
        mean = amount(row["weighted"] / row["people"]) if row["people"] > 0 else ""
        figures = (amount(row["site"]), amount(row["people"]), mean, amount(row["minutes"]))
        lines.append([names.of("posts", str(post)), *figures])
    shown, more = first(lines, MOST_ROWS, "posts")
    return Grid("Beats", ("Post", "Sites", "People", "Mean minutes", "Most minutes"), shown, 1, more)


def _people(plan: Plan, names: Names) -> Grid | None:
    rows = plan.table("people")
    if rows.empty:
        return None
    found = rows.groupby("pool")[["available_hours", "used_hours"]].sum()
    found = found[found["available_hours"] > 0]
    found["share"] = found["used_hours"] / found["available_hours"]
    lines = [
        [
            names.of("bodies", names.body_of("pools", str(pool))),
            names.of("pools", str(pool)),
            *(amount(row["available_hours"]), amount(row["used_hours"]), percent(row["share"])),
        ]
        for pool, row in _in_order(found, "share")
    ]
    shown, more = first(lines, MOST_ROWS, "pools")
    return Grid("People", ("Body", "Pool", "Hours there are", "Hours used", "Used"), shown, 2, more)


def _bodies(owned: pd.Series[str], names: Names, table: str) -> list[str]:
    """The body that owns each of these."""
    return [names.body_of(table, name) for name in owned]


def _in_order(table: pd.DataFrame, column: str) -> Iterator[tuple[Any, Any]]:
    """The rows, largest first, equal ones as they were."""
    yield from table.sort_values(column, ascending=False, kind="stable").iterrows()
