"""A better plan of a covering problem, place by place.

Around one post of the plan after the other, all posts within a few steps are decided anew and everything else is held,
as long as that betters the plan; a step leads to the posts that cover a cell in common (partial optimization under
special intensification conditions: Taillard and Voss 2002; variable depth: Hansen and Mladenović 2001). A plan found
this way is a start, never a bound.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import LiveModel
from allocopt.solver.arrays import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

POSTS = "patrol.units"
# With fewer posts the solver alone is quick.
FEW_POSTS = 400
# How many steps away is still near, at first and at last.
DEPTHS = (2, 3)
# A neighbourhood is searched for so many nodes, which is the same on every machine.
NODES = 10
Columns = NDArray[np.int64]


def is_covering(live: LiveModel) -> bool:
    """Whether the only whole numbers are units at posts, and there are many."""
    whole = live.arrays.whole
    return int(whole.sum()) >= FEW_POSTS and bool((live.arrays.components[whole] == POSTS).all())


def better_nearby(live: LiveModel, x: Floats, deadline: float | None) -> Floats:
    """A plan at least as good as `x`, which is whole, for a covering problem."""
    posts = np.flatnonzero(live.arrays.whole)
    step = _one_step(live, posts)
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    try:
        for depth in DEPTHS:
            x = _sweep(live, x, posts, step, depth, deadline)
    finally:
        live.set_all_bounds(lower, upper)
    return x


def _sweep(live: LiveModel, x: Floats, posts: Columns, step: csr_array, depth: int, deadline: float | None) -> Floats:
    """Until nothing near a post of the plan betters it; what was in vain is tried again where the plan changed."""
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    in_vain = np.zeros(len(posts), dtype=bool)
    while len(left := np.flatnonzero((x[posts] > 0.5) & ~in_vain)):
        if live.was_interrupted or (deadline is not None and time.monotonic() > deadline):
            break
        near = _near(step, int(left[0]), depth)
        held = posts[~near]
        fixed_lower, fixed_upper = lower.copy(), upper.copy()
        fixed_lower[held] = fixed_upper[held] = np.round(x[held])
        live.set_all_bounds(fixed_lower, fixed_upper)
        result = live.solve(start=x, nodes=NODES, deadline=deadline, second_look=False)
        if result.x is not None and result.objective < _cost(live, x) - 1e-9 * max(abs(_cost(live, x)), 1.0):
            x, in_vain = result.x, in_vain & ~near
        else:
            in_vain[left[0]] = True
    live.set_all_bounds(lower, upper)
    return x


def _cost(live: LiveModel, x: Floats) -> float:
    return float(live.arrays.cost @ x) + live.arrays.offset


def _near(step: csr_array, post: int, depth: int) -> NDArray[np.bool_]:
    """All posts within so many steps."""
    near = np.zeros(step.shape[0])
    near[post] = 1.0
    for _ in range(depth):
        near = np.minimum(near + step @ near, 1.0)
    return near > 0


def _one_step(live: LiveModel, posts: Columns) -> csr_array:
    """Which posts stand in a row together, those rows left out in which most posts stand."""
    from scipy.sparse import csr_array

    arrays = live.arrays
    matrix = csr_array(
        (np.ones(len(arrays.values)), arrays.columns, arrays.starts), shape=(len(arrays.starts) - 1, live.columns)
    )
    rows = matrix[:, posts]
    rows = rows[np.diff(rows.indptr) < len(posts) / 4]
    return csr_array(rows.T @ rows)
