"""Mechanisms: city-wide investments that unlock what is not possible without them.

    Σ_t start[z,t] ≤ 1        works[z,t] = Σ_{τ + lead ≤ t} start[z,τ]

Whatever a mechanism unlocks is bounded by `works` in the block of the programme it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyomo.core import Binary, Constraint, Expression, Set, Var

from allocopt_models.terms import Block, Booking, Contribution, Cost, Expr, Works, add, total


@dataclass(frozen=True)
class Mechanisms:
    """By mechanism: what each payer pays when it starts in a period (with the share of its life in the horizon), and
    the periods of start after which it works in a period."""

    costs: Mapping[tuple[str, str], Sequence[tuple[Booking, float]]]
    horizon_share: Mapping[tuple[str, str], float]
    works_from: Mapping[str, Mapping[str, Sequence[str]]]


def add_mechanisms(b: Block, data: Mechanisms) -> tuple[Contribution, Works]:
    """Adds the mechanisms. Returns what they cost, and `works` by mechanism and period."""
    add(b, "MECHANISMS", Set(initialize=sorted(data.works_from), doc="mechanisms"))
    add(b, "STARTS", Set(initialize=sorted(data.costs), dimen=2, doc="mechanism and period"))
    start = add(b, "start", Var(b.STARTS, domain=Binary, doc="1 if the mechanism is started then"))
    periods = {z: [t for (y, t) in sorted(data.costs) if y == z] for z in data.works_from}

    def started_at_most_once(_: Block, z: str) -> Expr:
        return total([start[z, t] for t in periods[z]]) <= 1

    add(
        b,
        "started_at_most_once",
        Constraint(b.MECHANISMS, rule=started_at_most_once, doc="a mechanism is started at most once"),
    )
    working = [(z, t) for z in sorted(data.works_from) for t in data.works_from[z]]
    add(b, "WORKING", Set(initialize=working, dimen=2, doc="mechanism and period"))

    def works(_: Block, z: str, t: str) -> Expr:
        return total([start[z, tau] for tau in data.works_from[z][t]])

    add(b, "works", Expression(b.WORKING, rule=works, doc="1 while the mechanism works"))
    out = Contribution()
    for z, t in sorted(data.costs):
        for booking, cost_cny in data.costs[z, t]:
            out.costs.append(Cost(booking, cost_cny * start[z, t], horizon_share=data.horizon_share[z, t]))
    return out, b.works
