"""Arrays, rows and columns as HiGHS takes them. Every status that it returns is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from allocopt.solver.arrays import Arrays, Floats, SolverError

INFINITY = highspy.kHighsInf
# A row to be added: level ≤ Σ value · x[column].
Row = tuple[float, Sequence[int], Sequence[float]]


@dataclass(frozen=True)
class Columns:
    """Columns to be added to the model's own rows, each from 0 to infinity: costs, and entries column by column."""

    cost: Floats
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Floats


def must(status: Any, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused {what}")


def must_be_numbers(*numbers: Any) -> None:
    if any(np.isnan(n).any() for n in numbers):
        raise SolverError("a change holds a number that is not one")


def add_rows(highs: Any, rows: Sequence[Row]) -> None:
    """All at once: HiGHS puts its matrix in order anew each time."""
    if not rows:
        return
    levels = np.array([level for level, _, _ in rows], dtype=np.float64)
    starts = np.cumsum([0, *(len(columns) for _, columns, _ in rows)], dtype=np.int32)
    index = np.concatenate([np.asarray(columns, dtype=np.int32) for _, columns, _ in rows])
    values = np.concatenate([np.asarray(each, dtype=np.float64) for _, _, each in rows])
    must_be_numbers(levels, values)
    limits = (levels, np.full(len(rows), INFINITY))
    must(highs.addRows(len(rows), *limits, len(index), starts[:-1], index, values), "rows")


def add_columns(highs: Any, columns: Columns) -> None:
    must_be_numbers(columns.cost, columns.values)
    none, any_amount = np.zeros(len(columns.cost)), np.full(len(columns.cost), INFINITY)
    entries = (len(columns.values), columns.starts, columns.rows, columns.values)
    must(highs.addCols(len(columns.cost), columns.cost, none, any_amount, *entries), "columns")


def highs_lp(arrays: Arrays) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(arrays.cost), len(arrays.row_lower)
    lp.col_cost_, lp.offset_ = arrays.cost, arrays.offset
    lp.col_lower_, lp.col_upper_ = arrays.lower, arrays.upper
    lp.row_lower_, lp.row_upper_ = arrays.row_lower, arrays.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = arrays.starts, arrays.columns, arrays.values
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(whole)] for whole in arrays.whole] if arrays.whole.any() else []
    return lp
