"""The map of a stress study: where a failure costs most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from allocopt import colours
from allocopt.report.found import Found
from allocopt.report.map.deeds import ALL, Index, Row, short
from allocopt.report.map.extra import Extra
from allocopt.report.map.figure import Style
from allocopt.report.map.view import About, drawn_map
from allocopt.report.view import MapView
from allocopt.report.words import Words
from allocopt.summary.naming import Names

# What stands somewhere and may fail, with the sign that the map of a plan has for it.
_SIGNS: Mapping[str, Style] = {
    "posts": Style("inverted_triangle", colours.RED, width=2.2),
    "depots": Style("diamond", colours.RED, width=2.2),
    "pools": Style("hex", colours.RED, width=2.2),
}
# Less than a yuan is no failure that one would look for.
_LEAST_CNY = 1.0


def map_of_failures(
    found: Found, lost: Iterable[Mapping[str, Any]], words: Words
) -> tuple[MapView, dict[str, Any]] | None:
    """The map, with a sign at everything whose failure (`kind`, `thing`) loses `more`; None if none has a place."""
    rows, names = list(lost), Names(found.manifest)
    extras = [
        Extra(_key(kind), words("failures.group"), words(f"failures.{kind}"), words("column.more_lost"), style)
        for kind, style in _SIGNS.items()
    ]
    notes = [words("failures.note"), words("map.keys_note")]
    about = About(words("failures.title"), words("failures.says"), notes, extras, of_plans=False)

    def layers(index: Index) -> list[dict[str, list[Row]]]:
        return [{_key(kind): _rows(rows, kind, index, names) for kind in _SIGNS}]

    drawn = drawn_map(found, about, layers, words)
    return drawn if drawn and any(drawn[1]["plans"][0].values()) else None


def _key(kind: str) -> str:
    return f"lost-{kind}"


def _rows(lost: Iterable[Mapping[str, Any]], kind: str, index: Index, names: Names) -> list[Row]:
    found = (
        (row, index.place(kind, row["thing"])) for row in lost if row["kind"] == kind and row["more"] >= _LEAST_CNY
    )
    return [
        [place, index.body(names.body_of(kind, row["thing"])), ALL, short(row["more"])]
        for row, place in found
        if place is not None
    ]
