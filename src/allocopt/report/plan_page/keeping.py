"""The standards: which bind, which are missed, and what that costs."""

from __future__ import annotations

from allocopt.report.found import Told
from allocopt.report.view import Cell, Part, Table
from allocopt.report.words import Words
from allocopt.summary import sums
from allocopt.summary.sums import rows_of
from allocopt.summary.words import amount, money


def keeping(told: Told, words: Words) -> list[Part]:
    if told.plan.table("standards").empty:
        return [words("no_standards")]
    counts = sums.standard_counts(told.plan)
    counts = counts.assign(tight=sums.is_tight(counts)).sort_values("tight", ascending=False, kind="stable")
    rows: list[list[Cell]] = [
        [
            words.standard(told.names, standard),
            words.or_as_is("bound_of", bound),
            _verdict(row, words),
            *(amount(row[column]) for column in ("places", "binds", "missed")),
            money(row["price_cny"]),
        ]
        for (standard, bound), row in rows_of(counts)
    ]
    columns = ("standard", "bound", "how", "places", "at_limit", "missed", "price")
    return [Table(words("standards.table"), [words(f"column.{column}") for column in columns], rows, 3)]


def _verdict(row: dict[str, float], words: Words) -> str:
    if row["missed"] > 0:
        return words("standards.missed")
    return words("standards.binds" if row["binds"] > 0 else "standards.room")
