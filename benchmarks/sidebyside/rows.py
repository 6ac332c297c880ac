"""A linear model as bare arrays: the floor that a modelling layer is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Rows with the same limits: `rows` counts from 0, one entry an element."""

    rows: Whole
    columns: Whole
    values: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Rows:
    """min cost·x + offset, lower ≤ x ≤ upper, row_lower ≤ A x ≤ row_upper, x[whole] whole numbers; A by rows."""

    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    whole: NDArray[np.bool_]
    starts: Whole
    columns: Whole
    values: Floats
    row_lower: Floats
    row_upper: Floats


def stack(cost: Floats, offset: float, upper: Floats, whole: NDArray[np.bool_], blocks: list[Block]) -> Rows:
    """Put blocks of rows below each other; no column goes below 0."""
    first = np.cumsum([0, *(len(block.lower) for block in blocks)])
    rows = np.concatenate([block.rows + start for block, start in zip(blocks, first, strict=False)])
    order = np.argsort(rows, kind="stable")
    return Rows(
        cost=cost,
        offset=offset,
        lower=np.zeros(len(cost)),
        upper=upper,
        whole=whole,
        starts=np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=int(first[-1])))]),
        columns=np.concatenate([block.columns for block in blocks])[order],
        values=np.concatenate([block.values for block in blocks])[order],
        row_lower=np.concatenate([block.lower for block in blocks]),
        row_upper=np.concatenate([block.upper for block in blocks]),
    )


def loaded(rows: Rows) -> Any:
    """A HiGHS that holds the model. Raises RuntimeError when it refuses it."""
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(rows.cost), len(rows.row_lower)
    lp.col_cost_, lp.offset_ = rows.cost, rows.offset
    lp.col_lower_, lp.col_upper_ = rows.lower, rows.upper
    lp.row_lower_, lp.row_upper_ = rows.row_lower, rows.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.starts, rows.columns, rows.values
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[whole] for whole in rows.whole.tolist()]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused the model")
    return highs
