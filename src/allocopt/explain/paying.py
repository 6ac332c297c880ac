"""Who pays for what was forced into a plan: losses, spending, standards and actions before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from allocopt.plan import Plan
from allocopt.summary.naming import Names
from allocopt.summary.sums import expected_costs, visits_made

# Differences below this share of a figure (of 1, if that is more) are rounding.
ROUNDING = 1e-6


class _Action(NamedTuple):
    """A way to count what is done: a name, the tables that the parts of its key are of, and the sums by key."""

    name: str
    tables: tuple[str, ...]
    sums: Callable[[Plan], pd.Series[float]]


def _by(table: str, keys: list[str], number: str | None = None) -> Callable[[Plan], pd.Series[float]]:
    def sums(plan: Plan) -> pd.Series[float]:
        rows = plan.table(table)
        rows = rows[rows["via"] == ""] if table == "patrols" else rows
        found = rows.groupby(keys)
        return (found.size() if number is None else found[number].sum()).astype("float64")

    return sums


def _visits(plan: Plan) -> pd.Series[float]:
    visits = plan.table("visits")
    return visits_made(visits, "site", ["kind", "site"]) if len(visits) else _by("visits", ["kind", "site"])(plan)


ACTIONS = (
    _Action("visits", ("kinds", "sites"), _visits),
    _Action("hours on duty", ("units", "posts"), _by("patrols", ["unit", "post"], "hours")),
    _Action("hours of visible patrol", ("units", "sites"), _by("presence", ["unit", "site"], "hours")),
    _Action("measures", ("measures", "sites"), _by("measures", ["measure", "site"])),
    _Action("mechanisms", ("mechanisms",), _by("mechanisms", ["mechanism"])),
    _Action("posts opened", ("posts",), _by("posts", ["post"])),
    _Action("depots opened", ("depots",), _by("depots", ["depot"])),
    _Action("goods bought", ("depots", "commodities"), _by("stock", ["depot", "commodity"], "bought")),
)


def changes(old: Plan, new: Plan) -> dict[str, list[dict[str, Any]]]:
    """What differs in the new plan, the largest difference first: losses by site, hazard and area, expected penalties
    of what is missed by commodity (those of a site count to it), spending by body, the price of standards missed, and
    what is done."""
    told = {
        name: [{name: key, "before": before, "after": after} for key, before, after in _different(sums(old), sums(new))]
        for name, sums in LOOKS.items()
    }
    return {**told, "actions": _actions(old, new)}


def _by_site(plan: Plan) -> pd.Series[float]:
    lost = plan.table("sites").groupby("site")["loss_cny"].sum()
    return lost.add(_penalties(plan, "site"), fill_value=0.0)


def _by_area(plan: Plan) -> pd.Series[float]:
    areas, lost = Names(plan.manifest).areas, _by_site(plan)
    return lost.groupby([areas.get(str(site), "") for site in lost.index]).sum()


def _penalties(plan: Plan, by: str) -> pd.Series[float]:
    needs, chances = plan.table("needs"), Names(plan.manifest).probabilities
    chance = needs["scenario"].map(chances).astype("float64")
    return (needs["penalty_cny"] * chance).groupby(needs[by]).sum()


LOOKS: Mapping[str, Callable[[Plan], pd.Series[float]]] = {
    "site": _by_site,
    "hazard": lambda plan: plan.table("sites").groupby("hazard")["loss_cny"].sum(),
    "area": _by_area,
    "commodity": lambda plan: _penalties(plan, "commodity"),
    "body": lambda plan: expected_costs(plan, Names(plan.manifest), ["body"]),
    "standard": lambda plan: plan.table("standards").groupby("standard")["price_cny"].sum(),
}


def _different(old: pd.Series[float], new: pd.Series[float]) -> list[tuple[Any, float, float]]:
    pair = pd.concat([old, new], axis=1, keys=["old", "new"]).fillna(0.0)
    apart = (pair["new"] - pair["old"]).abs()
    pair = pair[apart > ROUNDING * pair.abs().max(axis=1).clip(lower=1.0)]
    found = [(key, float(row["old"]), float(row["new"])) for key, row in pair.iterrows()]
    return sorted(found, key=lambda entry: (-abs(entry[2] - entry[1]), str(entry[0])))


def _actions(old: Plan, new: Plan) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for action in ACTIONS:
        for key, before, after in _different(action.sums(old), action.sums(new)):
            ids = key if isinstance(key, tuple) else (key,)
            of: Mapping[str, str] = dict(zip(action.tables, map(str, ids), strict=True))
            out.append({"action": action.name, "of": of, "before": before, "after": after})
    return out
