"""The sheets of a workbook as plain data: a sheet a table, of a plan and of the instance it was made from, or of a
study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocopt.city import City
from allocopt.export.instance import InstanceText, instance_text
from allocopt.export.units import PLAIN, instance_format, plan_format
from allocopt.export.words import PLAN_WORDS, plan_words
from allocopt.faults import Fault, InputError
from allocopt.importers.names import OF_PLAN, OF_TODAY
from allocopt.instance.texts import CITY, POINTS, TableText
from allocopt.plan import PLAN_TABLES, Plan
from allocopt.plan.columns import PlanTable, tables_of
from allocopt.reading import cells
from allocopt.reading.escaping import guarded

if TYPE_CHECKING:
    import pandas as pd

# What Excel holds at most: rows of a sheet (without its heading), characters of a cell.
MOST_ROWS = 1_048_575
MOST_CHARACTERS = 32_767
# More is no workbook that anybody opens; it would take minutes and gigabytes to write.
MOST_CELLS = 5_000_000

Cell = str | float


@dataclass(frozen=True)
class Column:
    """A column; `format` shows its numbers, None where it holds text."""

    name: str
    format: str | None


@dataclass(frozen=True)
class Sheet:
    """A table with the file it stands for."""

    name: str
    file: str
    words: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def sheets_of(plan: Plan, city: City) -> list[Sheet]:
    """Every table of the plan that has rows, then the instance. Raises InputError for what no workbook can hold."""
    check_size({f"{name}.csv": (len(table), table.shape[1]) for name, table in plan.tables.items()}, city)
    text = instance_text(city)
    sheets = [*_of_plan(plan), *of_instance(text), *_of_points(city)]
    check_size({sheet.file: (len(sheet.rows), len(sheet.columns)) for sheet in sheets}, city)
    if faults := [fault for sheet in sheets for fault in long_cells(sheet)]:
        raise InputError(faults)
    return sheets


def sheets_of_study(
    tables: Mapping[str, pd.DataFrame], specs: Mapping[str, PlanTable], told: Mapping[str, str]
) -> list[Sheet]:
    """Every table of a study that has rows, with what it holds as `told`. Raises InputError for what no workbook can
    hold."""
    check_size({specs[name].file: (len(table), table.shape[1]) for name, table in tables.items()})
    sheets = [_of_table(name, specs[name], table, told[name]) for name, table in tables.items() if len(table)]
    if faults := [fault for sheet in sheets for fault in long_cells(sheet)]:
        raise InputError(faults)
    return sheets


def check_size(tables: dict[str, tuple[int, int]], city: City | None = None) -> None:
    """See that tables of so many rows and columns, and the city's points, fit. Raises InputError, naming tables."""
    sizes = dict(tables)
    if city is not None and city.points is not None:
        sizes[city.points.table.name] = (city.points.count, 3)
    faults = [
        Fault(file, 0, "", f"{rows:,} rows", f"at most {MOST_ROWS:,}, which is what a sheet of Excel holds")
        for file, (rows, _) in sizes.items()
        if rows > MOST_ROWS
    ]
    areas = {file: rows * columns for file, (rows, columns) in sizes.items()}
    if not faults and sum(areas.values()) > MOST_CELLS:
        largest = max(areas, key=lambda file: (areas[file], file))
        found = f"{areas[largest]:,} of {sum(areas.values()):,} cells"
        faults = [Fault(largest, 0, "", found, f"at most {MOST_CELLS:,} cells in a workbook; read the table as it is")]
    if faults:
        raise InputError(faults)


def _of_plan(plan: Plan) -> Iterator[Sheet]:
    told = plan_words(plan.manifest)
    for name, spec in tables_of(plan.manifest).items():
        table = plan.table(name)
        if len(table):
            yield _of_table(f"{OF_PLAN}{name}", spec, table, told[name])


def _of_table(name: str, spec: PlanTable, table: pd.DataFrame, words: str) -> Sheet:
    columns = [Column(column, plan_format(column, cell)) for column, cell in spec.columns.items()]
    return Sheet(name, spec.file, words, columns, _rows(table, columns))


def _rows(table: pd.DataFrame, columns: Sequence[Column]) -> list[tuple[Cell, ...]]:
    """The rows of a plan's table; a number that is missing is a blank."""
    lists = [table[column.name].tolist() for column in columns]
    shown = [
        [guarded(str(value)) for value in values]
        if column.format is None
        else ["" if value != value else value for value in values]
        for column, values in zip(columns, lists, strict=True)
    ]
    return list(zip(*shown, strict=True))


def of_instance(text: InstanceText) -> Iterator[Sheet]:
    """The settings line by line, the tables, and today's plan."""
    lines = [(guarded(line),) for line in text.settings]
    yield Sheet(CITY, CITY, "Calendar, travel, objective and scenarios, line by line.", [Column(CITY, None)], lines)
    for name, table in text.known.items():
        if name in text.tables:
            words = " ".join((table.row.__doc__ or "").split()).partition(". ")[0].rstrip(".") + "."
            formats = {column: instance_format(table, column) for column in table.columns}
            yield _of_text(name, text.tables[name], words, formats)
    for name, decided in text.today.items():
        formats = {column: plan_format(column, cell) for column, cell in PLAN_TABLES[name].columns.items()}
        yield _of_text(f"{OF_TODAY}{name}", decided, f"Today's plan: {PLAN_WORDS[name]}", formats)


def _of_text(name: str, table: TableText, words: str, formats: Mapping[str, str | None]) -> Sheet:
    columns = [Column(column, formats.get(column)) for column in table.columns]
    rows = [tuple(_cell(row[column.name], column) for column in columns) for row in table.rows]
    return Sheet(name, table.file, words, columns, rows)


def _cell(text: str, column: Column) -> Cell:
    """A number where the column holds numbers. Columns of today's plan that nobody reads may hold anything."""
    if column.format is None:
        return guarded(text)
    try:
        return cells.number(text)
    except ValueError:
        return guarded(text)


def _of_points(city: City) -> Iterator[Sheet]:
    if city.points is None:
        return
    columns = [Column(name, PLAIN) for name in (("x", "y") if city.points.plane else ("lon", "lat"))]
    rows: list[tuple[Cell, ...]] = []
    for some in city.points.batches():
        rows += [(*at, weight) for at, weight in zip(some.at.tolist(), some.weight.tolist(), strict=True)]
    file = city.points.table.name
    yield Sheet(POINTS, file, "Places too many for a row of their own.", [*columns, Column("weight", PLAIN)], rows)


def long_cells(sheet: Sheet) -> Iterable[Fault]:
    """Texts that are too long for a cell."""
    expected = f"at most {MOST_CHARACTERS:,}, which is what a cell of Excel holds"
    for number, row in enumerate(sheet.rows, start=2):
        for column, cell in zip(sheet.columns, row, strict=True):
            if isinstance(cell, str) and len(cell) > MOST_CHARACTERS:
                yield Fault(sheet.file, number, column.name, f"{len(cell):,} characters", expected)
