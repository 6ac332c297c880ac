"""What the next sum of money would buy: each budget line a step up, with whole numbers left out.

The step's gain is the fall of the relaxation's optimum, so it leaves rounding out: a guide to where money is short,
and an upper limit on what proofs can promise, not a plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allocopt.solving.search import Search

# A step is this share of the line, and at least this many CNY.
STEP_SHARE, SMALLEST_STEP = 0.05, 10_000.0
# By how much the relaxation falls when a column may rise by a step; None out of time.
Fall = Callable[[int, float], float | None]


def next_money(search: Search, fall: Fall, deadline: float | None) -> list[dict[str, Any]]:
    """For each line: the step in CNY and how far the objective would fall.

    Lines not reached in time are left out.
    """
    out, column = [], search.arrays.column_of()
    for name, line in search.city.data.lines.items():
        if deadline is not None and time.monotonic() > deadline:
            break
        step = max(STEP_SHARE * line.amount_cny, SMALLEST_STEP)
        gain = fall(column[id(search.city.model.money.extra[name])], step)
        if gain is not None:
            out.append({"line": name, "step_cny": step, "gain": gain})
    return out
