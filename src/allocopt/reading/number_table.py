"""Tables of numbers with more rows than one would hold in memory: Parquet or CSV, read in batches of columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.reading.arrow import arrow
from allocopt.reading.cells import NUMBER
from allocopt.reading.plain_text import shown

Floats = NDArray[np.float64]
ROWS_AT_ONCE = 2**16
BYTES_AT_ONCE = 2**22
MOST_FAULTS = 20


@dataclass(frozen=True)
class Batch:
    """Some rows: the number of the first, from 0, and the columns asked for."""

    first: int
    columns: Mapping[str, Floats]


@dataclass(frozen=True)
class Limits:
    """What the numbers of a column may be."""

    least: float
    most: float
    meaning: str


@dataclass(frozen=True)
class NumberTable:
    """A table in a file; `name` is what faults call it. A name that ends in .csv is CSV, any other Parquet."""

    path: Path
    name: str

    @property
    def is_csv(self) -> bool:
        return self.path.suffix.lower() == ".csv"

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns. Raises InputError where the file is no such table."""
        with _told(self):
            if self.is_csv:
                return tuple(name.strip().lstrip("\ufeff") for name in self._csv(strict=False).schema.names)
            return tuple(self._parquet().schema_arrow.names)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """These columns, batch after batch, as a table that was found free of faults has them."""
        first = 0
        for found in self._arrow_batches(columns, strict=True):
            arrays = {name: np.asarray(found.column(name), dtype=np.float64) for name in columns}
            yield Batch(first, arrays)
            first += found.num_rows

    def checked(self, limits: Mapping[str, Limits]) -> Iterator[Batch]:
        """The same, each number looked at. Raises InputError, at the end, with the first faults and how many follow.

        Nothing more is yielded once a fault was found.
        """
        book = _Book(self)
        book.look_at_heading(limits)
        first = 0
        for found in self._arrow_batches(list(limits), strict=False, book=book):
            arrays = {name: book.numbers(found.column(name), name, limits[name], first) for name in limits}
            if not book.count:
                yield Batch(first, arrays)
            first += found.num_rows
        book.close(first)

    def _arrow_batches(self, columns: Sequence[str], *, strict: bool, book: _Book | None = None) -> Iterator[Any]:
        with _told(self):
            if self.is_csv:
                # Cells are text until each was seen to be a number.
                yield from self._csv(strict=strict, columns=columns, book=book)
            else:
                yield from self._parquet().iter_batches(batch_size=ROWS_AT_ONCE, columns=list(columns))

    def _parquet(self) -> Any:
        return arrow("parquet", self.name).ParquetFile(self.path, pre_buffer=False)

    def _csv(self, *, strict: bool, columns: Sequence[str] = (), book: _Book | None = None) -> Any:
        pyarrow, csv = arrow("", self.name), arrow("csv", self.name)
        kind = pyarrow.float64() if strict else pyarrow.string()
        odd_row = book.odd_row if book is not None else lambda _: "error" if strict else "skip"
        return csv.open_csv(
            self.path,
            read_options=csv.ReadOptions(block_size=BYTES_AT_ONCE, use_threads=False),
            parse_options=csv.ParseOptions(invalid_row_handler=odd_row),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(columns, kind), include_columns=list(columns), strings_can_be_null=False
            ),
        )


@contextmanager
def _told(table: NumberTable) -> Iterator[None]:
    """Turns what pyarrow says of a file that it cannot read into a fault."""
    try:
        yield
    except (OSError, ValueError, KeyError, NotImplementedError) as error:
        expected = "a table in CSV" if table.is_csv else "a table in Parquet (the name of one in CSV ends in .csv)"
        raise InputError([Fault(table.name, 0, "", _why_unreadable(table.path, error), expected)]) from None


def _why_unreadable(path: Path, error: Exception) -> str:
    """What is wrong with the file; in pyarrow's words where it is none of the usual things."""
    if not path.is_file():
        return "a folder" if path.is_dir() else "no such file"
    if path.stat().st_size == 0:
        return "an empty file"
    if "magic bytes" in str(error):
        return "another kind of file, or one that is cut off"
    return getattr(error, "strerror", None) or shown(" ".join(str(error).split()), 160)


@dataclass
class _Book:
    """The first faults of a table, and how many there are. Rows are numbered as in the file: in CSV the heading is
    line 1; in Parquet the first row is row 1."""

    table: NumberTable
    faults: list[Fault] = field(default_factory=list)
    count: int = 0
    odd_lines: list[int] = field(default_factory=list)

    def look_at_heading(self, limits: Mapping[str, Limits]) -> None:
        """Raises InputError where columns are missing or hold no numbers: no row could be read."""
        there = self.table.columns
        for name, limit in limits.items():
            if there.count(name) != 1:
                found = "no such column" if name not in there else "this column more than once"
                close = "" if name in there else did_you_mean(name, there)
                self.add(1 if self.table.is_csv else 0, name, found, f"a column with {limit.meaning}{close}")
        if not self.count and not self.table.is_csv:
            self._look_at_kinds(limits)
        if self.count:
            raise InputError(self.faults)

    def _look_at_kinds(self, limits: Mapping[str, Limits]) -> None:
        types, schema = arrow("types", self.table.name), self.table._parquet().schema_arrow
        for name, limit in limits.items():
            kind = schema.field(name).type
            if not (types.is_integer(kind) or types.is_floating(kind)):
                self.add(0, name, f"a column of {kind}", f"a column of numbers: {limit.meaning}")

    def numbers(self, column: Any, name: str, limit: Limits, first: int) -> Floats:
        """A column as numbers; the cells that are none, or beyond their limits, are noted."""
        if self.table.is_csv:
            column = self._read_text(column, name, limit, first)
        values = np.asarray(column, dtype=np.float64)
        # Not-a-number compares as false, so that one look at the ends suffices where all is well.
        if not len(values) or (values.min() >= limit.least and values.max() <= limit.most):
            return values
        wrong = np.flatnonzero(~((values >= limit.least) & (values <= limit.most)))
        for row in self._places(wrong):
            found = "a blank" if not column[row].is_valid else f"'{values[row]:.12g}'"
            self.add(self._line(first + row), name, found, limit.meaning, counted=False)
        self.count += len(wrong)
        return values

    def _read_text(self, column: Any, name: str, limit: Limits, first: int) -> Any:
        """Text as numbers; what is none becomes a blank, once it is noted."""
        compute, pyarrow = arrow("compute", self.table.name), arrow("", self.table.name)
        text = compute.utf8_trim_whitespace(column)
        fits = compute.match_substring_regex(text, f"^(?:{NUMBER})$")
        wrong = np.flatnonzero(~np.asarray(fits))
        for row in self._places(wrong):
            cell = text[row].as_py()
            self.add(self._line(first + row), name, shown(cell) if cell else "a blank", limit.meaning, counted=False)
        self.count += len(wrong)
        known = compute.if_else(fits, text, pyarrow.scalar(f"{limit.least!r}"))
        return compute.cast(known, pyarrow.float64())

    def _places(self, wrong: NDArray[np.int64]) -> list[int]:
        return [int(row) for row in wrong[: max(0, MOST_FAULTS - len(self.faults))]]

    def _line(self, row: int) -> int:
        line = row + (2 if self.table.is_csv else 1)
        for odd in sorted(self.odd_lines):
            line += odd <= line
        return line

    def odd_row(self, row: Any) -> str:
        """What pyarrow asks about a row of another width than the heading."""
        self.add(row.number or 0, "", f"{row.actual_columns} cells", f"{row.expected_columns} cells, as in the heading")
        if len(self.odd_lines) < MOST_FAULTS:
            self.odd_lines.append(row.number or 0)
        return "skip"

    def add(self, line: int, column: str, found: str, expected: str, *, counted: bool = True) -> None:
        self.count += counted
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.table.name, line, column, found, expected))

    def close(self, rows: int) -> None:
        """Raises InputError where there were faults, or no rows."""
        if not rows and not self.count:
            self.add(0, "", "no rows", "at least one row")
        if self.count > len(self.faults):
            more = f"{self.count - len(self.faults):,} more faults like these"
            self.faults.append(Fault(self.table.name, 0, "", more, "none"))
        if self.faults:
            raise InputError(self.faults)
