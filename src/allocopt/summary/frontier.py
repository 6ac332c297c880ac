"""The budget study as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allocopt.summary import next_yuan
from allocopt.summary.layout import Grid, Section
from allocopt.summary.naming import Names
from allocopt.summary.words import money, percent

if TYPE_CHECKING:
    import pandas as pd

_HOW = {
    "known": "its neighbours proved it",
    "relaxation": "a neighbour's plan, and one relaxation",
    "dive": "the tree that all points share, and a dive",
    "search": "a search of its own",
}


def sections(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: str) -> list[Section]:
    """The summary, section by section."""
    return [
        Section(str(manifest.get("title", "")), [_moves(manifest), _frontier(tables)]),
        Section("What the next yuan buys", next_yuan.parts(manifest, tables["next_yuan"])),
        Section("How good the figures are", [*_quality(manifest, tables), f"The study is in {folder}."]),
    ]


def _moves(manifest: Mapping[str, Any]) -> str:
    line, whole = manifest["options"]["line"], money(manifest["whole_cny"])
    if line is None:
        return f"All budget lines are scaled together; in the instance they come to {whole} CNY."
    return f"The budget line {Names(manifest).of('budgets', line)} changes; in the instance it has {whole} CNY."


def _frontier(tables: Mapping[str, pd.DataFrame]) -> Grid:
    rows = [
        [
            f"{money(row['budget_cny'])} ({percent(row['share'])})",
            *([row["status"], "", "", ""] if row["plan"] == "" else _figures(row)),
        ]
        for row in tables["frontier"].to_dict("records")
    ]
    note = "Between two sums the objective is at most that of the smaller, and no plan is below what the larger proves."
    return Grid("", ["Sum", "Objective", "Proved", "Gap", "Spending"], rows, note=note)


def _figures(row: Mapping[Any, Any]) -> list[str]:
    return [money(row["objective"]), money(row["bound"]), percent(row["gap"]), money(row["spending"])]


def _quality(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    ways = "; ".join(f"{number} by {_HOW[way]}" for way, number in manifest["solved"].items())
    short = [row for row in tables["frontier"].to_dict("records") if row["status"] == "feasible"]
    told = [f"{len(tables['frontier'])} sums: {ways}."]
    if short:
        told.append(f"{len(short)} of them miss the gap that was asked for; the table tells how far.")
    return told
