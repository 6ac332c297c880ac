"""What changed between plans, in money, loss, people, visits, units and measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from allocopt.plan import Plan
from allocopt.summary.layout import Grid, Section, first, to_text
from allocopt.summary.naming import Names
from allocopt.summary.sums import expected_costs, visits_made
from allocopt.summary.words import amount, change, money

_AT_ONCE = 3
_MOST_CHANGES = 10


@dataclass(frozen=True)
class Detail:
    """One way to look at a plan: a figure for each key, such as the cost of each body."""

    title: str
    table: str
    write: Callable[[float], str]
    figures: Callable[[Plan], pd.Series[float]]


def compare(plans: Sequence[Plan]) -> dict[str, Any]:
    """The figures of each plan, and what changed from the first to each of the others, for scripts."""
    base = plans[0]
    return {
        "plans": [{"plan": _label(plan), **totals(plan)} for plan in plans],
        "changes": [
            {"from": _label(base), "to": _label(plan)}
            | {detail.title: _different(detail, base, plan) for detail in DETAILS}
            for plan in plans[1:]
        ],
    }


def render_comparison(plans: Sequence[Plan], width: int = 100, *, colour: bool = False) -> str:
    """The comparison as text of at most `width` columns."""
    sections = [Section(f"{len(plans)} plans", [_legend(plans), *_total_grids(plans)])]
    for number, plan in enumerate(plans[1:], start=2):
        grids = [grid for detail in DETAILS if (grid := _detail_grid(detail, plans[0], plan))]
        title = f"What changed from plan 1 to plan {number}"
        sections.append(Section(title, grids or ["Nothing is done otherwise."]))
    return to_text(sections, width, colour=colour)


def totals(plan: Plan) -> dict[str, float | None]:
    """The figures of a plan that fit in one line each."""
    visits, patrols = plan.table("visits"), plan.table("patrols")
    return {
        "loss if nobody acts, CNY": plan.loss_if_nobody_acts,
        "loss, CNY": plan.loss,
        "spending, CNY": plan.spending,
        "objective": plan.objective,
        "bound": plan.bound,
        "hours of people": float(plan.table("people")["used_hours"].sum()),
        "visits": 0.0 if visits.empty else float(visits_made(visits, "site", ["kind"]).sum()),
        "patrol hours on duty": float(patrols[patrols["via"] == ""]["hours"].sum()),
        "goods bought": float(plan.table("stock")["bought"].sum()),
        "measures": float(len(plan.table("measures"))),
        "mechanisms": float(len(plan.table("mechanisms"))),
    }


def _visits_by_kind(plan: Plan) -> pd.Series[float]:
    visits = plan.table("visits")
    return visits_made(visits, "site", ["kind"]) if len(visits) else _sums(visits, "kind", "visits")


def _hours_by_body(plan: Plan) -> pd.Series[float]:
    people = plan.table("people")
    names = Names(plan.manifest)
    return _sums(people.assign(body=[names.body_of("pools", pool) for pool in people["pool"]]), "body", "used_hours")


def _units_at_posts(plan: Plan) -> pd.Series[float]:
    patrols = plan.table("patrols")
    at_post = patrols[patrols["via"] == ""].groupby(["post", "period", "shift"])["units"].sum()
    return at_post.groupby(level="post").max().astype("float64")


def _sums(table: pd.DataFrame, by: str, column: str) -> pd.Series[float]:
    return table.groupby(by)[column].sum()


def _count(table: pd.DataFrame, by: str) -> pd.Series[float]:
    return table.groupby(by).size().astype("float64")


DETAILS = (
    Detail("cost by body, CNY", "bodies", money, lambda plan: expected_costs(plan, Names(plan.manifest), ["body"])),
    Detail("loss by hazard, CNY", "hazards", money, lambda plan: _sums(plan.table("sites"), "hazard", "loss_cny")),
    Detail("loss by site, CNY", "sites", money, lambda plan: _sums(plan.table("sites"), "site", "loss_cny")),
    Detail("hours by body", "bodies", amount, _hours_by_body),
    Detail("visits by kind", "kinds", amount, _visits_by_kind),
    Detail("most units at once by post", "posts", amount, _units_at_posts),
    Detail("posts opened", "posts", amount, lambda plan: _count(plan.table("posts"), "post")),
    Detail("depots opened", "depots", amount, lambda plan: _count(plan.table("depots"), "depot")),
    Detail("goods bought", "commodities", amount, lambda plan: _sums(plan.table("stock"), "commodity", "bought")),
    Detail("sites by measure", "measures", amount, lambda plan: _count(plan.table("measures"), "measure")),
    Detail("mechanisms", "mechanisms", amount, lambda plan: _count(plan.table("mechanisms"), "mechanism")),
)


def _different(detail: Detail, old: Plan, new: Plan) -> dict[str, list[float]]:
    """By key the figure before and after, where they differ, the largest difference first."""
    pair = pd.concat([detail.figures(old), detail.figures(new)], axis=1, keys=["old", "new"]).fillna(0.0)
    apart = (pair["new"] - pair["old"]).abs()
    pair = pair[apart > 1e-6 * pair.abs().max(axis=1).clip(lower=1.0)]
    order = apart.loc[pair.index].sort_values(ascending=False, kind="stable").index
    return {str(key): [float(value) for value in pair.loc[key]] for key in order}


def _detail_grid(detail: Detail, old: Plan, new: Plan) -> Grid | None:
    found = _different(detail, old, new)
    names = [Names(new.manifest), Names(old.manifest)]
    lines = [
        [
            _name(names, detail.table, key),
            *(detail.write(before), detail.write(after), change(after - before, detail.write)),
        ]
        for key, (before, after) in found.items()
    ]
    shown, more = first(lines, _MOST_CHANGES, "changes")
    heading = detail.title[0].upper() + detail.title[1:]
    return Grid("", (heading, "Before", "After", "Change"), shown, 1, more) if lines else None


def _name(names: Sequence[Names], table: str, key: str) -> str:
    known = [name.of(table, key) for name in names]
    return next((name for name in known if name != key), key) or "(none)"


def _total_grids(plans: Sequence[Plan]) -> list[Grid]:
    """The totals of the first plan beside those of the others, a few at a time."""
    figures = [totals(plan) for plan in plans]
    grids = []
    for start in range(1, len(plans), _AT_ONCE):
        others = range(start, min(start + _AT_ONCE, len(plans)))
        headings = ["", "Plan 1", *(word for i in others for word in (f"Plan {i + 1}", "Change"))]
        lines = [[key, *_total_line(key, figures, others)] for key in figures[0] if _told(key, figures)]
        grids.append(Grid("", headings, [[line[0][0].upper() + line[0][1:], *line[1:]] for line in lines]))
    return grids


def _told(key: str, figures: Sequence[Mapping[str, float | None]]) -> bool:
    return any(entry[key] for entry in figures)


def _total_line(key: str, figures: Sequence[Mapping[str, float | None]], others: range) -> list[str]:
    write = money if "CNY" in key or key in ("objective", "bound") else amount
    first_value = figures[0][key]
    cells = ["" if first_value is None else write(first_value)]
    for place in others:
        value = figures[place][key]
        cells.append("" if value is None else write(value))
        cells.append("" if value is None or first_value is None else change(value - first_value, write))
    return cells


def _legend(plans: Sequence[Plan]) -> str:
    lines = [f"Plan {number}: {_label(plan)} ({plan.status})" for number, plan in enumerate(plans, start=1)]
    if len({plan.name for plan in plans}) > 1:
        lines.append("These are plans of different cities.")
    elif len({str(plan.manifest["instance"].get("hashes")) for plan in plans}) > 1:
        lines.append("The instance was changed between these plans.")
    return "\n".join(lines)


def _label(plan: Plan) -> str:
    return plan.name if plan.folder is None else str(plan.folder)
