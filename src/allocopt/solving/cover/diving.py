"""A plan from the relaxation: the likeliest station is taken, again and again, and the rest decided anew.

Rows of odd sets go on coming in meanwhile, for they tell which stations belong together (diving: Berthold 2006).
"""

from __future__ import annotations

import numpy as np

from allocopt.solving.cover.odd_sets import SLIGHT
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.relaxed import Relaxation

# Rows come in whenever so many stations have been taken, so many at most.
STEPS_A_ROUND, ROWS_A_ROUND = 4, 200
# A station is taken whole, or not at all, up to this.
WHOLE = 1e-6


def dived(relaxation: Relaxation) -> list[Whole]:
    """The stations of a plan; none where it was stopped. Bounds, and the last solution, are as before."""
    live, result = relaxation.live, relaxation.result
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    try:
        return _taken_one_by_one(relaxation)
    finally:
        live.set_all_bounds(lower, upper)
        relaxation.result = result


def _taken_one_by_one(relaxation: Relaxation) -> list[Whole]:
    live, steps = relaxation.live, 0
    while relaxation.result is not None and relaxation.result.x is not None:
        x = relaxation.result.x[: relaxation.stations]
        partly = np.flatnonzero((x > WHOLE) & (x < 1.0 - WHOLE))
        if not len(partly):
            return [np.flatnonzero(x > 0.5)]
        lower = live.arrays.lower.copy()
        lower[np.flatnonzero(x >= 1.0 - WHOLE)] = 1.0
        lower[partly[x[partly].argmax()]] = 1.0
        live.set_all_bounds(lower, live.arrays.upper)
        steps += 1
        if relaxation.look() and steps % STEPS_A_ROUND == 0 and relaxation.strengthen(ROWS_A_ROUND, SLIGHT):
            relaxation.look()
    return []
