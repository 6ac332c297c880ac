"""The page of the collaboration study: what working together is worth, who adds it, and who pays whom."""

from __future__ import annotations

from allocopt.report.found import Found
from allocopt.report.study_pages.points import Points, StudyParts, headings, interval, rows_in, status_of, told
from allocopt.report.view import Bar, Cell, Part, Section, Table
from allocopt.report.words import Words
from allocopt.summary.naming import Names
from allocopt.summary.words import change, money, share_of

REGIMES = ("silo", "linked", "joint")
_MOST_COALITIONS = 30


def parts(found: Found, words: Words) -> StudyParts:
    sections = [
        Section("regimes", words("section.regimes"), [*_gain(found, words), _regimes(found, words)]),
        Section("shares", words("section.shares"), _shares(found, words)),
        Section("core", words("section.core"), _core(found, words)),
        Section("worth", words("section.worth"), _worth(found, words)),
        Section("coalitions", words("section.coalitions"), _coalitions(found, words)),
    ]
    plans = [name for name in REGIMES if name in found.plans]
    names = [words.or_as_is("regime", name) for name in plans]
    return StudyParts(
        sections,
        Points(words("collaboration.slider"), names, plans, max(plans.index("linked"), 0) if "linked" in plans else 0),
    )


def _tables(found: Found, name: str) -> list[dict[str, object]]:
    assert found.study is not None
    return rows_in(found.study.tables[name])


def _gain(found: Found, words: Words) -> list[Part]:
    value = found.manifest["value_of_all"]
    if value["high"] <= 0:
        return [words("collaboration.no_gain")]
    return [words("collaboration.gain", value=money(value["value"]), high=money(value["high"]))]


def _regimes(found: Found, words: Words) -> Table:
    rows = {str(row["regime"]): row for row in rows_in(found.study.tables["regimes"])} if found.study else {}
    most = max((row["objective"] for row in rows.values()), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            words.or_as_is("regime", name),
            status_of(rows[name], words),
            interval(rows[name]["bound"], rows[name]["objective"], rows[name]["objective"], most),
            *(told(rows[name][key]) for key in ("bound", "loss", "spending")),
        ]
        for name in REGIMES
        if name in rows
    ]
    columns = "regime status objective proved loss spending"
    return Table(words("collaboration.regimes"), headings(words, columns), told_rows, 2, words("interval_note"))


def _shares(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    names = Names(found.manifest)
    rows = sorted(rows_in(found.study.tables["bodies"]), key=lambda row: -row["share_cny"])
    total = sum(row["shapley_cny"] for row in rows)
    most = max((row["shapley_high_cny"] for row in rows), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            names.of("bodies", row["body"]),
            interval(row["shapley_low_cny"], row["shapley_cny"], row["shapley_high_cny"], most),
            share_of(row["shapley_cny"], total),
            f"{money(row['shapley_low_cny'])} – {money(row['shapley_high_cny'])}",
            told(row["nucleolus_cny"]),
            money(row["interest_falls_cny"]),
            change(row["payment_cny"]),
        ]
        for row in rows
    ]
    columns = "body adds share surely nucleolus falls payment"
    note = words("collaboration.note", by=words.or_as_is("settled", str(found.manifest["settled_by"])))
    return [Table(words("collaboration.bodies"), headings(words, columns), told_rows, 1, note)]


def _core(found: Found, words: Words) -> list[Part]:
    """Whether somebody would rather leave, and which coalitions would gain by it."""
    assert found.study is not None
    parts: list[Part] = [words("collaboration.core", verdict=words.or_as_is("core", found.manifest["core"]["verdict"]))]
    for table, column, caption in (("leavers", "coalition", "leavers"), ("poor_mergers", "first second", "poor")):
        rows = [
            [" | ".join(_called(found, row[part]) for part in column.split()), told(row["gain_cny"])]
            for row in rows_in(found.study.tables[table])
        ]
        if rows:
            parts.append(Table(words(f"collaboration.{caption}"), headings(words, "coalition cny"), rows))
    return parts


def _called(found: Found, coalition: str) -> str:
    names = Names(found.manifest)
    return " + ".join(names.of("bodies", body) for body in coalition.split("+"))


def _worth(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    names = Names(found.manifest)
    rows = sorted(rows_in(found.study.tables["worth"]), key=lambda row: -row["value_cny"])
    most = max((row["high_cny"] for row in rows), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            names.of(f"{row['kind']}s", row["id"]),
            words(f"worth.{row['kind']}"),
            words("worth.used" if row["used"] == "yes" else "worth.unused"),
            interval(row["low_cny"], row["value_cny"], row["high_cny"], most),
            f"{money(row['low_cny'])} – {money(row['high_cny'])}",
            *(told(row[key]) for key in ("price_cny", "break_even_cny")),
        ]
        for row in rows
    ]
    columns = "mechanism_or_link kind use worth surely its_price break_even"
    return (
        [Table(words("collaboration.worth"), headings(words, columns), told_rows, 3, words("collaboration.worth_note"))]
        if rows
        else []
    )


def _coalitions(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    rows = sorted(rows_in(found.study.tables["coalitions"]), key=lambda row: -row["value_cny"])
    most = max((row["value_cny"] for row in rows), default=0.0) or 1.0
    told_rows: list[list[Cell]] = [
        [
            _called(found, row["coalition"]),
            Bar(money(row["value_cny"]), min(max(row["value_cny"] / most, 0.0), 1.0)),
            told(row["high_cny"]),
        ]
        for row in rows[:_MOST_COALITIONS]
    ]
    note = (
        words("collaboration.more", number=f"{len(rows) - _MOST_COALITIONS:,}") if len(rows) > _MOST_COALITIONS else ""
    )
    return [Table(words("collaboration.coalitions"), headings(words, "coalition worth at_most"), told_rows, 1, note)]
