"""How good the plan is: its bound, what the checker says, and what rests on assumed figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocopt.report.found import Told
from allocopt.report.plan_page.glance import aim_figure
from allocopt.report.view import Cell, Part, Table
from allocopt.report.words import Words
from allocopt.summary.words import money, percent

_MOST_VIOLATIONS = 50


def certificate(told: Told, words: Words) -> list[Part]:
    return [*_bound(told, words), *_checked(told, words), *_assumed(told, words), *_made(told.plan.manifest, words)]


def _bound(told: Told, words: Words) -> list[Part]:
    plan, manifest = told.plan, told.plan.manifest
    if plan.objective is None or plan.bound is None:
        return [words("no_bound")]
    parts: list[Part] = [
        words(
            "proved",
            objective=aim_figure(manifest, plan.objective),
            bound=aim_figure(manifest, plan.bound),
            gap=percent(max(plan.gap or 0.0, 0.0)),
        )
    ]
    if plan.gap_avoided is not None:
        parts.append(words("proved_avoided", gap=percent(max(plan.gap_avoided, 0.0))))
    if ground := manifest.get("bound_rests_on"):
        parts.append(words("rests_on", ground=words.said(str(ground))))
    if own := manifest.get("own_model"):
        names = [name for kind in ("rows", "variables", "limits") for name in own.get(kind) or ()]
        parts.append(words("own_model", names=words("comma").join(filter(None, (*names, own.get("objective"))))))
    if given := manifest.get("given"):
        parts.append(words("given", tables=", ".join(map(str, given))))
    if (within := manifest.get("within_changes")) is not None:
        parts.append(words("within", number=f"{int(within):,}"))
    if scenarios := manifest.get("sees_ahead"):
        parts.append(words("sees_ahead", names=words("comma").join(told.names.of("scenarios", s) for s in scenarios)))
    return parts


def _checked(told: Told, words: Words) -> list[Part]:
    """What the checker said when the page was made."""
    violations = told.verdict.violations
    if told.verdict.ok:
        return [words("checked")]
    rows: Sequence[Sequence[Cell]] = [
        [v.rule, v.file, str(v.row or ""), v.field, v.found, v.expected] for v in violations[:_MOST_VIOLATIONS]
    ]
    headings = [words(f"column.{column}") for column in ("rule", "file", "row", "field", "found", "expected")]
    return [words("broken", number=f"{len(violations):,}"), Table(words("violations"), headings, rows, 6)]


def _assumed(told: Told, words: Words) -> list[Part]:
    """The shares that rest on assumed figures, and how far these move the plan."""
    manifest = told.plan.manifest
    parts: list[Part] = [
        words(f"{key}_is", share=percent(manifest[key]))
        for key in ("assumed_share", "assumed_cost_share")
        if manifest.get(key)
    ]
    groups: Mapping[str, Mapping[str, Any]] = manifest.get("sensitivity") or {}
    rows: list[list[Cell]] = [
        [
            words.or_as_is("group", name),
            f"{int(group['assumed_rows']):,}",
            *(_moved(told, group[key], words) for key in ("at_0.8", "at_1.2")),
        ]
        for name, group in groups.items()
        if group["assumed_rows"]
    ]
    if rows:
        columns = ("figures", "assumed_rows", "lower", "higher")
        headings = [words(f"column.{column}") for column in columns]
        parts.append(Table(words("assumed.table"), headings, rows, 1, words("assumed.note")))
    return [*parts, *_overruns(told, groups, words)]


def _overruns(told: Told, groups: Mapping[str, Mapping[str, Any]], words: Words) -> list[Part]:
    found = (groups.get("costs") or {}).get("overrun_at_1.2") or {}
    lines = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    rows: list[list[Cell]] = [[told.names.of("budgets", line), money(over)] for line, over in lines]
    headings = [words("column.line"), words("column.overrun")]
    return [Table(words("assumed.overruns"), headings, rows)] if rows else []


def _moved(told: Told, value: float | None, words: Words) -> str:
    return words("not_known") if value is None else aim_figure(told.plan.manifest, value)


def _made(manifest: Mapping[str, Any], words: Words) -> list[Part]:
    """The versions, and the command that makes it again."""
    rows: list[list[Cell]] = [
        [words(f"made.{key}"), str(manifest[key])] for key in ("command", "allocopt", "solver") if manifest.get(key)
    ]
    headings = [words("column.what"), words("column.value")]
    return [Table(words("made.table"), headings, rows, 2)] if rows else []
