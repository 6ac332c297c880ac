"""A first plan by diving: fix what the relaxation nearly decides, solve it again, and so on.

Diving heuristics as in mixed-integer solvers (Achterberg 2007, chapter 9), in the order in which decisions depend on
each other: first what unlocks and opens, then units and measures. What is done by whom is then searched among the two
whole numbers next to each number of the relaxation (relaxation enforced neighbourhood search, Berthold 2014); units and
measures can be as well, which takes longer and finds better. A plan found this way is a start, never a bound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import LiveModel, SolverError, Status
from allocopt.solver.arrays import Floats

# Components in the order in which they are fixed, what opens and unlocks first.
ORDER = (
    ("mechanisms.start", "patrol.opened", "supply.opened"),
    ("patrol.units", "crews.people", "patrol.committed", "prevention.start"),
)
# What is left at the end is never searched nearer than this, relative.
REST_GAP, REST_SHARE = 1e-3, 0.5
# Units and measures are never searched nearer than this share of the way to a plan that is good enough.
UNITS_SHARE = 0.35
# A stage that is not whole after so many steps is rounded down.
MOST_STEPS = 25
# Of what is still open at a stage, this share is fixed before the relaxation is solved again.
SHARE = 0.34
# What opens or unlocks is taken from this value of the relaxation on: its use is spread over many actions.
TAKEN_FROM = 0.25
FRACTION = 1e-6
Columns = NDArray[np.int64]


@dataclass(frozen=True)
class Rest:
    """How far what is left at the end of a dive is searched: to `near`, in units of the objective, to REST_GAP, or to
    REST_SHARE of the way to an objective that is `enough`, whichever is widest; for so many nodes of a search tree; or
    until the `first` plan. With `units` units and measures are searched as well, to UNITS_SHARE of the way."""

    near: float = 0.0
    enough: float = -np.inf
    nodes: int = 200
    first: bool = False
    units: bool = False


def dive(live: LiveModel, x: Floats, deadline: float | None, rest: Rest = Rest()) -> Floats | None:
    """Whole values for all columns near the relaxed solution `x`; None when the dive runs aground or out of time."""
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    names, whole = live.arrays.components, live.arrays.whole
    try:
        for stage, components in enumerate(ORDER):
            chosen = whole & np.isin(names, components)
            found = _units(live, x, chosen, deadline, rest) if stage and rest.units else None
            result = _make_whole(live, x if found is None else found, chosen, deadline, structural=stage == 0)
            if result is None:
                return None
            x = result
        return _solve_rest(live, x, whole & ~np.isin(names, sum(ORDER, ())), deadline, rest)
    except SolverError:  # a heuristic that the solver cannot follow is given up, the search goes on
        return None
    finally:
        live.set_all_bounds(lower, upper)


def _make_whole(
    live: LiveModel, x: Floats, chosen: NDArray[np.bool_], deadline: float | None, *, structural: bool
) -> Floats | None:
    """Fix batch after batch of these columns until all are whole, then hold them all."""
    columns = np.flatnonzero(chosen)
    for step in count():
        still = _fractional(x, columns)
        if not len(still):
            break
        if deadline is not None and time.monotonic() > deadline:
            return None
        result = _all_down(live, x, still) if step >= MOST_STEPS else None
        result = result if result is not None else _fix_some(live, x, still, structural=structural)
        if result is None:
            return None
        x = result
    _hold(live, columns, x)
    return x


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
    return result if result is not None else _all_down(live, x, still)


def _all_down(live: LiveModel, x: Floats, columns: Columns) -> Floats | None:
    return _solve_fixed(live, columns, np.floor(x[columns] + FRACTION))


def _hold(live: LiveModel, columns: Columns, x: Floats) -> None:
    """Keep a stage where it has come to be whole; later stages would move it off again."""
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    lower[columns] = upper[columns] = np.round(x[columns])
    live.set_all_bounds(lower, upper)


def _units(live: LiveModel, x: Floats, chosen: NDArray[np.bool_], deadline: float | None, rest: Rest) -> Floats | None:
    """Whole numbers for these columns, each one of the two next to the relaxed one, and later ones relaxed."""
    columns = np.flatnonzero(chosen)
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    near_lower, near_upper = lower.copy(), upper.copy()
    near_lower[columns] = np.maximum(lower[columns], np.floor(x[columns] + FRACTION))
    near_upper[columns] = np.minimum(upper[columns], np.ceil(x[columns] - FRACTION))
    relaxed = float(live.arrays.cost @ x) + live.arrays.offset
    near = max(REST_GAP * abs(relaxed), UNITS_SHARE * (rest.enough - relaxed))
    live.set_all_bounds(near_lower, near_upper)
    result = live.solve(absolute_gap=near, nodes=rest.nodes, deadline=deadline, second_look=False, whole=chosen)
    live.set_all_bounds(lower, upper)
    return result.x


def _solve_rest(
    live: LiveModel, x: Floats, chosen: NDArray[np.bool_], deadline: float | None, rest: Rest
) -> Floats | None:
    """Whole numbers for the columns left, each one of the two next to the relaxed one; or one lower, if none fit."""
    columns = np.flatnonzero(chosen)
    before, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    upper[columns] = np.minimum(upper[columns], np.ceil(x[columns] - FRACTION))
    relaxed = float(live.arrays.cost @ x) + live.arrays.offset
    near = max(rest.near, REST_GAP * abs(relaxed), REST_SHARE * (rest.enough - relaxed))
    for give in (0, 1):
        lower = before.copy()
        lower[columns] = np.maximum(before[columns], np.floor(x[columns] + FRACTION) - give)
        live.set_all_bounds(lower, upper)
        result = live.solve(absolute_gap=near, nodes=rest.nodes, first=rest.first, deadline=deadline, second_look=False)
        if result.x is not None:
            return result.x
    return None


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
