"""The page of the budget study: the frontier with its bounds, and the plan of every sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocopt.report.charts import Curve, curves, in_unit, money_axis
from allocopt.report.found import Found
from allocopt.report.plan_page.glance import aim_figure, aim_words
from allocopt.report.study_pages.points import Points, StudyParts, headings, middle, rows_in, status_of, told
from allocopt.report.view import Part, Section, Table
from allocopt.report.words import Words
from allocopt.summary.certificate import is_money
from allocopt.summary.naming import Names
from allocopt.summary.next_yuan import apart
from allocopt.summary.words import money, percent


def parts(found: Found, words: Words) -> StudyParts:
    assert found.study is not None
    rows, manifest = rows_in(found.study.tables["frontier"]), found.manifest
    sums = [f"{money(row['budget_cny'])} ({percent(row['share'])})" for row in rows]
    start = middle([row["plan"] for row in rows], [row["share"] for row in rows])
    x = in_unit([row["budget_cny"] for row in rows], words)
    scale = in_unit if is_money(manifest["options"]["objective"]) else lambda values, _: list(values)
    drawn = [
        Curve(
            words(f"figure.{key}"),
            scale([row[key] for row in rows], words),
            [f"{at}\n{words('figure.' + key)} {told(row[key])}" for at, row in zip(sums, rows, strict=True)],
            proved=key == "bound",
        )
        for key in ("objective", "bound")
    ]
    aim = aim_words(manifest["options"]["objective"], words)
    axes = (money_axis(words("column.sum"), words), money_axis(aim, words) if scale is in_unit else aim)
    chart = curves("frontier", words("budget.chart"), words("budget.says"), axes, x, drawn, words, at=start)
    table = Table(
        words("budget.table"),
        headings(words, "sum status objective proved gap spending"),
        [
            [
                at,
                status_of(row, words),
                *(told(row[key], lambda v: aim_figure(manifest, v)) for key in ("objective", "bound")),
                told(row["gap"], percent),
                told(row["spending"]),
            ]
            for at, row in zip(sums, rows, strict=True)
        ],
        2,
        words("budget.note"),
    )
    line = manifest["options"].get("line")
    what = words("budget.all_lines") if line is None else words("budget.one_line", line=line)
    sections = [
        Section("frontier", words("section.frontier"), _with_between(found, words, [what, chart, table])),
        Section("next", words("section.next"), _next(found, words)),
    ]
    return StudyParts(
        sections, Points(words("budget.slider"), sums, [row["plan"] for row in rows], start), {"frontier": x}
    )


def _with_between(found: Found, words: Words, parts: list[Part]) -> list[Part]:
    assert found.study is not None
    between = rows_in(found.study.tables["between"])
    rows = [
        [
            f"{money(row['from_cny'])} – {money(row['to_cny'])}",
            told(row["bound_at_least"]),
            told(row["objective_at_most"]),
        ]
        for row in between
    ]
    if not rows:
        return parts
    return [*parts, Table(words("budget.between"), headings(words, "between at_least at_most"), rows)]


def _next(found: Found, words: Words) -> list[Part]:
    """What a little more on each line buys; nothing where it was not asked for."""
    assert found.study is not None
    manifest, names = found.manifest, Names(found.manifest)
    table = found.study.tables.get("next_yuan")
    rows = [] if table is None else sorted(apart(rows_in(table)), key=lambda row: (-row["gain"], -row["gain_relaxed"]))
    told_rows = [
        [
            _called(row, names, words),
            *(told(row[key]) for key in ("left_cny", "step_cny")),
            *(told(row[key], lambda v: aim_figure(manifest, v)) for key in ("gain", "gain_relaxed", "gain_most")),
            words(f"next.{row['found']}", sum=told(row["changes_at_cny"]), limit=told(row["limit_cny"])),
        ]
        for row in rows
    ]
    columns = "line left step buys relaxed at_most_gain changes_at"
    note = words("next.note")
    return [Table(words("next.table"), headings(words, columns), told_rows, 1, note)] if rows else []


def _called(row: Mapping[str, Any], names: Names, words: Words) -> str:
    """A line by its name; all lines of a body or of an area by theirs."""
    if row["kind"] == "area":
        return words("next.all_lines", name=row["name"])
    table = "budgets" if row["kind"] == "line" else "bodies"
    name = " + ".join(names.of(table, part) for part in str(row["name"]).split("+"))
    return name if row["kind"] == "line" else words("next.all_lines", name=name)
