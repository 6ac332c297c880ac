"""The page of the fairness study: the worst-off area against the loss of all."""

from __future__ import annotations

from allocopt.report.charts import Curve, curves, in_unit, money_axis
from allocopt.report.found import Found
from allocopt.report.study_pages.points import Points, Rows, StudyParts, headings, rows_in, status_of, told
from allocopt.report.view import Bar, Cell, Part, Section, Table
from allocopt.report.words import Words
from allocopt.summary.words import amount, money, percent


def parts(found: Found, words: Words) -> StudyParts:
    assert found.study is not None
    rows, measure = rows_in(found.study.tables["fairness"]), found.manifest["measure"]
    write = percent if measure["per"] == "share" else money
    x = [row["worst"] for row in rows]
    names = [f"{row['area'] or words.or_as_is('point', row['point'])}: {told(row['worst'], write)}" for row in rows]
    drawn = [
        Curve(
            words(f"fairness.{key}"),
            in_unit([row[key] for row in rows], words),
            [f"{name}\n{words('fairness.' + key)} {told(row[key])}" for name, row in zip(names, rows, strict=True)],
            proved=key == "bound",
        )
        for key in ("loss", "bound")
    ]
    axes = (words(f"fairness.per_{measure['per']}"), money_axis(words("column.loss_of_all"), words))
    start = next((number for number in reversed(range(len(rows))) if rows[number]["plan"]), 0)
    chart = curves("fairness", words("fairness.chart"), words("fairness.says"), axes, x, drawn, words, at=start)
    compared = words("fairness.compared", level=measure["level"], measure=words(f"fairness.per_{measure['per']}"))
    sections = [
        Section("fairness", words("section.fairness"), [compared, chart, _prices(rows, write, words)]),
        Section("spread", words("section.spread"), [*_spread(rows, words), *_areas(found, words)]),
    ]
    points = Points(words("fairness.slider"), names, [row["plan"] for row in rows], start)
    return StudyParts(sections, points, {"fairness": x})


def _prices(rows: Rows, write: object, words: Words) -> Table:
    worst = percent if write is percent else money
    told_rows = [
        [
            row["area"] or words.or_as_is("point", row["point"]),
            status_of(row, words),
            told(row["worst"], worst),
            *(told(row[key]) for key in ("loss", "more_cny", "more_at_least_cny", "more_at_most_cny")),
        ]
        for row in rows
    ]
    columns = "worst_area status worst loss_of_all more_loss at_least at_most"
    return Table(words("fairness.table"), headings(words, columns), told_rows, 2, words("fairness.note"))


def _spread(rows: Rows, words: Words) -> list[Part]:
    even: list[list[Cell]] = [
        [
            words.or_as_is("point", row["point"]),
            told(row["mean_per_head"]),
            Bar(f"{row['gini']:.3f}", min(max(row["gini"], 0.0), 1.0)),
            told(row["kolm_pollak"]),
        ]
        for row in rows
        if row["kolm_pollak"] >= 0
    ]
    if not even:
        return []
    return [
        Table(
            words("fairness.even"),
            headings(words, "plan mean_per_head gini equal"),
            even,
            1,
            words("fairness.even_note"),
        )
    ]


def _areas(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    rows = [
        [
            row["area"],
            words.or_as_is("point", row["point"]),
            amount(row["people"]),
            told(row["loss_cny"]),
            told(row["per_head"]),
        ]
        for row in sorted(rows_in(found.study.tables["areas"]), key=lambda row: row["area"])
    ]
    return [Table(words("fairness.areas"), headings(words, "area plan people loss per_head"), rows, 2)] if rows else []
