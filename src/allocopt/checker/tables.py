"""The plan's tables: what columns they have, and reading them cell by cell.

A table of decisions is one line of three parts, parted by bars: what tells its rows apart (`site:sites` must be an
id of the sites, `via:links?` may be blank), the amounts decided (`visits!` must be whole), the figures derived.
A table of outcomes lists its columns, figures with a `#`; the first `keys` columns tell its rows apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from allocopt.checker.files import Row, Sheet, bytes_of, finite, plan_text, sheet
from allocopt.checker.parquet import parquet_sheet
from allocopt.checker.verdict import Book

Known = Mapping[str, Collection[str]]
"""The ids there are, by table; periods and shifts among them."""


@dataclass(frozen=True)
class PlanTable:
    """One table of a plan."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    figures: frozenset[str]
    amounts: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    only_with: str = ""
    """The table of the instance without which this one is not there; blank: it is there always."""

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def path(self, plan: Path) -> Path:
        """Where the table is in a plan's folder: a long one is Parquet."""
        csv = plan / self.file
        return csv if csv.exists() or not csv.with_suffix(".parquet").exists() else csv.with_suffix(".parquet")

    @cached_property
    def checked(self) -> tuple[str, ...]:
        """The columns whose cells must be figures or known ids."""
        return tuple(column for column in self.columns if column in self.figures or self.ids.get(column))

    @property
    def decides(self) -> bool:
        return bool(self.ids)


def decisions(name: str, line: str) -> PlanTable:
    """A table of decisions, from its line."""
    keys, amounts, derived = (part.split() for part in line.split("|"))
    ids = dict(word.rstrip("?").partition(":")[::2] for word in keys)
    plain = tuple(word.rstrip("!") for word in amounts)
    return PlanTable(
        name,
        columns=(*ids, *plain, *derived),
        key=tuple(ids),
        figures=frozenset((*plain, *derived)),
        amounts=plain,
        whole=frozenset(word.rstrip("!") for word in amounts if word.endswith("!")),
        ids=ids,
        optional=frozenset(word.partition(":")[0] for word in keys if word.endswith("?")),
    )


def outcomes(name: str, line: str, keys: int, only_with: str = "") -> PlanTable:
    """A table of outcomes, from its columns."""
    columns = tuple(word.rstrip("#") for word in line.split())
    figures = frozenset(word.rstrip("#") for word in line.split() if word.endswith("#"))
    return PlanTable(name, columns, columns[:keys], figures, only_with=only_with)


def read_table(table: PlanTable, path: Path, known: Known, book: Book) -> list[Row]:
    """The rows of a plan's table that can be understood; what cannot is a violation."""
    read = _sheet(path, book)
    if read is None:
        return []
    if tuple(read.columns) != table.columns:
        book.add("table", path.name, 1, "", ",".join(read.columns), ",".join(table.columns))
        return []
    rows = [Row(path.name, line, dict(zip(table.columns, cells, strict=True))) for line, cells in read.rows]
    good = [row for row in rows if _understood(row, table, known, book)]
    return _single(good, table, book)


def _sheet(path: Path, book: Book) -> Sheet | None:
    """The text of a table in CSV or Parquet."""
    data = bytes_of(path)
    if data is not None and path.suffix == ".parquet":
        return parquet_sheet(data, path.name, "table", book)
    text = None if data is None else plan_text(data)
    if text is None:
        found = "no such file" if data is None else "bytes that are not UTF-8"
        book.add("table", path.name, 0, "", found, "a table of the plan")
        return None
    return sheet(text, path.name, "table", book, by_people=False)


def read_today(table: PlanTable, data: bytes, label: str, known: Known, book: Book) -> list[Row]:
    """Today's decisions in one table; derived columns may be missing."""
    file = f"{label}/current/{table.file}"
    text = plan_text(data)
    read = None if text is None else sheet(text, file, "instance", book, by_people=True)
    if read is None:
        return []
    rows = []
    for line, cells in read.rows:
        row = Row(file, line, dict.fromkeys(table.columns, "") | dict(zip(read.columns, cells, strict=True)))
        row.numbers = {c: n for c in table.amounts if (n := finite(row[c])) is not None}
        strange = [c for c, of in table.ids.items() if of and row[c] and row[c] not in known[of]]
        if strange or len(row.numbers) < len(table.amounts):
            book.add("instance", file, line, ",".join(strange), "a row not understood", "a decision of today's plan")
        else:
            rows.append(row)
    return rows


def _understood(row: Row, table: PlanTable, known: Known, book: Book) -> bool:
    """Whether the decision can be used; every cell that is wrong is written down."""
    good = True
    for column in table.checked:
        cell = row[column]
        if column in table.figures:
            number = finite(cell)
            if number is not None:
                row.numbers[column] = number
            elif cell or column in table.amounts:
                book.add("table", row.file, row.line, column, cell or "blank", "a number")
                good = good and column not in table.amounts
        elif not _is_known(cell, column, table, known):
            book.add("table", row.file, row.line, column, cell or "blank", f"an id of {table.ids[column]}")
            good = False
    return good and _amounts_fit(row, table, book)


def _is_known(cell: str, column: str, table: PlanTable, known: Known) -> bool:
    return column in table.optional if not cell else cell in known[table.ids[column]]


def _amounts_fit(row: Row, table: PlanTable, book: Book) -> bool:
    """Whether the amounts are such as may be decided: not below zero, not all zero, whole where they must be."""
    amounts = [row.num(column) for column in table.amounts]
    if amounts and (min(amounts) < 0 or max(amounts) <= 0):
        field_ = ",".join(table.amounts)
        book.add("table", row.file, row.line, field_, min(amounts), "an amount above zero (zeros are left out)")
        return False
    for column in table.whole:
        if not row.num(column).is_integer():
            book.add("whole", row.file, row.line, column, row[column], "a whole number")
    return True


def _single(rows: list[Row], table: PlanTable, book: Book) -> list[Row]:
    """The rows without those that repeat a key."""
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = row.key(table.key)
        if key in first:
            book.add("table", row.file, row.line, ",".join(table.key), "/".join(key), "each row once")
        else:
            first[key] = row
    return list(first.values())
