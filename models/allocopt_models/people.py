"""People: an hour of a pool is spent once, whoever asks for it.

Σ hours over visits, enforcing visits and crews of patrol units ≤ headcount · hours        for each pool and period
"""

from __future__ import annotations

from collections.abc import Mapping

from pyomo.core import Constraint, Set

from allocopt_models.terms import Block, Contribution, Expr, Works, add, total
from allocopt_models.unlocking import in_force


def add_people(
    b: Block,
    *,
    asked: Contribution,
    hours: Mapping[tuple[str, str], float],
    mechanism: Mapping[str, str | None],
    works: Works,
) -> None:
    """Adds the hours of every pool; `hours` has what each has in a period, `mechanism` what must work for it."""
    add(
        b,
        "POOLS",
        Set(
            initialize=sorted(p for p in asked.pool_hours if asked.pool_hours[p]),
            dimen=2,
            doc="pool and period",
        ),
    )

    def hours_within_pool(_: Block, pool: str, period: str) -> Expr:
        most = hours[pool, period] * in_force(works, mechanism[pool], period)
        return total(asked.pool_hours[pool, period]) <= most

    add(
        b,
        "hours_within_pool",
        Constraint(b.POOLS, rule=hours_within_pool, doc="a pool's hours are spent once"),
    )
