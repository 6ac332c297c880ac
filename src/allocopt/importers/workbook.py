"""Sheets of an Excel workbook as text, cell by cell."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from pathlib import Path
from typing import Any

from allocopt.faults import Fault, InputError
from allocopt.importers.source import Source, letters_of, sheet_name
from allocopt.importers.unpacked import MOST_CELLS, NOT_COMPUTED, repacked
from allocopt.instance.texts import CITY
from allocopt.reading.csv_strict import MOST_ROWS
from allocopt.reading.escaping import unguarded
from allocopt.reading.extras import library
from allocopt.reading.plain_text import CONTROL, shown

_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|NOT COMPUTED!)")
_MOST_FAULTS = 1_000
Grid = list[list[str]]


class Workbook:
    """The sheets of a workbook, each read when it is asked for. Raises InputError for a file that is no workbook."""

    def __init__(self, file: Path) -> None:
        calamine = library("python_calamine", extra="excel", file=str(file))
        self.file = str(file)
        try:
            self._book = calamine.CalamineWorkbook.from_filelike(repacked(file))
            metadata = self._book.sheets_metadata
        except calamine.CalamineError as error:
            raise self._damaged(error) from None
        cells = [sheet for sheet in metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        self.names = tuple(sheet.name for sheet in cells)
        self.hidden = frozenset(s.name for s in cells if s.visible != calamine.SheetVisibleEnum.Visible)
        self._error = calamine.CalamineError
        self._grids: dict[str, Grid] = {}

    def settings(self) -> list[str] | None:
        """The lines of `city.yaml`, if there is a sheet of that name: a cell a line, below its heading."""
        if CITY not in self.names:
            return None
        return [unguarded(row[0]) if row else "" for row in self._grid(CITY)[1:]]

    def settings_fault(self, fault: Fault) -> Fault:
        """A fault of `city.yaml`, told of the sheet."""
        line = fault.line + 1 if fault.line else 0
        field = f"{sheet_name(CITY)}!" + (f"A{line} " if line else " ") + fault.field
        return Fault(self.file, line, field.strip(), fault.found, fault.expected)

    def source(self, name: str, heading_row: int | None = None) -> Source:
        """The table of a sheet: below the row of headings, blank rows and rows that start with '#' left out.

        Raises InputError with every fault: no heading, headings blank or used twice, errors of Excel, control
        characters.
        """
        grid = [[in_one_line(cell) for cell in row] for row in self._grid(name)]
        at = heading_row - 1 if heading_row else next((i for i, row in enumerate(grid) if _counts(row)), len(grid))
        if at >= len(grid) or not any(grid[at]):
            field = f"{sheet_name(name)}!{at + 1}" if heading_row else sheet_name(name)
            found = "a blank row" if heading_row else "an empty sheet"
            raise InputError([Fault(self.file, heading_row or 0, field, found, "a row with the names of the columns")])
        rows = [(i, row) for i, row in enumerate(grid[at + 1 :], start=at + 2) if _counts(row)]
        used = [i for i in range(len(grid[at])) if grid[at][i] or any(row[i] for _, row in rows)]
        faults = self._heading_faults(name, at + 1, {i: grid[at][i] for i in used})
        faults += self._cell_faults(name, rows, used)
        if len(rows) > MOST_ROWS:
            faults.append(Fault(self.file, 0, sheet_name(name), f"{len(rows):,} rows", f"at most {MOST_ROWS:,} rows"))
        if faults:
            raise InputError(faults)
        return Source(
            file=self.file,
            name=name,
            heading=at + 1,
            columns=tuple(grid[at][i] for i in used),
            rows=[{grid[at][i]: unguarded(row[i]) for i in used} for _, row in rows],
            lines=[line for line, _ in rows],
            letters={grid[at][i]: letters_of(i) for i in used},
        )

    def _grid(self, name: str) -> Grid:
        """The cells of a sheet, read once: several of our tables may come from it."""
        if name not in self._grids:
            self._grids[name] = self._read(name)
        return self._grids[name]

    def _read(self, name: str) -> Grid:
        """Every cell of a sheet as text, from A1 on; each cell of a merged range has its value."""
        try:
            sheet = self._book.get_sheet_by_name(name)
            grid = [[text_of_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            merged = sheet.merged_cell_ranges or []
        except self._error as error:
            raise self._damaged(error) from None
        left_over = MOST_CELLS
        for (top, left), (bottom, right) in merged:
            for row in grid[top : bottom + 1]:
                row[left : right + 1] = [grid[top][left]] * len(row[left : right + 1])
            left_over -= (bottom - top + 1) * (right - left + 1)
            if left_over < 0:
                found = "merged cells, more than a sheet has cells"
                raise InputError([Fault(self.file, 0, sheet_name(name), found, "cells that are merged once")])
        return grid

    def _heading_faults(self, name: str, line: int, headings: dict[int, str]) -> list[Fault]:
        twice = {heading for heading, count in Counter(headings.values()).items() if heading and count > 1}
        faults = []
        for i, heading in headings.items():
            place = f"{sheet_name(name)}!{letters_of(i)}{line}"
            if not heading:
                faults.append(Fault(self.file, line, place, "no name above a column", "a name for each column"))
            elif heading in twice:
                faults.append(Fault(self.file, line, place, f"{shown(heading)} more than once", "each column once"))
        return faults

    def _cell_faults(self, name: str, rows: list[tuple[int, list[str]]], used: list[int]) -> list[Fault]:
        faults = []
        for line, row in rows:
            for i in used:
                if wrong := _wrong(row[i]):
                    faults.append(Fault(self.file, line, f"{sheet_name(name)}!{letters_of(i)}{line}", *wrong))
            if len(faults) > _MOST_FAULTS:
                break
        return faults

    def _damaged(self, error: Exception) -> InputError:
        found = f"a damaged workbook ({shown(str(error), 80)})"
        return InputError([Fault(self.file, 0, "", found, "an Excel workbook (.xlsx)")])


def _wrong(cell: str) -> tuple[str, str] | None:
    """What was found in a cell that holds no value, and what was expected."""
    if cell == NOT_COMPUTED:
        return "a formula without a result", "a value (open the workbook in Excel and save it)"
    if _ERROR.fullmatch(cell):
        return shown(cell), "a value without errors of Excel"
    sign = CONTROL.search(cell)
    return (f"the character U+{ord(sign[0]):04X}", "text without control characters") if sign else None


def _counts(row: list[str]) -> bool:
    """Whether a row is neither blank nor a comment."""
    return any(row) and (not row[0].startswith("#") or _ERROR.fullmatch(row[0]) is not None)


def in_one_line(text: str) -> str:
    """Line breaks within a cell are spaces; those around it are nothing."""
    return " ".join(text.split()) if "\n" in text or "\r" in text or "\t" in text else text.strip()


def text_of_cell(value: Any) -> str:
    """A cell as it would stand in CSV: whole numbers without a point, dates as 2026-11-22, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
