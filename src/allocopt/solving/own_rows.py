"""Rows and variables of the caller's own, around a plan whose built-in variables are at their true values.

The search takes the model's lines for losses and then puts every loss where it truly is. Rows of one's own may speak of
losses, and variables of one's own may be tied to them; so once a plan is settled, these variables are chosen anew, the
best that the own rows allow, and the plan counts only if there are any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays, LiveModel
from allocopt.solver.arrays import Floats, within

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class OwnRows:
    """Rows and columns of the arrays that the caller added, and the built-in columns that they narrowed."""

    arrays: Arrays
    rows: Whole
    columns: Whole
    narrowed: Whole

    @classmethod
    def of(cls, arrays: Arrays, rows: Sequence[Any], variables: Sequence[Any], narrowed: Sequence[Any]) -> OwnRows:
        return cls(
            arrays,
            _places(arrays.constraints, rows),
            _places(arrays.variables, variables),
            _places(arrays.variables, narrowed),
        )

    def settled(self, x: Floats, threads: int | None) -> Floats | None:
        """The plan with the variables of the caller's own at their best; None where a row of theirs cannot be kept."""
        if len(self.columns):
            best = self._best(x, threads)
            if best is None:
                return None
            x = x.copy()
            x[self.columns] = best
        return x if self._keeps(x) else None

    def _keeps(self, x: Floats) -> bool:
        arrays, sums = self.arrays, self._matrix @ x
        return within(sums, arrays.row_lower[self.rows], arrays.row_upper[self.rows]) and within(
            x[self.narrowed], arrays.lower[self.narrowed], arrays.upper[self.narrowed]
        )

    def _best(self, x: Floats, threads: int | None) -> Floats | None:
        """The own variables of least cost in the own rows, everything else being as it is."""
        given = x.copy()
        given[self.columns] = 0.0
        arrays, mine = self.arrays, self._matrix[:, self.columns].tocsr()
        tied = np.flatnonzero(np.diff(mine.indptr))
        rows, mine, by_plan = self.rows[tied], mine[tied], (self._matrix @ given)[tied]
        small = Arrays(
            cost=arrays.cost[self.columns],
            offset=0.0,
            lower=arrays.lower[self.columns],
            upper=arrays.upper[self.columns],
            whole=arrays.whole[self.columns],
            starts=mine.indptr.astype(np.int32),
            columns=mine.indices.astype(np.int32),
            values=mine.data,
            row_lower=arrays.row_lower[rows] - by_plan,
            row_upper=arrays.row_upper[rows] - by_plan,
            variables=[arrays.variables[j] for j in self.columns],
            constraints=[arrays.constraints[i] for i in rows],
        )
        return LiveModel(small, threads=threads).solve().x

    @cached_property
    def _matrix(self) -> Any:
        """The own rows over all columns."""
        from scipy.sparse import csr_array

        arrays = self.arrays
        shape = (len(arrays.starts) - 1, len(arrays.cost))
        return csr_array((arrays.values, arrays.columns, arrays.starts), shape=shape)[self.rows]


def _places(known: Sequence[Any], wanted: Sequence[Any]) -> Whole:
    """Where the wanted parts stand among the known ones; what stands in no row is not there."""
    ids = {id(part) for part in wanted}
    return np.array([place for place, part in enumerate(known) if id(part) in ids], dtype=np.int64)
