"""The ladder as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allocopt.summary.layout import Grid, Section, first
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, money, percent

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 30
CENT = 0.01
_TABLES = {"patrols": "units", "stock": "commodities"}
_PLACES = {"measures": "sites", "patrols": "posts", "stock": "depots"}


def sections(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: str) -> list[Section]:
    """The summary, section by section."""
    title, rows = str(manifest.get("title", "")), tables["ladder"].to_dict("records")
    if manifest["total"] is None:
        return [Section(title, [f"No plan was found: {manifest['status']}.", f"The study is in {folder}."])]
    return [
        Section(title, [_rungs(rows)]),
        Section("What every rung adds", [_added(tables["added"].to_dict("records"), Names(manifest))]),
        Section("How good the ladder is", [*_quality(manifest["total"]), f"The study is in {folder}."]),
    ]


def _rungs(rows: list[dict[Any, Any]]) -> Grid:
    note = "Free: the best plan known for the sum alone. What keeping costs there lies between the last two columns."
    headings = ["Rung", "Sum", "Objective", "Free", "At least", "At most"]
    return Grid("", headings, [_rung(row) for row in rows], note=note)


def _rung(row: Mapping[Any, Any]) -> list[str]:
    budget = f"{money(row['budget_cny'])} ({percent(row['share'])})"
    if not row["plan"]:
        return [row["rung"], budget, row["status"], "", "", ""]
    figures = [money(row[key]) for key in ("objective", "free_objective")]
    return [row["rung"], budget, *figures, *(_cost(row[key]) for key in ("more_at_least", "more_at_most"))]


def _cost(value: float) -> str:
    """Money; less than a cent is none."""
    return money(value if value >= CENT else 0.0)


def _added(rows: list[dict[Any, Any]], names: Names) -> Grid:
    lines = [
        [
            row["rung"],
            names.of(_TABLES.get(row["what"], row["what"]), row["item"]),
            names.of(_PLACES.get(row["what"], ""), row["place"]),
            " ".join(part for part in (names.of("periods", row["period"]), names.of("shifts", row["shift"])) if part),
            amount(row["amount"]),
        ]
        for row in rows
    ]
    shown, more = first(lines, MOST_ROWS, "rows, in added.csv")
    return Grid("", ["Rung", "What", "Where", "When", "More"], shown, 4, more)


def _quality(total: Mapping[str, Any]) -> list[str]:
    least, most = _cost(total["nesting_at_least"]), _cost(total["nesting_at_most"])
    short = ["The gap that was asked for was not reached."] if total["status"] == "feasible" else []
    return [
        f"The ladder comes to {money(total['objective'])}, weighted; no ladder is below {money(total['bound'])}.",
        f"Keeping what was started costs {least} to {most} in that, against starting free at every sum.",
        *short,
    ]
