"""The city's files, read by the checker itself: settings, tables, today's plan, and the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from allocopt.checker.changes import apply_changes
from allocopt.checker.columns import POINTS, SHAPES, Shape
from allocopt.checker.files import Row, Sheet, bytes_of, finite, instance_text, sheet
from allocopt.checker.parquet import parquet_sheet
from allocopt.checker.settings import FILE, read_settings
from allocopt.checker.verdict import Book


@dataclass(frozen=True)
class Shift:
    """A part of every period."""

    id: str
    hours_share: float
    loss_share: float
    loss_share_of: dict[str, float]


@dataclass(frozen=True)
class Calendar:
    """Periods and shifts, by their number in the order of `city.yaml`."""

    periods: tuple[str, ...]
    hours: tuple[float, ...]
    shifts: tuple[Shift, ...]

    @cached_property
    def number(self) -> dict[str, int]:
        return {period: t for t, period in enumerate(self.periods)}

    @cached_property
    def shift_number(self) -> dict[str, int]:
        return {shift.id: j for j, shift in enumerate(self.shifts)}

    @property
    def last(self) -> int:
        return len(self.periods) - 1

    @cached_property
    def horizon(self) -> float:
        return sum(self.hours)

    def duty(self, t: int, j: int) -> float:
        """Hours of a shift in a period."""
        return self.hours[t] * self.shifts[j].hours_share

    def life_share(self, t: int, life_years: float) -> float:
        """Share of its life that something started in t spends inside the horizon."""
        return min(1.0, sum(self.hours[t:]) / (life_years * 8760))


@dataclass
class Instance:
    """One city after its changes."""

    label: str
    settings: dict[str, Any]
    tables: dict[str, list[Row]]
    calendar: Calendar
    today: dict[str, bytes] = field(default_factory=dict)
    points: Path | None = None
    shapes: Mapping[str, Shape] = field(default_factory=lambda: SHAPES)

    @cached_property
    def _index(self) -> dict[str, dict[str, Row]]:
        return {}

    def rows(self, table: str) -> list[Row]:
        return self.tables[table]

    def by_id(self, table: str) -> dict[str, Row]:
        """The rows of a table by their id (or first column); of several with one id, the first."""
        if table not in self._index:
            index: dict[str, Row] = {}
            for row in self.tables[table]:
                index.setdefault(row[self.shapes[table].key[0]], row)
            self._index[table] = index
        return self._index[table]

    def number(self, *path: str) -> float:
        """A number of the settings, by its keys."""
        value: Any = self.settings
        for key in path:
            value = value[key]
        return float(value)


def read_instance(
    folder: Path, scenario: str | None, changes: list[str], book: Book, shapes: Mapping[str, Shape] = SHAPES
) -> Instance | None:
    """The city in a folder, changed; None, with violations, when its files cannot be understood."""
    label = folder.name
    data = bytes_of(folder / FILE)
    if data is None:
        book.add("instance", f"{label}/{FILE}", 0, "", "no such file", "the city's settings")
        return None
    settings = read_settings(data, f"{label}/{FILE}", book)
    tables: dict[str, list[Row]] = {}
    for table, shape in shapes.items():
        tables[table] = _read_table(folder, label, table, shape, book)
    today = _read_today(folder)
    if settings is None:
        return None
    points = settings.get("points")
    tables["points"] = [Row(f"{label}/{FILE}", 0, points)] if isinstance(points, dict) else []
    apply_changes(settings, tables, shapes, scenario, changes, book)
    for table, shape in (*shapes.items(), ("points", POINTS)):
        tables[table] = [row for row in tables[table] if _finish(row, shape, book)]
    try:
        calendar = _calendar(settings)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        book.add("instance", f"{label}/{FILE}", 0, "periods", repr(error), "periods and shifts with their hours")
        return None
    return Instance(label, settings, tables, calendar, today, points_file(folder) if tables["points"] else None, shapes)


def points_file(folder: Path) -> Path | None:
    """The table of points of an instance, where there is one; it is never read as a whole."""
    return next((file for ending in ("csv", "parquet") if (file := folder / f"points.{ending}").is_file()), None)


def _read_table(folder: Path, label: str, table: str, shape: Shape, book: Book) -> list[Row]:
    path = folder / f"{table}.csv"
    if not path.exists() and path.with_suffix(".parquet").exists():
        path = path.with_suffix(".parquet")
    file = f"{label}/{path.name}"
    if not path.exists():
        if table == "sites":
            book.add("instance", file, 0, "", "no such file", "the city's sites")
        return []
    found = _sheet(path, file, book)
    if found is None:
        return []
    names = [column.name for column in shape.columns]
    for column in found.columns:
        if column not in names:
            book.add("instance", file, 1, column, "an unknown column", "a column of the schema")
    blank = dict.fromkeys(names, "")
    return [Row(file, line, blank | dict(zip(found.columns, cells, strict=True))) for line, cells in found.rows]


def _sheet(path: Path, file: str, book: Book) -> Sheet | None:
    data = bytes_of(path)
    if data is not None and path.suffix == ".parquet":
        return parquet_sheet(data, file, "instance", book)
    text = None if data is None else instance_text(data)
    if text is None:
        book.add("instance", file, 0, "", "a file that cannot be read", "a table of text")
        return None
    return sheet(text, file, "instance", book, by_people=True)


def _finish(row: Row, shape: Shape, book: Book) -> bool:
    """Fill in defaults and turn numbers into numbers; False, with a violation, when one is missing."""
    good, cells = True, row.cells
    for name, default in shape.defaults.items():
        cells[name] = cells[name] or default
    for name in shape.paths:
        cells[name] = "/".join(map(str.strip, cells[name].split("/")))
    for column in shape.numbers:
        text = cells[column.name]
        if not text and not column.required:
            continue
        value = finite(text)
        if value is None:
            book.add("instance", row.file, row.line, column.name, text or "blank", "a number")
            good = False
        else:
            row.numbers[column.name] = value
    return good


def _read_today(folder: Path) -> dict[str, bytes]:
    """The files of today's plan, by table."""
    today = {}
    current = folder / "current"
    for path in sorted(current.glob("*.csv")) if current.is_dir() else ():
        data = bytes_of(path)
        if data is not None:
            today[path.stem] = data
    return today


def _calendar(settings: dict[str, Any]) -> Calendar:
    periods = settings["periods"]
    shifts = [
        Shift(
            shift["id"],
            float(shift["hours_share"]),
            float(shift["loss_share"]),
            {hazard: float(share) for hazard, share in (shift.get("loss_share_of") or {}).items()},
        )
        for shift in settings["shifts"]
    ]
    return Calendar(
        tuple(period["id"] for period in periods),
        tuple(float(period["hours"]) for period in periods),
        tuple(shifts),
    )
