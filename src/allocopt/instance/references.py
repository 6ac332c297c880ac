"""Do ids mean something, and does each key stand in one row only?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from operator import attrgetter

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.reading.plain_text import shown
from allocopt.schema import Table
from allocopt.schema.columns import Column, columns
from allocopt.schema.money import LENT, PROGRAMMES
from allocopt.schema.types import Row

Known = Mapping[str, frozenset[str] | None]
SETTINGS = {"modes": "a mode of travel.speeds_kmh in city.yaml", "periods": "a period of city.yaml"}
# Guessing what was meant takes long among many ids; the first faults of a column tell what the others are.
MOST_GUESSES = 20


def known_ids(draft: Draft) -> Known:
    """The ids of each table, the programmes, and the modes and periods of the settings; None where they could not be
    read."""
    known: dict[str, frozenset[str] | None] = {
        name: _ids(draft, name) for name, table in draft.texts.known.items() if table.key == ("id",)
    }
    joined = draft.texts.programmes
    known["programmes"] = frozenset({*PROGRAMMES, *(own.name for own in joined)})
    known["programmes of links"] = frozenset({*LENT, *(own.name for own in joined if own.lends)})
    if draft.settings is None:
        return known | {"modes": None, "periods": None}
    periods = frozenset(period.id for period in draft.settings.periods)
    return known | {"modes": frozenset(draft.settings.travel.speeds_kmh), "periods": periods}


def _ids(draft: Draft, table: str) -> frozenset[str] | None:
    """Ids of rows that have other faults count, too."""
    text = draft.texts.tables.get(table)
    if table in draft.texts.unread or (text is not None and "id" not in text.columns):
        return None
    if draft.texts.known[table].required and not (text and text.rows) and draft.texts.points is None:
        return None
    ids = (row.get("id", "") for row in text.rows) if text else ()
    return frozenset(unicodedata.normalize("NFC", name) for name in ids)


def unknown_ids(draft: Draft, known: Known) -> Iterator[Fault]:
    """A fault for each cell that names something no table has; one a column when the whole table is missing."""
    for name, table in draft.texts.known.items():
        for column in columns(table.row).values():
            if column.references and all(known[target] is not None for target in column.references):
                yield from _unknown_in(draft, name, column, known)


def _unknown_in(draft: Draft, name: str, column: Column, known: Known) -> Iterator[Fault]:
    ids = frozenset[str]().union(*(known[target] or () for target in column.references))
    row_of = draft.texts.known[name].row
    wrong = 0
    for line, row in draft.entries[name]:
        value = getattr(row, column.name)
        for word in (value,) if isinstance(value, str) else value or ():
            if word not in ids:
                wrong += 1
                close = did_you_mean(word, ids) if wrong <= MOST_GUESSES else ""
                expected = f"{_places(draft, column, ids)}{close}"
                yield draft.fault(row_of, line, column.name, expected, shown(word))
                if not ids:
                    return


def _places(draft: Draft, column: Column, ids: frozenset[str]) -> str:
    if set(column.references) <= {"programmes", "programmes of links"}:
        return f"one of {', '.join(sorted(ids))}"
    return " or ".join(_place(draft, target) for target in column.references)


def _place(draft: Draft, target: str) -> str:
    if target in SETTINGS:
        return SETTINGS[target]
    return f"an id of {target}.csv" + ("" if target in draft.texts.tables else " (which the folder lacks)")


def same_key_twice(draft: Draft) -> Iterator[Fault]:
    """A fault for each row whose key another row has already."""
    for table in draft.texts.known.values():
        key_of, lines = attrgetter(*table.key), dict[object, int]()
        for line, row in draft.entries[table.name]:
            first = lines.setdefault(key_of(row), line)
            if first != line:
                yield _twice(draft.texts.tables[table.name].file, table, line, first, row)


def _twice(file: str, table: Table, line: int, first: int, row: Row) -> Fault:
    cells = (getattr(row, column) for column in table.key)
    words = "/".join("" if cell is None else str(cell) for cell in cells).rstrip("/")
    column = table.key[0] if len(table.key) == 1 else ""
    found = f"a second row for {shown(words, 80)} (the first is in line {first})"
    return Fault(file, line, column, found, f"one row for each {', '.join(table.key)}")
