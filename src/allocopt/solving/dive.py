"""A first plan by diving: fix what the relaxation nearly decides, solve it again, and so on until all is whole.

Diving heuristics as in mixed-integer solvers (Achterberg 2007, chapter 9), in the order in which decisions depend on
each other: first what unlocks and opens, then what is done, then by whom. A plan found this way is a start, never a
bound.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import LiveModel, Status
from allocopt.solver.arrays import Floats

# Components in the order in which they are fixed. What is left, who does it, is a small problem for the solver.
ORDER = (
    ("mechanisms.start", "patrol.opened", "supply.opened"),
    ("patrol.units", "crews.people", "patrol.committed", "prevention.start"),
    ("inspection.visits",),
)
# How far the solver may search what is left, in nodes of its tree, and how near it must come, relative.
REST_NODES, REST_GAP = 200, 1e-3
# Of what is still open at a stage, this share is fixed before the relaxation is solved again.
SHARE = 0.34
# What opens or unlocks is taken from this value of the relaxation on: its use is spread over many actions.
TAKEN_FROM = 0.25
FRACTION = 1e-6
Columns = NDArray[np.int64]


def dive(live: LiveModel, x: Floats, deadline: float | None, *, near: float = 0.0) -> Floats | None:
    """Whole values for all columns near the relaxed solution `x`; None when the dive runs aground or out of time.

    What is left of it at the end is searched to `near`, in units of the objective, or to REST_GAP, if that is wider.
    """
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    try:
        for stage, columns in enumerate(_stages(live)):
            while len(still := _fractional(x, columns)):
                if deadline is not None and time.monotonic() > deadline:
                    return None
                result = _fix_some(live, x, still, structural=stage == 0)
                if result is None:
                    return None
                x = result
            _hold(live, columns, x)
        held = _solve_rest(live, x, deadline, give=0, near=near)
        return held if held is not None else _solve_rest(live, x, deadline, give=1, near=near)
    finally:
        live.set_all_bounds(lower, upper)


def _stages(live: LiveModel) -> Sequence[Columns]:
    names = np.array([variable.parent_component().name for variable in live.arrays.variables])
    whole = live.arrays.whole
    return [np.flatnonzero(whole & np.isin(names, stage)) for stage in ORDER]


def _fractional(x: Floats, columns: Columns) -> Columns:
    return columns[np.abs(x[columns] - np.round(x[columns])) > FRACTION]


def _fix_some(live: LiveModel, x: Floats, still: Columns, *, structural: bool) -> Floats | None:
    """Fix a batch to its nearest whole numbers; where that cannot hold, fewer and fewer, then one the other way, at
    last all downwards."""
    distance = 1.0 - x[still] if structural else np.abs(x[still] - np.round(x[still]))
    order = still[np.argsort(distance, kind="stable")]
    batch = order[: max(1, int(np.ceil(SHARE * len(order))))]
    rounded = np.where(x < TAKEN_FROM, 0.0, np.ceil(x)) if structural else np.round(x)
    while True:
        result = _solve_fixed(live, batch, rounded[batch])
        if result is not None:
            return result
        if len(batch) == 1:
            break
        batch = batch[: len(batch) // 4 or 1]
    other = np.floor(x[batch]) if rounded[batch[0]] > x[batch[0]] else np.ceil(x[batch])
    result = _solve_fixed(live, batch, other)
    return result if result is not None else _solve_fixed(live, still, np.floor(x[still] + FRACTION))


def _hold(live: LiveModel, columns: Columns, x: Floats) -> None:
    """Keep a stage where it has come to be whole; later stages would move it off again."""
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    lower[columns] = upper[columns] = np.round(x[columns])
    live.set_all_bounds(lower, upper)


def _solve_rest(live: LiveModel, x: Floats, deadline: float | None, give: int, near: float) -> Floats | None:
    """Whole numbers for all that the stages left open; their own values held, those of the last lowered by `give`."""
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    last = _stages(live)[-1]
    lower[last] = np.maximum(0.0, lower[last] - give)
    live.set_all_bounds(lower, upper)
    near = max(near, REST_GAP * abs(float(live.arrays.cost @ x) + live.arrays.offset))
    return live.solve(absolute_gap=near, nodes=REST_NODES, deadline=deadline, second_look=False).x


def _solve_fixed(live: LiveModel, columns: Columns, values: Floats) -> Floats | None:
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    fixed_lower, fixed_upper = lower.copy(), upper.copy()
    fixed_lower[columns] = fixed_upper[columns] = values
    live.set_all_bounds(fixed_lower, fixed_upper)
    result = live.solve(relaxed=True, second_look=False)
    if result.status is Status.OPTIMAL and result.x is not None:
        return result.x
    live.set_all_bounds(lower, upper)
    return None
