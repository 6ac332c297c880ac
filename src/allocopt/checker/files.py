"""From files to rows of text: nothing here raises, whatever is damaged becomes a violation."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from allocopt.checker.verdict import Book

MOST_BYTES = 500_000_000
NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_MARK = "\ufeff"


@dataclass(eq=False, slots=True)
class Row:
    """A row of a table: its texts, the numbers among them, and the line where it starts."""

    file: str
    line: int
    cells: dict[str, str]
    numbers: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def num(self, column: str) -> float:
        """The number in this column; KeyError where there is none."""
        return self.numbers[column]

    def opt(self, column: str) -> float | None:
        return self.numbers.get(column)

    def exact(self, column: str) -> Decimal:
        """The number exactly as it is written."""
        return Decimal(self.cells[column]) if column in self.numbers else Decimal(0)

    def whole(self, column: str) -> int:
        return int(self.numbers[column])

    def yes(self, column: str) -> bool:
        return self.cells[column].lower() in ("yes", "true", "1", "是")

    def ids(self, column: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.cells[column].split(";") if part.strip())

    def key(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(self.cells.__getitem__, columns))


def bytes_of(path: Path) -> bytes | None:
    """What a regular file holds; None when it is not there, cannot be read or is far too large."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        return path.read_bytes()
    except (OSError, ValueError):
        return None


def hash_of(path: Path) -> str:
    """The sha256 of a file of any size; blank when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@lru_cache(2**16)
def finite(text: str) -> float | None:
    """The number a text writes, or None when it is no finite number. Many stand in many rows."""
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) < 1e308 else None


def instance_text(data: bytes) -> str | None:
    """The text of a file people wrote: UTF-8 or else GB18030, in Unicode's composed form."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return unicodedata.normalize("NFC", data.decode(encoding).lstrip(_MARK))
        except UnicodeDecodeError:
            continue
    return None


def plan_text(data: bytes) -> str | None:
    """The text of a file the planner wrote: UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


@dataclass
class Sheet:
    """A CSV file as text: its heading, and its rows as wide as the heading."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]


def sheet(text: str, file: str, rule: str, book: Book, *, by_people: bool) -> Sheet | None:
    """The table in a CSV text. A file written by people may hold comments, blank lines and stray spaces."""
    if "\x00" in text:
        book.add(rule, file, 0, "", "a NUL character", "a table of text")
        return None
    found: Sheet | None = None
    for line, record in _records(text, comments=by_people):
        try:
            cells = _cells(record)
        except csv.Error as error:
            book.add(rule, file, line, "", f"an unreadable row ({error})", "a row of a CSV table")
            continue
        if by_people:
            cells = [*map(str.strip, cells)]
            if not any(cells) or (cells[0].startswith("#") and not _EXCEL_ERROR.match(cells[0])):
                continue
        if found is None:
            found = Sheet(cells, [])
            if len(set(cells)) < len(cells):
                book.add(rule, file, line, "", ",".join(cells), "each column once")
        elif len(cells) != len(found.columns):
            book.add(rule, file, line, "", f"{len(cells)} cells", f"{len(found.columns)} cells")
        else:
            found.rows.append((line, cells))
    if found is None:
        book.add(rule, file, 0, "", "an empty file", "a table with a heading")
    return found


def _cells(record: str) -> list[str]:
    """The cells of a record: what stands between its commas, where nothing is quoted. Raises csv.Error."""
    if '"' not in record:
        return record.rstrip("\r\n").split(",")
    return next(csv.reader(io.StringIO(record, newline=""), strict=True), [])


def _records(text: str, *, comments: bool) -> Iterator[tuple[int, str]]:
    """The records of a CSV text, each with the line where it starts; quoted line breaks are kept."""
    start, quotes = 0, 0
    parts: list[str] = []
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if not parts:
            if not line.strip("\r\n"):
                continue
            remark = line.lstrip()
            if comments and remark.startswith("#") and not _EXCEL_ERROR.match(remark):
                continue
            if '"' not in line:
                yield number, line
                continue
            start = number
        parts.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield start, "".join(parts)
            parts, quotes = [], 0
    if parts:
        yield start, "".join(parts)
