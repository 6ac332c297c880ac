"""What the files of an instance say, as text, before anything is converted."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.programmes import Installed, Programme, installed, tables_of
from allocopt.reading.csv_strict import CsvText, read_csv
from allocopt.reading.parquet_text import read_parquet
from allocopt.reading.paths import instance_file, instance_path, list_tables
from allocopt.reading.plain_text import brief, shown
from allocopt.reading.yaml_strict import YamlDocument, read_yaml
from allocopt.schema import TABLES, Table

if TYPE_CHECKING:
    from allocopt.reading.number_table import NumberTable

CITY = "city.yaml"
# A table of numbers alone, too long to be read as text.
POINTS = "points"
_ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True)
class TableText:
    """A table: the line of its heading, `rows` by column, and for each row the line where it starts (in Parquet, the
    row's number)."""

    file: str
    heading: int
    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    lines: list[int]

    @classmethod
    def of(cls, file: str, heading: int, text: CsvText) -> TableText:
        rows = [dict(zip(text.columns, row, strict=True)) for row in text.rows]
        return cls(file, heading, text.columns, rows, text.lines)


@dataclass(frozen=True)
class Texts:
    """All files of an instance. A file that could not be read is in neither `city` nor `tables` but in `unread`.

    `made_by` tells which change made a value: by (table, line, column), or ("city", 0, dotted key).
    """

    folder: Path
    city: YamlDocument | None
    tables: dict[str, TableText]
    unread: frozenset[str]
    hashes: dict[str, str]
    faults: tuple[Fault, ...]
    points: NumberTable | None = None
    made_by: dict[tuple[str, int, str], str] = field(default_factory=dict)
    programmes: tuple[Programme, ...] = ()

    @cached_property
    def known(self) -> Mapping[str, Table]:
        """The tables there may be: the built-in ones, and those of the programmes from outside that have one here."""
        return tables_of(self.programmes)


class Files:
    """Reads files of one folder, collecting faults and hashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.hashes: dict[str, str] = {}

    def table(self, file: str) -> TableText | None:
        """The table in this file, or None when it cannot be read."""
        try:
            data = self._bytes(file)
            table = read_parquet(data, file) if file.endswith(".parquet") else read_csv(data, file)
        except InputError as error:
            self.faults += error.faults
            return None
        _warn_of(table.encoding, file)
        return TableText.of(file, 0 if file.endswith(".parquet") else _heading(data), table)

    def numbers(self, file: str) -> NumberTable | None:
        """The table of numbers in this file, not yet looked at, or None when it cannot be read."""
        try:
            path = instance_path(self.folder, file)
            with path.open("rb") as stream:
                self.hashes[file] = hashlib.file_digest(stream, "sha256").hexdigest()
        except InputError as error:
            self.faults += error.faults
            return None
        from allocopt.reading.number_table import NumberTable

        return NumberTable(path, file)

    def yaml(self, file: str) -> YamlDocument | None:
        """The document in this file, or None when it cannot be read."""
        try:
            document = read_yaml(self._bytes(file), file)
        except InputError as error:
            self.faults += error.faults
            return None
        _warn_of(document.encoding, file)
        return document

    def _bytes(self, file: str) -> bytes:
        data = instance_file(self.folder, file)
        self.hashes[file] = hashlib.sha256(data).hexdigest()
        return data

    def named(self, known: Iterable[str], where: str = "") -> dict[str, str]:
        """The files of the tables in the folder (or the folder `where` in it) that are among the known ones, by name.

        A table is there once: as CSV or as Parquet.
        """
        names: dict[str, str] = {}
        for file in list_tables(self.folder / where if where else self.folder):
            name = next((file.removesuffix(ending) for ending in _ENDINGS if file.endswith(ending)), file)
            if name in names:
                expected = "the table once, as CSV or as Parquet"
                self.faults.append(Fault(where + file, 0, "", f"{name}.csv beside it", expected))
            elif name in known:
                names[name] = where + file
            else:
                close = did_you_mean(file.lower(), [f"{name}.csv" for name in known])
                expected = f"the name of a table{close}; files that are no tables belong in facts/"
                self.faults.append(Fault(brief(where + file, 200), 0, "", "a table of unknown name", expected))
        return names


def read_folder(folder: Path) -> Texts:
    """Everything in the folder. Raises InputError when there is no such folder; other faults are in the answer."""
    if found := _no_instance(folder):
        raise InputError([Fault(brief(str(folder), 200), 0, "", found, f"a folder with {CITY} and CSV tables")])
    files = Files(folder)
    city = files.yaml(CITY)
    joined = _joined(folder)
    known = tables_of(joined.programmes)
    named = files.named((*known, POINTS))
    points = files.numbers(named.pop(POINTS)) if POINTS in named else None
    read = {name: files.table(file) for name, file in named.items()}
    for name, table in known.items():
        if table.required and name not in read:
            files.faults.append(Fault(f"{name}.csv", 0, "", "no such file", "this table in every instance"))
            read[name] = None
    unread = {name for name, text in read.items() if text is None} | ({"city"} if city is None else set())
    tables = {name: text for name, text in read.items() if text is not None}
    faults = (*files.faults, *joined.faults)
    return Texts(folder, city, tables, frozenset(unread), files.hashes, faults, points, programmes=joined.programmes)


def _joined(folder: Path) -> Installed:
    """The programmes from outside that have a table here; nothing is looked for where all tables are known."""
    names = {name for file in list_tables(folder) if (name := file.rpartition(".")[0]) not in (*TABLES, POINTS)}
    return installed().of(names) if names else Installed()


def _no_instance(folder: Path) -> str:
    """What stands in place of an instance; nothing when it may be one."""
    try:
        if not folder.is_dir():
            return "a file" if folder.is_file() else "no such folder"
        files = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        return error.strerror or "a path that cannot be followed"
    if "plan.json" in files and CITY not in files:
        return "the folder of a plan"
    return (
        ""
        if files & {CITY, *(f"{name}{ending}" for name in TABLES for ending in _ENDINGS)}
        else "a folder without any of these"
    )


def _heading(data: bytes) -> int:
    """The first line of a CSV file that is neither blank nor a comment."""
    lines = (line.removeprefix(b"\xef\xbb\xbf").strip(b' \t,"') for line in data.splitlines())
    return next((number for number, line in enumerate(lines, start=1) if line and not line.startswith(b"#")), 0)


def _warn_of(encoding: str, file: str) -> None:
    if encoding != "UTF-8":
        warnings.warn(f"{file} is not UTF-8; it was read as {encoding}", UserWarning, stacklevel=2)


def quoted(value: object) -> str:
    """A value as faults show it."""
    if value is None or value == "" or value == ():
        return "a blank"
    if isinstance(value, bool):
        return "'yes'" if value else "'no'"
    if isinstance(value, float):
        return f"'{value:.12g}'"
    if isinstance(value, tuple):
        return shown(";".join(map(str, value)))
    return shown(str(value))
