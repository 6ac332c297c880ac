"""Whole numbers that no better plan can have, from the relaxation's reduced costs.

With multipliers y of the rows that prove the bound z, and d = c − Aᵀy, a solution in which a column lies v beyond the
end that d prefers costs at least z + |d| · v. What costs more than the best plan need not be searched (reduced cost
fixing; Nemhauser and Wolsey 1988, section II.1.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from scipy.sparse import csr_array

from allocopt.solver import LiveModel, Result
from allocopt.solver.arrays import Floats
from allocopt.solving.proof import bound_and_multipliers

# A whole number counts as out of reach from so much beyond on; reduced costs below the other are rounding.
HAIR, FLAT = 1e-4, 1e-7


@contextmanager
def narrowed(live: LiveModel, root: Result | None, objective: float) -> Iterator[None]:
    """The model without whole numbers with which no solution costs less than `objective`; `root` is of its relaxation
    as it stands, but for rows added since."""
    if root is None or root.duals is None or not np.isfinite(objective):
        yield
        return
    lower, upper = live.arrays.lower, live.arrays.upper
    low, high = _limits(live, root.duals, objective)
    live.set_all_bounds(low, high)
    try:
        yield
    finally:
        live.set_all_bounds(lower, upper)


def _limits(live: LiveModel, duals: Floats, objective: float) -> tuple[Floats, Floats]:
    arrays = live.arrays
    bound, y = bound_and_multipliers(arrays, duals, live.added)
    room = objective - bound
    low, high = arrays.lower.copy(), arrays.upper.copy()
    if not 0 <= room < np.inf:
        return low, high
    reduced = _reduced(live, y)
    with np.errstate(divide="ignore"):
        reach = np.floor(room / np.abs(reduced) + HAIR)
    up = arrays.whole & (reduced > FLAT) & np.isfinite(low)
    down = arrays.whole & (reduced < -FLAT) & np.isfinite(high)
    high[up] = np.minimum(arrays.upper[up], arrays.lower[up] + reach[up])
    low[down] = np.maximum(arrays.lower[down], arrays.upper[down] - reach[down])
    return low, high


def _reduced(live: LiveModel, y: Floats) -> Floats:
    """What a column costs less multipliers times rows, added ones too."""
    arrays, own = live.arrays, len(live.arrays.row_lower)
    matrix = csr_array((arrays.values, arrays.columns, arrays.starts), shape=(own, len(arrays.cost)))
    reduced: Floats = arrays.cost - matrix.T @ y[:own]
    for multiplier, (_, columns, values) in zip(y[own:], live.added, strict=True):
        if multiplier:
            np.subtract.at(reduced, np.asarray(columns), multiplier * np.asarray(values))
    return reduced
