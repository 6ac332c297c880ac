"""The page of the study of information: what foresight and surveys would be worth."""

from __future__ import annotations

from allocopt.report.found import Found
from allocopt.report.study_pages.points import Points, StudyParts, headings, interval, rows_in, told
from allocopt.report.view import Cell, Part, Section, Table
from allocopt.report.words import Words
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, percent

_MOST_SURVEYS = 40


def parts(found: Found, words: Words) -> StudyParts:
    sections = [
        Section(
            "foresight",
            words("section.foresight"),
            [*_measures(found, words), *_worlds(found, words), *_broken(found, words)],
        ),
        Section("surveys", words("section.surveys"), _surveys(found, words)),
    ]
    plans = list(found.plans)
    return StudyParts(sections, Points("", [words("information.plan")] if plans else [], plans))


def _why_empty(found: Found, part: str, words: Words) -> str:
    why = (found.manifest.get("empty") or {}).get(part)
    return words("information.empty", why=words.said(str(why)) if why else words("said.not_sought"))


def _measures(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    rows = rows_in(found.study.tables["information"])
    if not rows:
        return [_why_empty(found, "scenarios", words)]
    most = max((row["high"] for row in rows if row["high"] == row["high"]), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            words.or_as_is("information", row["measure"]),
            interval(row["low"], row["value"], row["high"], most),
            told(row["low"]),
            told(row["high"]),
            words.said(str(row["note"])),
        ]
        for row in rows
    ]
    return [
        Table(
            words("information.table"),
            headings(words, "what cny at_least at_most remark"),
            told_rows,
            1,
            words("interval_note"),
        )
    ]


def _worlds(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    names = Names(found.manifest)
    rows = [
        [
            names.of("scenarios", row["scenario"]) or words("information.nothing_happens"),
            percent(row["chance"]),
            *(told(row[key]) for key in ("wait_and_see", "here_and_now", "mean_plan")),
        ]
        for row in rows_in(found.study.tables["scenarios"])
    ]
    columns = "scenario chance if_known this_plan mean_plan"
    return [Table(words("information.worlds"), headings(words, columns), rows)] if rows else []


def _broken(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    names = Names(found.manifest)
    rows = [
        [
            words.standard(names, row["standard"]),
            names.of("scenarios", row["scenario"]),
            words("comma").join(
                filter(None, (names.of("sites", row["site"]), row["area"], names.of("periods", row["period"])))
            ),
            amount(row["required"]),
            amount(row["reached"]),
        ]
        for row in rows_in(found.study.tables["broken"])
    ]
    return (
        [Table(words("information.broken"), headings(words, "standard scenario where required reached"), rows, 3)]
        if rows
        else []
    )


def _surveys(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    table = found.study.tables["surveys"]
    if table.empty:
        return [_why_empty(found, "surveys", words)]
    names, by_site = Names(found.manifest), (found.manifest.get("options") or {}).get("surveys") == "sites"
    order = table.sort_values(["worth", "worth_high"], ascending=False, kind="stable", na_position="last")
    rows = rows_in(order)
    most = max((row["worth_high"] for row in rows if row["worth_high"] == row["worth_high"]), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            names.of("sites", row["survey"]) if by_site else row["survey"],
            words.or_as_is("basis", row["basis"]),
            told(row["loss_cny"]),
            interval(row["worth_low"], row["worth"], row["worth_high"], most),
            *(told(row[key]) for key in ("error", "worth_low", "worth_high")),
        ]
        for row in rows[:_MOST_SURVEYS]
    ]
    note = words("information.survey_note", draws=found.manifest["options"].get("draws"))
    columns = "survey by loss worth error at_least at_most"
    return [Table(words("information.surveys"), headings(words, columns), told_rows, 2, note)]
