"""The study of replanning, as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allocopt.plan import Plan
from allocopt.summary.certificate import figure, no_plan, objective_words
from allocopt.summary.layout import Grid, Section
from allocopt.summary.words import counted, money, share_of

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
# So many changes of a plan are told; the table has all of them.
_MOST_WORDS = 6


def sections(manifest: Mapping[str, Any], tables: Tables, folder: str) -> list[Section]:
    """The summary, section by section."""
    plan, present = Plan(manifest, {}), manifest["present"]
    if not tables:
        return [Section(str(manifest.get("title") or plan.name), no_plan(plan))]
    rows: list[dict[str, Any]] = tables["replan"].to_dict("records")  # type: ignore[assignment]
    title = f"{manifest.get('title') or plan.name}: what each change of the present plan brings"
    return [
        Section(title, [*_present(plan, present), _curve(plan, rows)]),
        Section("What to do otherwise", [_what(row) for row in rows if row["what"]]),
        Section("How good the figures are", [_quality(manifest), f"The study is in {folder}."]),
    ]


def _present(plan: Plan, present: Mapping[str, Any]) -> list[str]:
    """What the present plan comes to, and what of it is not possible."""
    has = f"{figure(plan, present['objective'])} ({objective_words(plan)})"
    if present["keeps"]:
        lines = [f"The present plan has {has}, and spends {money(present['spending'])} CNY."]
    else:
        lines = [f"The present plan breaks rules; could it be done as it stands, it would have {has}."]
    if present["not_possible"]:
        rows = counted(len(present["not_possible"]), "row of it is", "rows of it are")
        lines.append(f"{rows} no action that is possible here, and left out.")
    return lines


def _curve(plan: Plan, rows: list[dict[str, Any]]) -> Grid:
    most = rows[-1]["gain"]
    told = [
        [
            _number(row["changes"]),
            *(_told(plan, row[column]) for column in ("objective", "bound", "gain")),
            "" if row["gain"] != row["gain"] else share_of(row["gain"], most),
            "" if row["spending"] != row["spending"] else money(row["spending"]),
            "" if row["made"] != row["made"] else f"{int(row['made']):,}",
        ]
        for row in rows
    ]
    headings = ("Changes", "Plan", "None below", "Gain", "Of all", "Spending", "Made")
    note = (
        "Made: the changes that the plan makes. Who does what, hours and amounts of goods are chosen anew at no change."
    )
    return Grid("", headings, told, 1, note)


def _told(plan: Plan, value: float) -> str:
    return "none" if value != value else figure(plan, value)


def _number(changes: float) -> str:
    return "any" if changes != changes else f"{int(changes):,}"


def _what(row: Mapping[str, Any]) -> str:
    words = str(row["what"]).split("; ")
    more = f"; and {len(words) - _MOST_WORDS:,} more (replan.csv)" if len(words) > _MOST_WORDS else ""
    return f"{_number(row['changes'])}: {'; '.join(words[:_MOST_WORDS])}{more}"


def _quality(manifest: Mapping[str, Any]) -> str:
    near = manifest["options"]["near"]
    return (
        f"Each point is sought to {share_of(near, 1.0)} of what any number of changes gains; a plan within fewer "
        "changes counts for more, and a bound for more changes holds for fewer."
    )
