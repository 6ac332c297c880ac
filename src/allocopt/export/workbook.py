"""An Excel workbook: a cover, a sheet for each table of a plan and of the instance it was made from, or of a study."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.city import City
from allocopt.export.cover import Line, cover, cover_of_study, written, written_at
from allocopt.export.file import check_file, put_file
from allocopt.export.sheets import Sheet, sheets_of, sheets_of_study
from allocopt.export.units import PLAIN, WHOLE
from allocopt.export.words import STUDY_WORDS
from allocopt.importers.names import COVER
from allocopt.plan import Plan, PlanTable
from allocopt.reading.escaping import guarded
from allocopt.reading.extras import library

if TYPE_CHECKING:
    import pandas as pd

ENDING = ".xlsx"
_MARK = "written by allocopt"
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Above so many cells rows go to the disk as they are written; below, texts are shared, which all readers know.
CELLS_IN_MEMORY = 500_000
_NARROWEST, _WIDEST, _ROWS_MEASURED = 8, 60, 1_000


def export_workbook(plan: Plan, city: City, out: Path, *, moved: Path | None, edited: bool) -> int:
    """Write the workbook; how many sheets it has. `moved` is where the instance is if not where it was.

    Raises InputError where xlsxwriter is missing, the plan does not fit into a workbook, or `out` cannot be written.
    """
    library("xlsxwriter", extra="excel", file=str(out))
    check_file(out, ENDING, is_ours)
    sheets, lines = sheets_of(plan, city), cover(plan, city=moved, edited=edited)
    about = {"title": plan.name, "comments": f"Plan {_MARK}", "created": written(plan)}
    put_file(out, lambda path: write_book(path, lines, sheets, about))
    return len(sheets) + 1


def export_study_workbook(
    manifest: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    specs: Mapping[str, PlanTable],
    folder: Path,
    plans: Iterable[Path],
    out: Path,
) -> int:
    """The same of a study in a folder, with its plans."""
    library("xlsxwriter", extra="excel", file=str(out))
    check_file(out, ENDING, is_ours)
    sheets = sheets_of_study(tables, specs, STUDY_WORDS[str(manifest["study"])])
    lines = cover_of_study(manifest, folder, plans)
    about = {"title": f"{lines[0][1]}: {manifest['study']}", "comments": f"Study {_MARK}"}
    moment = {"created": written_at(folder / "study.json")}
    put_file(out, lambda path: write_book(path, lines, sheets, about | moment))
    return len(sheets) + 1


def write_book(path: Path, lines: Sequence[Line], sheets: Sequence[Sheet], about: Mapping[str, Any]) -> None:
    """Write the cover with these lines, and the sheets; `about` are the file's properties."""
    xlsxwriter = library("xlsxwriter", extra="excel", file=str(path))
    cells = sum(len(sheet.rows) * len(sheet.columns) for sheet in sheets)
    book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "constant_memory": cells > CELLS_IN_MEMORY})
    book.set_properties(dict(about))
    _Writer(book).write(lines, sheets)
    try:
        book.close()
    except xlsxwriter.exceptions.XlsxFileError as error:
        raise OSError(str(error)) from None


def is_ours(file: Path) -> bool:
    """Whether a file is a workbook that was written here."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open("docProps/core.xml") as part:
            return _MARK.encode() in part.read(10_000)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError):
        return False


class _Exact(float):
    """A number that is written so that it reads back exactly; xlsxwriter formats with 16 digits, one too few."""

    def __format__(self, _: str) -> str:
        return str(int(self)) if self.is_integer() and abs(self) < 1e15 else float.__repr__(self)


class _Writer:
    """Writes sheets into a workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[str | None, Any] = {}
        self._heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True})

    def write(self, lines: Sequence[Line], sheets: Sequence[Sheet]) -> None:
        self._cover(lines, sheets)
        for sheet in sheets:
            self._sheet(sheet)

    def _cover(self, lines: Sequence[Line], sheets: Sequence[Sheet]) -> None:
        page = self._book.add_worksheet(COVER)
        page.set_column(0, 0, 42)
        page.set_column(1, 1, 20)
        page.set_column(2, 2, 80)
        row = 0
        for label, value, shown in lines:
            page.write_string(row, 0, label, self._bold)
            self._cell(page, row, 1, guarded(value) if isinstance(value, str) else value, shown)
            row += 1
        for column, word in enumerate(("Sheet", "Rows", "What it holds")):
            page.write_string(row + 1, column, word, self._heading)
        for place, sheet in enumerate(sheets, start=row + 2):
            page.write_url(place, 0, f"internal:'{sheet.name}'!A1", string=sheet.name)
            self._cell(page, place, 1, len(sheet.rows), WHOLE)
            page.write_string(place, 2, sheet.words)

    def _sheet(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, _width(sheet, place))
            page.write_string(0, place, column.name, self._heading)
        for number, row in enumerate(sheet.rows, start=1):
            for place, cell in enumerate(row):
                self._cell(page, number, place, cell, sheet.columns[place].format)
        if sheet.columns:
            page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)

    def _cell(self, page: Any, row: int, column: int, value: str | float, shown: str | None) -> None:
        """Text is text and never a formula; a blank is nothing."""
        if not isinstance(value, str):
            page.write_number(row, column, _Exact(value), self._format(shown))
        elif value:
            page.write_string(row, column, value)

    def _format(self, shown: str | None) -> Any:
        if shown not in self._formats:
            self._formats[shown] = self._book.add_format({"num_format": shown or PLAIN})
        return self._formats[shown]


def _width(sheet: Sheet, place: int) -> int:
    """Wide enough for the heading and most cells; Chinese characters take two places."""
    texts = [sheet.columns[place].name, *(_shown(row[place]) for row in sheet.rows[:_ROWS_MEASURED])]
    return min(max(_NARROWEST, *map(_places, texts)) + 2, _WIDEST)


def _shown(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:,.2f}"


def _places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
