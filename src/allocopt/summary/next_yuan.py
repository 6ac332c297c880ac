"""What the next yuan buys, as a planner reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from allocopt.plan import Plan
from allocopt.summary.certificate import figure
from allocopt.summary.layout import Grid
from allocopt.summary.naming import Names
from allocopt.summary.words import money

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[Any, Any]
# So many changes of a plan are told; the table has all of them.
_MOST_WORDS = 4
_WITHOUT = {
    "unusable": "no plan can use more",
    "none": "no plan is better up to +{limit}",
    "not_found": "no better plan was found up to +{limit}, so a step buys between nothing and {most}",
    "idle": "not searched, since up to +{limit} it buys next to nothing even without whole numbers; a step buys "
    "between nothing and {most}",
}
_AT = {"exact": "at", "at_the_latest": "at the latest at"}


def parts(manifest: Mapping[str, Any], table: pd.DataFrame) -> list[Grid | str]:
    """The table, what is bought row by row, and what was left out. Nothing where it was not asked for."""
    about = manifest["next_yuan"]
    if about is None:
        return []
    plan, names = Plan(manifest, {}), Names(manifest)
    rows = sorted(apart(table.to_dict("records")), key=lambda row: (-row["gain"], -row["gain_relaxed"]))
    return [
        f"The plan with the instance's own money, bettered near by, has {figure(plan, about['objective'])} "
        f"({about['plan']}). Another counts as better from {figure(plan, about['least_gain'])} on.",
        _grid(plan, names, rows),
        *(f"{_name(row, names)}: {_told(row, plan)}" for row in rows),
        *_left_out(about["left_out"], names),
    ]


def apart(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows, a body or an area with one line only once, as that line."""
    return (row for row in rows if row["kind"] == "line" or ";" in row["lines"])


def _grid(plan: Plan, names: Names, rows: Sequence[Row]) -> Grid:
    told = [
        [
            _name(row, names),
            money(row["left_cny"]),
            money(row["step_cny"]),
            *(figure(plan, row[column]) for column in ("gain", "gain_relaxed", "gain_most")),
            "" if row["changes_at_cny"] != row["changes_at_cny"] else f"+{money(row['changes_at_cny'])}",
        ]
        for row in rows
    ]
    note = (
        "At least: what a plan that was found gains by the step. Relaxed: the same without whole numbers, a guide. At "
        "most: what no plan gains more than, which holds what the present plan itself may be off the best one. Changes "
        "at: the smallest sum found with which the plan changes for the better."
    )
    return Grid("", ("Line", "Left", "Step", "At least", "Relaxed", "At most", "Changes at"), told, 1, note)


def _name(row: Row, names: Names) -> str:
    if row["kind"] == "area":
        return f"all lines of {row['name']}"
    table = "budgets" if row["kind"] == "line" else "bodies"
    whole = " + ".join(names.of(table, part) for part in row["name"].split("+"))
    return whole if row["kind"] == "line" else f"all lines of {whole}"


def _told(row: Row, plan: Plan) -> str:
    if row["found"] in _WITHOUT:
        return _WITHOUT[row["found"]].format(limit=money(row["limit_cny"]), most=figure(plan, row["gain_most"])) + "."
    words = str(row["words"]).split("; ")
    more = f"; and {len(words) - _MOST_WORDS:,} more" if len(words) > _MOST_WORDS else ""
    return f"{_AT[row['found']]} +{money(row['changes_at_cny'])}: {'; '.join(words[:_MOST_WORDS])}{more}."


def _left_out(left: Sequence[Mapping[str, str]], names: Names) -> Iterator[str]:
    """The rows that were left out, by why."""
    for why in dict.fromkeys(one["why"] for one in left):
        them = ", ".join(_name(one, names) for one in left if one["why"] == why)
        yield f"Left out, since {why}: {them}."
