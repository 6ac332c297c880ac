"""Making single DataFrames as the tables of a plan are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from allocopt.plan.columns import PLAN_TABLES, PlanTable
from allocopt.plan.values import Values

if TYPE_CHECKING:
    import pandas as pd


def frame(name: str, rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """The plan's table of this name with these rows, as `frame_of` makes it."""
    return frame_of(PLAN_TABLES[name], rows)


def frame_of(table: PlanTable, rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """The table with these rows, sorted. Raises ValueError as `Values.of_columns` does."""
    return Values.of_rows(table, rows).frame()
