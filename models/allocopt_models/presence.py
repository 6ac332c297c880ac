"""Presence: hours of visible patrol at sites, in the duty time that units have free.

Σ_s presence[u,s,t,j,via] ≤ patrol_share[u] · D[t,j] · Σ_p units[u,p,t,j]
effort on (s, h, t, j) = Σ_u −ln(1−a[u,h]) · presence[u,s,t,j,·]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyomo.core import Constraint, NonNegativeReals, Set, Var

from allocopt_models.lending import add_lending
from allocopt_models.patrol import Stationed
from allocopt_models.terms import (
    Block,
    Cell,
    Contribution,
    EffortTerm,
    Expr,
    Price,
    Requires,
    Works,
    add,
    total,
)
from allocopt_models.unlocking import add_unlocking


class Present(NamedTuple):
    unit: str
    site: str
    period: str
    shift: str
    via: str


@dataclass(frozen=True)
class Presence:
    """`ways`: what must work. `free_hours[u, t, j]`: hours that one unit on duty has free. `most_units[u]`: at once.
    `lent[link]`: share lent. `averts[cell]`: (presence, effort of an hour)."""

    ways: Mapping[Present, Requires]
    free_hours: Mapping[tuple[str, str, str], float]
    most_units: Mapping[str, int]
    lent_share: Mapping[str, float]
    averts: Mapping[Cell, Sequence[tuple[Present, float]]]


def add_presence(
    b: Block, data: Presence, *, stationed: Stationed, works: Works
) -> tuple[Contribution, Mapping[Present, Expr]]:
    """Adds hours of visible patrol. Returns the contribution and the variables."""

    def most(key: Present) -> float:
        return data.free_hours[key.unit, key.period, key.shift] * data.most_units[key.unit]

    add(b, "PRESENCES", Set(initialize=sorted(data.ways), dimen=5, doc="unit, site, period, shift, via"))
    hours = add(
        b,
        "presence",
        Var(
            b.PRESENCES,
            domain=NonNegativeReals,
            bounds=lambda _, *p: (0, most(Present(*p))),
            doc="hours of visible patrol at the site",
        ),
    )
    _within_duty(b, data, hours, stationed)
    add_unlocking(
        b,
        "present_only_while_unlocked",
        variables=hours,
        most={p: most(p) for p in data.ways},
        requires=data.ways,
        works=works,
    )
    out = Contribution()
    for cell, rows in data.averts.items():
        for p, weight in rows:
            out.efforts[cell].append(EffortTerm(weight * hours[p], weight * most(p)))
    for p in sorted(data.ways):
        if p.via:
            out.prices.append(Price(p.via, p.period, hours[p]))
    return out, hours


def _within_duty(b: Block, data: Presence, hours: Mapping[Present, Expr], stationed: Stationed) -> None:
    spent, lent = defaultdict(list), defaultdict(list)
    for p in sorted(data.ways):
        spent[p.unit, p.period, p.shift].append(hours[p])
        if p.via:
            lent[p.via, p.unit, p.period, p.shift].append(hours[p])
    free = {key: data.free_hours[key] * stationed.on_duty(*key) for key in spent}

    def presence_within_duty(_: Block, *key: str) -> Expr:
        return total(spent[key]) <= free[key]  # type: ignore[index]

    add(b, "DUTIES", Set(initialize=sorted(spent), dimen=3, doc="unit, period, shift"))
    add(
        b,
        "presence_within_duty",
        Constraint(b.DUTIES, rule=presence_within_duty, doc="visible patrol in free duty time"),
    )
    add_lending(
        b,
        lent=lent,
        most=lambda via, *duty: data.lent_share[via] * free[duty],
        parts="link, unit, period, shift",
        doc="a link lends its share of that time",
    )
