"""Prevention: one-off measures at sites.

    Σ_t start[m,s,t] ≤ 1        adopt[m,s,t] = Σ_{τ + lead ≤ t} start[m,s,τ]

A measure is started once, works from `lead` periods later and stays; while it works it adds −ln(1−r) to the effort on
each hazard it averts. Cash is due when it is started.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyomo.core import Binary, Constraint, Set, Var

from allocopt_models.terms import (
    Block,
    Booking,
    Cell,
    Contribution,
    Cost,
    EffortTerm,
    Expr,
    Price,
    Requires,
    Works,
    add,
    total,
)
from allocopt_models.unlocking import add_unlocking


class Start(NamedTuple):
    """A measure started at a site in a period, on its body's own account (`via` blank) or under a link."""

    measure: str
    site: str
    period: str
    via: str


@dataclass(frozen=True)
class StartData:
    """What a start costs and where that is booked, what must work then, and the share of its life in the horizon."""

    cost_cny: float
    booking: Booking
    horizon_share: float
    requires: Requires


@dataclass(frozen=True)
class Prevention:
    """`works_from[m][t]`: the periods of start after which m works in t. `averts[cell]`: (measure, effort it adds)."""

    starts: Mapping[Start, StartData]
    works_from: Mapping[str, Mapping[str, Sequence[str]]]
    averts: Mapping[Cell, Sequence[tuple[str, float]]]


def add_prevention(
    b: Block, data: Prevention, *, works: Works
) -> tuple[Contribution, Mapping[Start, Expr], Mapping[tuple[str, str, str], Expr]]:
    """Adds the measures. Returns what they contribute, `start`, and `adopted` by measure, site and period."""
    add(b, "STARTS", Set(initialize=sorted(data.starts), dimen=4, doc="measure, site, period, via"))
    start = add(b, "start", Var(b.STARTS, domain=Binary, doc="1 if the measure is started there then"))
    ways: dict[tuple[str, str], list[Start]] = {}
    for key in sorted(data.starts):
        ways.setdefault((key.measure, key.site), []).append(key)
    add(b, "PLACES", Set(initialize=sorted(ways), dimen=2, doc="measure and site"))

    def started_at_most_once(_: Block, measure: str, site: str) -> Expr:
        return total([start[key] for key in ways[measure, site]]) <= 1

    add(
        b,
        "started_at_most_once",
        Constraint(b.PLACES, rule=started_at_most_once, doc="a measure is started at a site at most once"),
    )
    add_unlocking(
        b,
        "started_only_while_unlocked",
        variables=start,
        most=dict.fromkeys(data.starts, 1.0),
        requires={key: way.requires for key, way in data.starts.items()},
        works=works,
    )
    adopted = adopted_measures(data, start)
    return _contribution(data, start, adopted), start, adopted


def adopted_measures(data: Prevention, start: Mapping[Start, Expr]) -> dict[tuple[str, str, str], Expr]:
    """By (measure, site, period): 1 while the measure works there; entries only where it can."""
    ways: dict[tuple[str, str], list[Start]] = defaultdict(list)
    for key in sorted(data.starts):
        ways[key.measure, key.site].append(key)
    out: dict[tuple[str, str, str], Expr] = {}
    for (measure, site), keys in ways.items():
        for period, starts in data.works_from[measure].items():
            working = [start[key] for key in keys if key.period in starts]
            if working:
                out[measure, site, period] = total(working)
    return out


def _contribution(
    data: Prevention, start: Mapping[Start, Expr], adopted: Mapping[tuple[str, str, str], Expr]
) -> Contribution:
    out = Contribution()
    for cell, averting in data.averts.items():
        for measure, weight in averting:
            if (measure, cell.site, cell.period) in adopted:
                amount = weight * adopted[measure, cell.site, cell.period]
                out.efforts[cell].append(EffortTerm(amount, weight, (0.0, weight)))
    for key in sorted(data.starts):
        item = data.starts[key]
        out.costs.append(Cost(item.booking, item.cost_cny * start[key], horizon_share=item.horizon_share))
        if key.via:
            out.prices.append(Price(key.via, key.period, start[key]))
    return out
