"""What is told of a plan beyond its search: what the relaxation proves by itself, and what the next money would buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allocopt.solver import Status
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.certificate import bound_rests_on
from allocopt.solving.next_money import next_money
from allocopt.solving.proof import relaxation_bound, root_bound
from allocopt.solving.search import Search


def afterthoughts(
    search: Search,
    bound: float,
    deadline: float | None,
    multipliers: Floats | None = None,
    proving: Sequence[Row] = (),
) -> dict[str, Any]:
    """What the relaxation proves without trusting the solver, what the plan's bound rests on, and what the next money
    would buy; {} out of time. Row `multipliers` that prove a bound are taken where the relaxation was solved in blocks,
    or no money is to be told of."""
    blocks = search.blocks
    if multipliers is not None and (blocks is not None or not search.city.data.lines):
        proved = root_bound(search.arrays, multipliers, proving)
    else:
        base = search.relaxation(deadline)
        if base.status is not Status.OPTIMAL:
            return {}
        proved = relaxation_bound(search.live, base)

    def fall(column: int, step: float) -> float | None:
        return search.fall(base, column, step, deadline) if blocks is None else blocks.fall(column, step, deadline)

    return {
        "root_bound": proved,
        "bound_rests_on": bound_rests_on(bound, proved),
        "next_money": next_money(search, fall, deadline),
    }
