"""Where rows of an instance stand: file and line, for who names them to people."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from allocopt.instance.texts import POINTS, Files
from allocopt.schema import TABLES


class Place(NamedTuple):
    """A row of a file: the line where it starts (in Parquet, the row's number)."""

    file: str
    row: int


# By table and id.
Places = Mapping[tuple[str, str], Place]


def places(folder: Path, tables: Iterable[str]) -> Places:
    """Where the first row of each id stands. What cannot be read has no places."""
    files, found = Files(folder), dict[tuple[str, str], Place]()
    named = files.named((*TABLES, POINTS))
    for table in sorted(set(tables) & named.keys()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of encodings, which were told when the instance was loaded
            text = files.table(named[table])
        if text is None:
            continue
        for row, line in zip(text.rows, text.lines, strict=True):
            found.setdefault((table, unicodedata.normalize("NFC", row.get("id", ""))), Place(text.file, line))
    return found


def ids_of(table: str, name: str, where: Places) -> list[str]:
    """The ids that a name is made of: lines of a coalition are put together under several."""
    return [name] if (table, name) in where or "+" not in name else name.split("+")


def told_places(table: str, name: str, where: Places) -> list[dict[str, str | int]]:
    """The rows that say what is called so, as JSON has them."""
    found = (where.get((table, part)) for part in ids_of(table, name, where))
    return [{"file": place.file, "row": place.row} for place in found if place is not None]
