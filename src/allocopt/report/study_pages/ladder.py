"""The page of the ladder: plans that only ever add, against starting free at every sum."""

from __future__ import annotations

from allocopt.report.charts import Curve, curves, in_unit, money_axis
from allocopt.report.found import Found
from allocopt.report.plan_page.glance import aim_words
from allocopt.report.study_pages.points import Points, StudyParts, headings, middle, rows_in, status_of, told
from allocopt.report.view import Part, Section, Table
from allocopt.report.words import Words
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, money, percent

# Where the names of what a rung adds, and of its place, stand.
_THINGS = {"patrols": "units", "stock": "commodities"}
_PLACES = {"measures": "sites", "patrols": "posts", "stock": "depots"}


def parts(found: Found, words: Words) -> StudyParts:
    assert found.study is not None
    rows = rows_in(found.study.tables["ladder"])
    sums = [f"{money(row['budget_cny'])} ({percent(row['share'])})" for row in rows]
    start = middle([row["plan"] for row in rows], [row["share"] for row in rows])
    x = in_unit([row["budget_cny"] for row in rows], words)
    drawn = [
        Curve(
            words(f"ladder.{key}"),
            in_unit([row[key] for row in rows], words),
            [f"{at}\n{words('ladder.' + key)} {told(row[key])}" for at, row in zip(sums, rows, strict=True)],
            proved=key == "free_bound",
        )
        for key in ("objective", "free_objective", "free_bound")
    ]
    axes = (
        money_axis(words("column.sum"), words),
        money_axis(aim_words(found.manifest["options"]["objective"], words), words),
    )
    chart = curves("ladder", words("ladder.chart"), words("ladder.says"), axes, x, drawn, words, at=start)
    keys = ("objective", "free_objective", "free_bound", "more_at_least", "more_at_most", "spending")
    table = Table(
        words("ladder.table"),
        headings(words, "sum status ladder_objective free_objective free_bound at_least at_most spending"),
        [[at, status_of(row, words), *(told(row[key]) for key in keys)] for at, row in zip(sums, rows, strict=True)],
        2,
        words("ladder.note"),
    )
    sections = [
        Section("ladder", words("section.ladder"), [*_total(found, words), chart, table]),
        Section("added", words("section.added"), _added(found, words)),
    ]
    return StudyParts(
        sections, Points(words("budget.slider"), sums, [row["plan"] for row in rows], start), {"ladder": x}
    )


def _total(found: Found, words: Words) -> list[Part]:
    total = found.manifest.get("total")
    if total is None:
        return []
    figures = {key: money(total[key]) for key in ("objective", "bound", "nesting_at_least", "nesting_at_most")}
    return [words("ladder.total", **figures)]


def _added(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    names = Names(found.manifest)
    rows = [
        [
            str(row["rung"]),
            names.of(_THINGS.get(str(row["what"]), str(row["what"])), row["item"]),
            names.of(_PLACES.get(row["what"], ""), row["place"]),
            " ".join(filter(None, (names.of("periods", row["period"]), names.of("shifts", row["shift"])))),
            amount(row["amount"]),
        ]
        for row in rows_in(found.study.tables["added"])
    ]
    return [Table(words("ladder.added"), headings(words, "rung what where when more"), rows, 4)] if rows else []
