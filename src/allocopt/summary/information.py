"""The study of information, as a planner reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from allocopt.plan import Plan
from allocopt.summary.certificate import certificate, no_plan, objective_words
from allocopt.summary.layout import Grid, Section, first
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, counted, money, percent

_MOST_ROWS = 12
# Yuan that would be told as nothing.
_NOTHING_CNY = 0.005
_HOW = {
    "whole plans": "plans found",
    "without whole numbers": "relaxed",
    "at most": "not solved",
}
Tables = Mapping[str, pd.DataFrame]


def sections(manifest: Mapping[str, Any], tables: Tables, folder: str) -> list[Section]:
    """The summary, section by section, from what the study's folder holds."""
    plan, names = Plan(manifest, {}), Names(manifest)
    title = f"{manifest.get('title') or plan.name}: what it would be worth to know more"
    if not tables:
        return [Section(title, no_plan(plan))]
    return [
        Section(title, [_head(plan)]),
        Section("Knowing what happens", [*_foresight(manifest), *_worlds(tables, names), *_broken(tables, names)]),
        Section("Surveys", _surveys(manifest, tables, names)),
        Section("How good it is", [*certificate(plan, None), *_how(manifest, folder)]),
    ]


def _head(plan: Plan) -> str:
    return f"The plan here and now has {money(plan.objective or 0.0)} CNY ({objective_words(plan)})."


def _foresight(manifest: Mapping[str, Any]) -> list[str]:
    """The worth of foresight, and the price of reckoning with averages, a sentence each."""
    measures = manifest.get("measures") or {}
    if not measures:
        return [f"Nothing to say: {_why_empty(manifest, 'scenarios')}."]
    lines = [
        f"To know from the start which scenario comes would be worth {_range(measures.get('perfect_information'))}.",
        f"To tell scenarios apart from the first period on would be worth {_range(measures.get('knowing_earlier'))}.",
    ]
    broken = (measures.get("mean_plan") or {}).get("note")
    solution = measures.get("stochastic_solution") or {}
    if broken and solution.get("value") is None and (measures.get("mean_plan") or {}).get("value") is not None:
        lost = _figure(measures["mean_plan"]["value"])
        lines.append(f"Who plans for the mean of all scenarios has {lost}, and cannot keep what must be kept.")
    else:
        lines.append(f"To plan for each scenario and not for their mean is worth {_range(solution)}.")
    return lines


def _range(figure: Mapping[str, Any] | None) -> str:
    """A worth with what is proved of it, or why there is none."""
    if not figure or figure.get("value") is None:
        return f"an amount that is not known ({(figure or {}).get('note') or 'not sought'})"
    low, value, high = (float(figure[end]) for end in ("low", "value", "high"))
    if high < _NOTHING_CNY:
        return "nothing" + (f" ({figure['note']})" if figure.get("note") else "")
    proved = "" if high - low < _NOTHING_CNY else f" (at least {money(low)}, at most {money(high)})"
    return _figure(value) + proved + (f"; {figure['note']}" if figure.get("note") else "")


def _figure(value: float) -> str:
    return f"{money(value)} CNY"


def _worlds(tables: Tables, names: Names) -> list[Grid]:
    """What each world costs if it is known, under this plan, and under the plan made for the mean."""
    rows = [
        [
            names.of("scenarios", row["scenario"]) or "(nothing happens)",
            percent(row["chance"]),
            *(_cell(row[column]) for column in ("wait_and_see", "here_and_now", "mean_plan")),
        ]
        for row in tables["scenarios"].to_dict("records")
    ]
    shown, more = first(rows, _MOST_ROWS, "scenarios")
    headings = ("CNY, if this happens", "Chance", "If known", "This plan", "Mean plan")
    return [Grid("", headings, shown, 1, more)] if rows else []


def _broken(tables: Tables, names: Names) -> list[Grid]:
    rows = [
        [
            _standard(str(row["standard"]), names),
            names.of("scenarios", row["scenario"]),
            ", ".join(filter(None, (names.of("sites", row["site"]), row["area"], names.of("periods", row["period"])))),
            amount(row["required"]),
            amount(row["reached"]),
        ]
        for row in tables["broken"].to_dict("records")
    ]
    shown, more = first(rows, _MOST_ROWS, "rows")
    title = "What the plan made for the mean cannot keep"
    headings = ("Standard", "Scenario", "Where and when", "Required", "Reached")
    return [Grid(title, headings, shown, 3, more)] if rows else []


def _standard(name: str, names: Names) -> str:
    line = name.removeprefix("budget line ")
    return names.of("standards", name) if line == name else f"budget line {names.of('budgets', line)}"


def _surveys(manifest: Mapping[str, Any], tables: Tables, names: Names) -> list[Grid | str]:
    table = tables["surveys"]
    if table.empty:
        return [f"Nothing to say: {_why_empty(manifest, 'surveys')}."]
    by = (manifest.get("options") or {}).get("surveys")
    order = table.sort_values(["worth", "worth_high"], ascending=False, kind="stable", na_position="last")
    rows = [
        [
            names.of("sites", row["survey"]) if by == "sites" else row["survey"],
            *(_cell(row[column]) for column in ("loss_cny", "worth", "error", "worth_low", "worth_high")),
            _HOW.get(str(row["basis"]), str(row["basis"])),
        ]
        for row in order.to_dict("records")
    ]
    shown, more = first(rows, _MOST_ROWS, "surveys (all of them: surveys.csv)")
    heading = "Survey of this site" if by == "sites" else "Survey of this area"
    return [
        Grid("", (heading, "Loss", "Worth", "±", "At least", "At most", "By"), shown, 1, more),
        _what_surveys_mean(manifest, order),
    ]


def _what_surveys_mean(manifest: Mapping[str, Any], table: pd.DataFrame) -> str:
    draws = (manifest.get("options") or {}).get("draws")
    text = f"CNY; the mean over {draws} draws of what the survey could find, ± their standard error at most. "
    text += "At least and at most are proved for these draws, by whatever the search left open as well. "
    if (table["basis"] == "without whole numbers").any():
        text += "Relaxed: estimated with visits and units that may be parts of one. "
    left_out = int((table["basis"] == "at most").sum())
    return text + (f"{counted(left_out, 'survey')} can move too little to be looked at closer." if left_out else "")


def _cell(value: float) -> str:
    return "" if pd.isna(value) else money(value)


def _why_empty(manifest: Mapping[str, Any], part: str) -> str:
    return str((manifest.get("empty") or {}).get(part) or "it was not sought in the time there was")


def _how(manifest: Mapping[str, Any], folder: str) -> list[str]:
    gap = (manifest.get("options") or {}).get("gap")
    lines = [f"Every solve may stop at a gap of {percent(gap)}; a smaller --gap narrows the intervals."] if gap else []
    return [*lines, f"The study is in {folder}, its plan in {Path(folder) / 'plans' / 'plan'}."]
