"""What the tables of a plan come to, as numbers; how they are told, in a terminal or on a page, is said elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocopt.plan import Plan
from allocopt.summary.naming import Names

MOST_ROWS = 12
AT_THE_LIMIT = 1e-6
# A gain below it would be told as nothing.
_LEAST_GAIN_CNY = 0.005

# Money


def expected_costs(plan: Plan, names: Names, by: Sequence[str]) -> pd.Series[float]:
    """Cost in yuan by these columns: the first stage, and what scenarios add, weighted by their chance."""
    rows = plan.table("costs")
    return rows.assign(cost=rows["cost_cny"] * _chances(rows, names)).groupby(list(by))["cost"].sum()


def _chances(rows: pd.DataFrame, names: Names) -> NDArray[np.float64]:
    """How likely each row is: a blank scenario is sure."""
    chances = {"": 1.0, **names.probabilities}
    return np.array([chances.get(scenario, 0.0) for scenario in rows["scenario"]], dtype=np.float64)


def costs_by_body(plan: Plan, names: Names) -> pd.DataFrame:
    """A row a body, a column a programme that costs anything, and their `total`, the largest first."""
    costs = expected_costs(plan, names, ["body", "programme"]).unstack().fillna(0.0)
    costs = costs.loc[:, (costs != 0).any()]
    if costs.empty:
        return costs
    return costs.assign(total=costs.sum(axis=1)).sort_values("total", ascending=False, kind="stable")


def lines_by_use(plan: Plan) -> list[dict[str, Any]]:
    """The budget lines, those used most first; an overrun within the tolerance of the rules is none."""
    rows: list[dict[str, Any]] = plan.table("budgets").to_dict("records")  # type: ignore[assignment]
    rows.sort(key=lambda row: -row["used_cny"] / row["amount_cny"] if row["amount_cny"] > 0 else -1.0)
    return [row | {"left_cny": _left(row)} for row in rows]


def _left(row: Mapping[str, Any]) -> float:
    left, ceiling = float(row["left_cny"]), float(row["amount_cny"])
    return 0.0 if -AT_THE_LIMIT * ceiling <= left < 0.0 else left


def next_steps(plan: Plan) -> list[Mapping[str, Any]]:
    """The next sum of money on each line where it buys anything, the best first."""
    steps = [step for step in plan.manifest.get("next_money") or [] if step.get("gain", 0) >= _LEAST_GAIN_CNY]
    return sorted(steps, key=lambda step: -gain_a_yuan(step))


def gain_a_yuan(step: Mapping[str, Any]) -> float:
    return float(step["gain"] / max(step["step_cny"], 1e-9))


# Loss


def loss_sums(cells: pd.DataFrame, by: str) -> pd.DataFrame:
    """`loss_before_cny` and `loss_cny` of the rows of `sites`, by a column, the largest first."""
    sums = cells.groupby(by)[["loss_before_cny", "loss_cny"]].sum()
    return sums.sort_values("loss_before_cny", ascending=False, kind="stable")


def areas_to_show(sites: Iterable[str], area_of: Mapping[str, str]) -> list[str]:
    """The area of each site at the deepest level that has few enough areas for a table."""
    areas = [area_of.get(site, "") for site in sites]
    depth = max((path.count("/") + 1 for path in areas), default=1)
    for level in range(depth, 0, -1):
        shown = ["/".join(path.split("/")[:level]) for path in areas]
        if len(set(shown)) <= MOST_ROWS:
            return shown
    return [path.split("/")[0] for path in areas]


def missing_supplies(plan: Plan, cells: pd.DataFrame) -> tuple[float, float]:
    """Expected penalty of unmet need if nobody acts and with the plan: what the cells leave of the totals."""
    if plan.table("needs").empty:
        return 0.0, 0.0
    before = (plan.loss_if_nobody_acts or 0.0) - float(cells["loss_before_cny"].sum())
    return max(before, 0.0), max((plan.loss or 0.0) - float(cells["loss_cny"].sum()), 0.0)


def points_reached(plan: Plan) -> list[dict[str, Any]]:
    """Of points too many for a row each, by class of response: how many units reach, their weight and that of all, on
    average over so many `duties`, its periods and shifts."""
    found = []
    for response, rows in plan.table("points").groupby("response"):
        reached, duties = rows[rows["units"] > 0], len(rows[["period", "shift"]].drop_duplicates())
        weights = {"reached": float(reached["weight"].sum()), "weight": float(rows["weight"].sum())}
        points = round(int(reached["points"].sum()) / duties)
        found.append({"response": str(response), "points": points, "duties": duties, **weights})
    return found


# Standards


def standard_counts(plan: Plan) -> pd.DataFrame:
    """By standard and bound, in how many places it holds, `binds` and is `missed`, and what missing it costs."""
    rows = plan.table("standards")
    limit = AT_THE_LIMIT * rows["required"].abs().clip(lower=1.0)
    rows = rows.assign(
        missed=rows["short"] > limit,
        binds=((rows["value"] - rows["required"]).abs() <= limit) & ~(rows["short"] > limit),
        places=1,
    )
    return rows.groupby(["standard", "bound"])[["places", "binds", "missed", "price_cny"]].sum()


def is_tight(counts: pd.DataFrame) -> pd.Series[bool]:
    """Which of these standards bind or are missed somewhere."""
    return (counts["binds"] > 0) | (counts["missed"] > 0)


# Who does what


def visits_made(table: pd.DataFrame, place: str, by: Sequence[str]) -> pd.Series[float]:
    """Visits by these columns: a visit has a row for each of its roles, and is counted once."""
    roles = table.groupby([*dict.fromkeys([*by, "kind", place, "period"]), "role"])["visits"].sum()
    visits = roles.groupby(level=list(range(roles.index.nlevels - 1))).max()
    return visits.groupby(level=list(by)).sum()


def visit_sums(plan: Plan, names: Names, table: str, place: str) -> tuple[pd.DataFrame, bool]:
    """By body and kind: visits, places, hours, cost; and whether bodies make some of them together."""
    rows = plan.table(table)
    rows = rows.assign(body=owners(rows["pool"], names, "pools"), cost=rows["labour_cny"] + rows["materials_cny"])
    found = rows.groupby(["body", "kind"]).agg({place: "nunique", "hours": "sum", "cost": "sum"})
    found["visits"] = visits_made(rows, place, ["body", "kind"])
    jointly = visits_made(rows, place, ["kind"]).sum() < found["visits"].sum() - 0.5
    return _in_order(found, "cost"), bool(jointly)


def patrol_sums(plan: Plan) -> pd.DataFrame:
    """By unit: most on duty at once, posts, hours on duty, hours seen at sites, cost."""
    rows = plan.table("patrols")
    rows = rows[rows["via"] == ""]
    found = rows.groupby("unit").agg({"post": "nunique", "hours": "sum", "cost_cny": "sum"})
    at_once = rows.groupby(["unit", "period", "shift"])["units"].sum().groupby(level="unit").max()
    presence = plan.table("presence").groupby("unit")["hours"].sum()
    found = found.assign(at_once=at_once, at_sites=presence.reindex(found.index).fillna(0.0))
    return _in_order(found, "cost_cny")


def stock_sums(plan: Plan, names: Names) -> pd.DataFrame:
    """By body and commodity: depots, what is there already, what is bought, cost."""
    rows = plan.table("stock")
    rows = rows.assign(body=owners(rows["depot"], names, "depots"))
    found = rows.groupby(["body", "commodity"]).agg(
        {"depot": "nunique", "initial": "sum", "bought": "sum", "cost_cny": "sum"}
    )
    return _in_order(found, "cost_cny")


def need_sums(plan: Plan) -> pd.DataFrame:
    """By scenario and commodity: what is needed, what is missing, and its penalty."""
    found = plan.table("needs").groupby(["scenario", "commodity"])[["need_after", "unmet", "penalty_cny"]].sum()
    return _in_order(found, "penalty_cny")


def measure_sums(plan: Plan) -> pd.DataFrame:
    """By measure: sites and cost."""
    return _in_order(plan.table("measures").groupby("measure").agg({"site": "nunique", "cost_cny": "sum"}), "cost_cny")


def beat_sums(plan: Plan) -> pd.DataFrame:
    """By answering post: sites, people, their mean minutes and the most."""
    rows = plan.table("beats")
    rows = rows.assign(weighted=rows["minutes"] * rows["people"])
    found = rows.groupby("post").agg({"site": "nunique", "people": "sum", "weighted": "sum", "minutes": "max"})
    found["mean"] = (found["weighted"] / found["people"]).where(found["people"] > 0)
    return _in_order(found, "people")


def people_sums(plan: Plan) -> pd.DataFrame:
    """By pool: hours that there are, hours used, and their share, the largest first."""
    found = plan.table("people").groupby("pool")[["available_hours", "used_hours"]].sum()
    found = found[found["available_hours"] > 0]
    return _in_order(found.assign(share=found["used_hours"] / found["available_hours"]), "share")


def owners(owned: pd.Series[str], names: Names, table: str) -> list[str]:
    """The body that owns each of these."""
    return [names.body_of(table, name) for name in owned]


def crossing_shares(plan: Plan) -> dict[tuple[str, str], tuple[float, float]]:
    """By period and quantity the share that crosses from one body to another: of several goods, which cannot be added
    up, the lowest and the highest. Nothing where each body minds its own."""
    rows = plan.table("cooperation")
    if not (rows["crossing"] > 0).any():
        return {}
    shares = (rows["crossing"] / rows["total"]).groupby([rows["period"], rows["quantity"]]).agg(["min", "max"])
    return {key: (float(row["min"]), float(row["max"])) for key, row in rows_of(shares)}


def help_given(plan: Plan, names: Names) -> pd.DataFrame:
    """By link what is done under it, in the quantities of the table of cooperation, and what is paid for it; what
    scenarios ask for is weighted by their chance, goods are in cubic metres."""
    parts = [
        _under_links(plan, table, column, quantity, names)
        for table, column, quantity in (
            ("visits", "hours", "hours"),
            ("referrals", "hours", "hours"),
            ("patrols", "hours", "unit_hours"),
            ("presence", "hours", "presence_hours"),
            ("crews", "hours", "crew_hours"),
            ("shipments", "volume_m3", "goods"),
            ("measures", "", "measures"),
        )
    ]
    paid = plan.table("transfers")
    money = pd.DataFrame({"via": paid["link"], "quantity": "paid", "done": paid["amount_cny"] * _chances(paid, names)})
    found = pd.concat([*parts, money]).groupby(["via", "quantity"])["done"].sum().unstack().fillna(0.0)
    return found.loc[:, (found > 0).any()].sort_index()


def _under_links(plan: Plan, table: str, column: str, quantity: str, names: Names) -> pd.DataFrame:
    rows = plan.table(table)
    rows = rows[rows["via"] != ""]
    done = rows[column] if column else pd.Series(1.0, index=rows.index)
    if "scenario" in rows:
        done = done * _chances(rows, names)
    return pd.DataFrame({"via": rows["via"], "quantity": quantity, "done": done})


def _in_order(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows, largest first, equal ones as they were."""
    return table.sort_values(column, ascending=False, kind="stable")


def rows_of(table: pd.DataFrame) -> Iterator[tuple[Any, Any]]:
    """Key and row, one after another."""
    yield from table.iterrows()
