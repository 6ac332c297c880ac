"""What the next sum of money would buy: each budget line a step up, on the live model with whole numbers left out.

The step's gain is the fall of the relaxation's optimum, so it leaves rounding out: a guide to where money is short,
and an upper limit on what proofs can promise, not a plan.
"""

from __future__ import annotations

import time
from typing import Any

from allocopt.solver import Result, Status
from allocopt.solving.search import Search

# A step is this share of the line, and at least this many CNY.
STEP_SHARE, SMALLEST_STEP = 0.05, 10_000.0


def next_money(search: Search, base: Result, deadline: float | None) -> list[dict[str, Any]]:
    """For each line: the step in CNY and how far the objective would fall from the relaxation `base`.

    Lines not reached in time are left out.
    """
    out, column = [], search.arrays.column_of()
    for name, line in search.city.data.lines.items():
        if deadline is not None and time.monotonic() > deadline:
            break
        step = max(STEP_SHARE * line.amount_cny, SMALLEST_STEP)
        extra = column[id(search.city.model.money.extra[name])]
        search.live.set_bounds(extra, 0.0, step)
        raised = search.live.solve(relaxed=True, deadline=deadline)
        search.live.set_bounds(extra, 0.0, 0.0)
        if raised.status is Status.OPTIMAL:
            out.append({"line": name, "step_cny": step, "gain": max(base.objective - raised.objective, 0.0)})
    return out
