"""The tables of a plan as plain values: right columns, right kinds of cell, one order of rows.

A DataFrame is made of them when somebody asks for one: to load pandas takes longer than to tell and write most plans.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocopt.plan.columns import Cell, PlanTable

if TYPE_CHECKING:
    import pandas as pd

# A number that is missing, while rows are sorted: behind all others, of which none is infinite.
_MISSING = math.inf
_KINDS: Mapping[Cell, Any] = {"text": "str", "whole": "int64", "number": "float64"}


@dataclass(frozen=True)
class Values:
    """The cells of a table, column by column from the first row to the last."""

    table: PlanTable
    columns: Mapping[str, Sequence[Any]]

    @classmethod
    def of_rows(cls, table: PlanTable, rows: Iterable[Mapping[str, Any]] = ()) -> Values:
        """The table with these rows, as `of_columns` makes it; what a row leaves out is missing."""
        rows = list(rows)
        names = dict.fromkeys(name for row in rows for name in row) if rows else table.columns
        return cls.of_columns(table, {name: [row.get(name) for row in rows] for name in names})

    @classmethod
    def of_columns(cls, table: PlanTable, columns: Mapping[str, Sequence[Any]]) -> Values:
        """The table with these columns, its rows sorted.

        Text that is missing becomes "", a number that is missing becomes not-a-number.
        Raises ValueError for other columns than the table's, whole numbers that are not whole, infinite numbers.
        """
        if columns.keys() != table.columns.keys():
            raise ValueError(f"{table.name}: columns {sorted(map(str, columns))} instead of {sorted(table.columns)}")
        cells = [_cells(columns[name], cell, f"{table.name}.{name}") for name, cell in table.columns.items()]
        rows = sorted(zip(*cells, strict=True))
        ordered = map(list, zip(*rows, strict=True)) if rows else cells
        return cls(table, dict(zip(table.columns, map(_filled, ordered, table.columns.values()), strict=True)))

    @classmethod
    def of_frame(cls, table: PlanTable, frame: pd.DataFrame) -> Values:
        """What a DataFrame holds, as it stands there."""
        return cls(table, {name: frame[name].tolist() for name in table.columns})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Row by row, the cells by column."""
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, cells, strict=True))

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame."""
        import pandas as pd

        kinds = self.table.columns
        return pd.DataFrame({name: pd.Series(cells, dtype=_KINDS[kinds[name]]) for name, cells in self.columns.items()})


class Tables(Mapping[str, "pd.DataFrame"]):
    """Tables as DataFrames by name, each made when it is first asked for."""

    def __init__(self, values: Mapping[str, Values]) -> None:
        self._values = dict(values)
        self._frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            self._frames[name] = self._values[name].frame()
        return self._frames[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Tables({', '.join(self)})"

    def values_of(self, name: str) -> Values:
        """The cells of a table; who has asked for its DataFrame may have changed it since."""
        values = self._values[name]
        return Values.of_frame(values.table, self._frames[name]) if name in self._frames else values


def _cells(cells: Sequence[Any], cell: Cell, name: str) -> list[Any]:
    """The cells as their kind, what is missing so that it can be sorted."""
    if cell == "text":
        return ["" if one is None or one != one else str(one) for one in cells]
    numbers = [math.nan if one is None else float(one) + 0.0 for one in cells]  # no negative zero
    if any(map(math.isinf, numbers)):
        raise ValueError(f"{name}: an infinite number")
    if cell == "number":
        return [_MISSING if one != one else one for one in numbers]
    if not all(map(float.is_integer, numbers)):
        raise ValueError(f"{name}: a number that is not whole")
    return [int(one) for one in numbers]


def _filled(cells: list[Any], cell: Cell) -> list[Any]:
    return [math.nan if one == _MISSING else one for one in cells] if cell == "number" else cells
