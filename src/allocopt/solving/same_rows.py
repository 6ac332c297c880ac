"""Rows of a matrix that have the same columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def same_rows(matrix: csr_array) -> NDArray[np.int64]:
    """By row a number, the same for rows with the same columns; numbers count up from 0 as rows come. The columns of a
    row are in order."""
    known: dict[bytes, int] = {}
    ends, columns = matrix.indptr, matrix.indices
    keys = (columns[ends[row] : ends[row + 1]].tobytes() for row in range(matrix.shape[0]))
    return np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)
