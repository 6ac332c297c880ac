"""Layers of programmes from outside: each says at which places the rows of its tables are drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

from allocopt import colours
from allocopt.city import City
from allocopt.programmes import Drawn
from allocopt.report.found import Told
from allocopt.report.map.deeds import Index, Row, short
from allocopt.report.map.extra import Extra
from allocopt.report.map.figure import Style
from allocopt.report.words import Words

# How their layers are drawn, in turn.
_LINES = tuple(
    Style("line", colour, glyph="lines", dash="dashdot", width=2.0)
    for colour in (colours.PURPLE, colours.GREEN, colours.BLUE)
)
_MARKS = tuple(
    Style(shape, colour, width=1.8)
    for shape, colour in (("hex", colours.PURPLE), ("star", colours.GREEN), ("plus", colours.BLUE))
)


def joined_layers(city: City, words: Words) -> list[Extra]:
    """The layer of every table that such a programme draws."""
    lines, marks = cycle(_LINES), cycle(_MARKS)
    return [
        Extra(
            _key(own.name, table),
            words.or_as_is("programme", own.name),
            words.heading(table),
            words.heading(drawn.amount),
            next(lines if len(drawn.places) == 2 else marks),
        )
        for own in city.programmes
        for table, drawn in own.drawn.items()
    ]


def joined_rows(told: Told, city: City, index: Index) -> dict[str, list[Row]]:
    """The rows of these layers."""
    return {
        _key(own.name, table): list(_rows(told, index, table, drawn))
        for own in city.programmes
        for table, drawn in own.drawn.items()
    }


def _key(programme: str, table: str) -> str:
    return f"{programme}-{table}"


def _rows(told: Told, index: Index, table: str, drawn: Drawn) -> Iterator[Row]:
    sums: dict[tuple[int, ...], float] = defaultdict(float)
    for row in told.plan.table(table).to_dict("records"):
        places = [index.place(f"{column}s", str(row[column])) for column in drawn.places]
        if None not in places:
            body, period = index.body(_body(row, told)), index.period(str(row.get("period", "")))
            sums[*(place for place in places if place is not None), body, period] += float(row[drawn.amount])
    for key, amount in sums.items():
        yield [*key, short(amount)]


def _body(row: Mapping[Any, Any], told: Told) -> str:
    """Who does it: the body in the row, or the owner of the first thing in it that has one."""
    owners = (told.names.body_of(f"{column}s", str(cell)) for column, cell in row.items())
    return str(row.get("body") or next(filter(None, owners), ""))
