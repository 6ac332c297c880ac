"""The page of the stress study: what is lost when something fails, and what would have helped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocopt.report.found import Found
from allocopt.report.map.failures import map_of_failures
from allocopt.report.study_pages.points import Rows, StudyParts, headings, interval, rows_in, told
from allocopt.report.view import Cell, Part, Section, Table
from allocopt.report.words import Words
from allocopt.summary.naming import Names
from allocopt.summary.words import amount, change, money, percent

_TABLE = {"needs": "scenarios", "chances": "scenarios"}
# Tables of what is added, and of its place.
_ADDED = {
    "units": ("units", "posts"),
    "links": ("links", ""),
    "depots": ("depots", ""),
    "stock": ("commodities", "depots"),
    "measures": ("measures", "sites"),
    "mechanisms": ("mechanisms", ""),
}


def parts(found: Found, words: Words) -> StudyParts:
    base = money(float(found.manifest["loss_if_nothing_fails"]))
    drawn = map_of_failures(found, _rows(found, "stresses"), words)
    singles = [words("stress.base", loss=base), *([drawn[0]] if drawn else []), *_singles(found, words)]
    sections = [
        Section("stress", words("section.stress"), singles),
        Section("broken", words("section.broken"), _broken(found, words)),
        Section("pairs", words("section.pairs"), _pairs(found, words)),
        Section("additions", words("section.additions"), _additions(found, words)),
    ]
    return StudyParts(sections, map_data=drawn and drawn[1])


def _lost(name: str, manifest: Mapping[str, Any], words: Words) -> str:
    """A loss in words, from its name: kind/thing."""
    kind, _, thing = name.partition("/")
    options = manifest["options"]
    share = percent(options["cut"] if kind == "budgets" else options["ill"])
    return words(f"stress.{kind}", name=Names(manifest).of(_TABLE.get(kind, kind), thing), share=share)


def _rows(found: Found, table: str) -> Rows:
    assert found.study is not None
    rows = rows_in(found.study.tables[table])
    return sorted(rows, key=lambda row: -row["more"] if row["more"] == row["more"] else 0.0)


def _cells(row: Mapping[str, Any], most: float, words: Words) -> list[Cell]:
    regret = interval(row["regret_at_least"], row["regret_at_least"], row["regret_at_most"], most)
    high = told(row["regret_at_most"], change) or words("not_known")
    return [
        regret,
        high,
        told(row["recovered_at_least"], change),
        words.or_as_is("can_keep", row["can_keep_all"] or "unknown"),
    ]


def _singles(found: Found, words: Words) -> list[Part]:
    rows = _rows(found, "stresses")
    most = max((row["more"] for row in rows), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            _lost(f"{row['kind']}/{row['thing']}", found.manifest, words),
            interval(0.0, row["more"], row["more"], most),
            *_cells(row, most, words),
        ]
        for row in rows
    ]
    columns = "if_lost more_lost regret_least regret_most recovered keeps"
    return [Table(words("stress.table"), headings(words, columns), told_rows, 1, words("stress.note"))] if rows else []


def _broken(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    names = Names(found.manifest)
    rows = [
        [
            " + ".join(_lost(name, found.manifest, words) for name in (row["first"], row["second"]) if name),
            words.standard(names, row["standard"]),
            words("comma").join(
                filter(None, (names.of("sites", row["site"]), row["area"], names.of("periods", row["period"])))
            ),
            names.of("scenarios", row["scenario"]),
            amount(row["required"]),
            amount(row["reached"]),
        ]
        for row in rows_in(found.study.tables["broken"])
    ]
    if not rows:
        return [words("stress.none_broken")]
    return [Table(words("stress.broken"), headings(words, "if_lost standard where scenario required reached"), rows, 4)]


def _pairs(found: Found, words: Words) -> list[Part]:
    rows = _rows(found, "pairs")
    most = max((row["more"] for row in rows), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            f"{_lost(row['first'], found.manifest, words)} + {_lost(row['second'], found.manifest, words)}",
            interval(0.0, row["more"], row["more"], most),
            told(row["beyond_singles"], change),
            *_cells(row, most, words),
        ]
        for row in rows
    ]
    columns = "if_both more_lost beyond regret_least regret_most recovered keeps"
    return [Table(words("stress.pairs"), headings(words, columns), told_rows)] if rows else []


def _additions(found: Found, words: Words) -> list[Part]:
    assert found.study is not None
    names, losses = Names(found.manifest), len(found.study.tables["stresses"])
    rows = sorted(rows_in(found.study.tables["additions"]), key=lambda row: -row["averted"])
    most = max((row["averted"] for row in rows), default=0.0)
    told_rows: list[list[Cell]] = [
        [
            _added(row, names, words),
            amount(row["amount"]),
            money(row["cost_cny"]),
            interval(0.0, row["averted"], row["averted"], most),
            change(row["averted_if_nothing_fails"]),
            f"{row['helps']} / {losses}",
        ]
        for row in rows
    ]
    columns = "one_more amount cost averts averts_anyway helps"
    note = words("stress.additions_note")
    return (
        [Table(words("stress.additions"), headings(words, columns), told_rows, 1, note)]
        if rows
        else [words("stress.no_additions")]
    )


def _added(row: Mapping[str, Any], names: Names, words: Words) -> str:
    table, places = _ADDED[row["kind"]]
    what = words(f"added.{row['kind']}", name=names.of(table, row["thing"]))
    return words("at_place", what=what, place=names.of(places, row["place"])) if row["place"] else what
