"""Reading CSV strictly: every cell stays text, each row is as wide as the heading and knows its line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from allocopt.faults import Fault, InputError
from allocopt.reading.plain_text import control_faults, decode, shown

MOST_ROWS = 1_000_000
MOST_FAULTS = 1_000
MOST_COLUMNS = 10_000
# Of a cell, and of a line.
MOST_CELL_CHARACTERS = 10_000_000

_ADVICE = "a file saved as UTF-8 (in Excel: save as 'CSV UTF-8')"
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "，": "full-width commas"}
_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")


@dataclass(frozen=True)
class CsvText:
    """A table as text: `lines` holds, for each row, the line of the file where it starts."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    lines: list[int]
    encoding: str


def read_csv(data: bytes, file: str) -> CsvText:
    """The table a CSV file holds; blank rows and rows whose first cell starts with '#' are left out.

    Raises InputError with every fault found: wrong encoding or separator, control characters, quotation marks
    that do not pair, headings empty or used twice, rows of another width than the heading, too many rows, a line
    without an end.
    """
    text, encoding = decode(data, file, advice=_ADVICE)
    if line := _long_line(text):
        found = f"a line of more than {MOST_CELL_CHARACTERS:,} characters"
        raise InputError([Fault(file, line, "", found, "a table, with a line for each row")])
    faults = control_faults(text, file)
    before = len(faults)
    records = _records(text, file, faults)
    line, columns = next(records, (0, ()))
    if len(faults) > before:
        raise InputError(faults)
    heading = _heading_faults(columns, line, file)
    faults += heading
    table = CsvText(columns, [], [], encoding)
    if not heading or len(columns) > 1:
        _fill(table, records, file, faults)
    if faults:
        raise InputError(faults)
    return table


def _fill(table: CsvText, records: Iterator[tuple[int, tuple[str, ...]]], file: str, faults: list[Fault]) -> None:
    width = len(table.columns)
    for line, cells in records:
        if len(table.rows) == MOST_ROWS:
            faults.append(Fault(file, line, "", "more rows", f"at most {MOST_ROWS:,} rows"))
            break
        if len(cells) != width:
            faults.append(Fault(file, line, "", _cells(len(cells)), f"{_cells(width)}, as in the heading"))
            if len(faults) >= MOST_FAULTS:
                break
            continue
        table.rows.append(cells)
        table.lines.append(line)
    if len(faults) >= MOST_FAULTS:
        faults.append(Fault(file, 0, "", "so many faults that the rest was not read", "fewer"))


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _long_line(text: str) -> int:
    """The number of a line that is too long to be cut into cells; 0 where there is none."""
    start = 0
    while len(text) - start > MOST_CELL_CHARACTERS:
        window = start, start + MOST_CELL_CHARACTERS + 1
        last = max(text.rfind("\n", *window), text.rfind("\r", *window))
        if last < 0:
            return text.count("\n", 0, start) + 1
        start = last + 1
    return 0


def _records(text: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each row that is neither blank nor a comment, stripped, with the line it starts in."""
    quoted = '"' in text or len(text) > MOST_CELL_CHARACTERS
    rows = _quoted_records(text, file, faults) if quoted else _plain_records(text)
    return (record for record in rows if any(record[1]) and not _is_comment(record[1][0]))


def _plain_records(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where nothing is quoted, a line is a row, and a comma parts its cells."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        yield number, tuple(map(str.strip, line.split(",")))


def _quoted_records(text: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """A row with unpaired quotation marks becomes a fault; where it runs over lines, nothing after it is read."""
    csv.field_size_limit(max(csv.field_size_limit(), MOST_CELL_CHARACTERS))
    lines = _Lines(text)
    reader = csv.reader(lines, strict=True)
    while True:
        lines.start_row()
        try:
            cells = tuple(map(str.strip, next(reader)))
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(Fault(file, lines.row_start, "", "a row with unpaired quotation marks", _mend(error)))
            if lines.count > lines.row_start or len(faults) >= MOST_FAULTS:
                return
            continue
        yield lines.row_start, cells


class _Lines(Iterator[str]):
    """The lines of a text, counted, without the comments that stand where a row could start.

    Comments must not reach the CSV parser, to which their quotation marks would mean something.
    """

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self._starts_row = True
        self.count = 0
        self.row_start = 0

    def start_row(self) -> None:
        self._starts_row = True

    def __next__(self) -> str:
        line = self._take()
        while self._starts_row and _is_comment(line.lstrip()):
            line = self._take()
        if self._starts_row:
            self.row_start = self.count
        self._starts_row = False
        return line

    def _take(self) -> str:
        line = next(self._lines)
        self.count += 1
        return line


def _is_comment(text: str) -> bool:
    return text.startswith("#") and not _EXCEL_ERROR.match(text)


def _mend(error: csv.Error) -> str:
    message = str(error)
    if "expected after" in message:
        return "a comma after a closing quotation mark (inside a cell, write a quotation mark twice)"
    if "field limit" in message:
        return f"at most {MOST_CELL_CHARACTERS:,} characters in a cell (is a quotation mark not closed?)"
    return "a closing quotation mark for each opening one"


def _heading_faults(columns: tuple[str, ...], line: int, file: str) -> list[Fault]:
    if not columns:
        return [Fault(file, 0, "", "no heading", "a first row with the names of the columns")]
    if len(columns) == 1:
        for sign, name in _OTHER_SEPARATORS.items():
            if sign in columns[0]:
                return [Fault(file, line, "", f"columns separated by {name}", "columns separated by commas")]
    if len(columns) > MOST_COLUMNS:
        return [Fault(file, line, "", f"{len(columns):,} columns", f"at most {MOST_COLUMNS:,} columns")]
    faults = [
        Fault(file, line, "", f"no name above column {number}", "a name for each column")
        for number, column in enumerate(columns, start=1)
        if not column
    ]
    twice = [column for column, count in Counter(columns).items() if column and count > 1]
    return faults + [
        Fault(file, line, column, f"{shown(column)} more than once", "each column once") for column in twice
    ]
