"""The page of the study of replanning: what each change of the present plan brings."""

from __future__ import annotations

from allocopt.plan.changes import Change, Deed
from allocopt.report.charts import Curve, curves, in_unit, money_axis
from allocopt.report.found import Found
from allocopt.report.plan_page.glance import aim_figure, aim_words
from allocopt.report.study_pages.points import Points, StudyParts, headings, rows_in, told
from allocopt.report.view import Part, Section, Table
from allocopt.report.words import Words
from allocopt.summary.changes import Step, steps
from allocopt.summary.naming import Names
from allocopt.summary.words import money, share_of


def parts(found: Found, words: Words) -> StudyParts:
    assert found.study is not None
    rows, manifest = rows_in(found.study.tables["replan"]), found.manifest
    names = [words("replan.any") if row["changes"] != row["changes"] else f"{int(row['changes']):,}" for row in rows]
    # Any number of changes stands one step beyond the others.
    most = max((row["changes"] for row in rows if row["changes"] == row["changes"]), default=0.0)
    x = [float(row["changes"]) if row["changes"] == row["changes"] else most + 1.0 for row in rows]
    drawn = [
        Curve(
            words(f"figure.{key}"),
            in_unit([row[key] for row in rows], words),
            [
                f"{words('column.changes')} {name}\n{words('figure.' + key)} {told(row[key])}"
                for name, row in zip(names, rows, strict=True)
            ],
            proved=key == "bound",
        )
        for key in ("objective", "bound")
    ]
    start = next((number for number, row in enumerate(rows) if row["plan"]), 0)
    axes = (words("column.changes"), money_axis(aim_words(manifest["options"]["objective"], words), words))
    chart = curves("replan", words("replan.chart"), words("replan.says"), axes, x, drawn, words, at=start)
    gain = rows[-1]["gain"]
    table = Table(
        words("replan.table"),
        headings(words, "changes objective proved gain of_all spending made what_else"),
        [
            [
                name,
                *(told(row[key], lambda v: aim_figure(manifest, v)) for key in ("objective", "bound", "gain")),
                told(row["gain"], lambda v: share_of(v, gain)),
                told(row["spending"]),
                told(row["made"], lambda v: f"{int(v):,}"),
                _otherwise(found, row["changes"], words),
            ]
            for name, row in zip(names, rows, strict=True)
        ],
        1,
        words("replan.note"),
    )
    sections = [Section("replan", words("section.replan"), [*_present(found, words), chart, table])]
    return StudyParts(
        sections, Points(words("replan.slider"), names, [row["plan"] for row in rows], start), {"replan": x}
    )


def _otherwise(found: Found, changes: float, words: Words) -> str:
    """What the plan at a point does otherwise than the present one."""
    assert found.study is not None
    table = found.study.tables["changes"]
    rows = rows_in(table[table["changes"].isna() if changes != changes else table["changes"] == changes])
    done = [
        Change(Deed(*(str(row[key]) for key in Deed._fields)), int(row["before"]), int(row["after"])) for row in rows
    ]
    return words("stop").join(_told(step, words) for step in steps(done, Names(found.manifest)))


def _told(step: Step, words: Words) -> str:
    when, not_when = (
        words("change.when", when=words("comma").join(names)) if names else "" for names in (step.when, step.not_when)
    )
    at = words("change.at", place=step.place) if step.place else ""
    return words(f"change.{step.kind}", **vars(step) | {"when": when, "not_when": not_when, "at": at})


def _present(found: Found, words: Words) -> list[Part]:
    present, manifest = found.manifest["present"], found.manifest
    figures = {"objective": aim_figure(manifest, present["objective"]), "spending": told(present["spending"], money)}
    return [words("replan.present" if present["keeps"] else "replan.present_breaks", **figures)]
