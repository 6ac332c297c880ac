"""Where rows of an instance stand: file and line, for who names them to people."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from allocopt.instance.texts import POINTS, Files
from allocopt.schema import TABLES


class Place(NamedTuple):
    """A row of a file: the line where it starts (in Parquet, the row's number)."""

    file: str
    row: int


def places(folder: Path, tables: Iterable[str]) -> dict[tuple[str, str], Place]:
    """By table and id, where the first row of that id stands. What cannot be read has no places."""
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
