"""Making the DataFrames of a plan: right columns, right kinds of cell, one order of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from allocopt.plan.columns import PLAN_TABLES, Cell, PlanTable


def frame(name: str, rows: Iterable[Mapping[str, Any]] | pd.DataFrame = ()) -> pd.DataFrame:
    """The plan's table of this name with these rows, as `frame_of` makes it."""
    return frame_of(PLAN_TABLES[name], rows)


def frame_of(table: PlanTable, rows: Iterable[Mapping[str, Any]] | pd.DataFrame = ()) -> pd.DataFrame:
    """The table with these rows, sorted.

    Text that is missing becomes "", a number that is missing becomes not-a-number.
    Raises ValueError for other columns than the table's, whole numbers that are not whole, infinite numbers.
    """
    name, columns = table.name, table.columns
    given = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if not len(given):
        given = pd.DataFrame({column: [] for column in columns})
    if set(given.columns) != set(columns):
        raise ValueError(f"{name}: columns {sorted(map(str, given.columns))} instead of {sorted(columns)}")
    made = pd.DataFrame({column: _cells(given[column], cell, name) for column, cell in columns.items()})
    return made.sort_values(list(columns), kind="stable", ignore_index=True)


def _cells(column: pd.Series[Any], cell: Cell, name: str) -> pd.Series[Any]:
    if cell == "text":
        return column.astype("object").where(column.notna(), "").astype("str")
    numbers = column.astype("float64") + 0.0  # no negative zero
    if np.isinf(numbers).any():
        raise ValueError(f"{name}.{column.name}: an infinite number")
    if cell == "number":
        return numbers
    if not (numbers == np.rint(numbers)).all():
        raise ValueError(f"{name}.{column.name}: a number that is not whole")
    return numbers.astype("int64")
