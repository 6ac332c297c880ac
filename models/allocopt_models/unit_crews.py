"""Crews of patrol units that are drawn from pools, so that an officer's hour is spent once.

Σ_{role, pool, via} people[u,t,j,·] = crew[u] · Σ_p units[u,p,t,j]
Σ people[role] = needed[role] · Σ_p units          where the role's number is fixed
Σ people[role] ≤ ratio · Σ people[ratio_to]        at most so many volunteers an officer
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pyomo.core import Constraint, NonNegativeIntegers, Set, Var

from allocopt_models.lending import add_lending
from allocopt_models.patrol import Stationed
from allocopt_models.terms import (
    Block,
    Booking,
    Contribution,
    Cost,
    Expr,
    Price,
    Requires,
    Works,
    add,
    total,
)
from allocopt_models.unlocking import add_unlocking


class Drawn(NamedTuple):
    """People of a pool in a role of the units of a type on duty."""

    unit: str
    period: str
    shift: str
    role: str
    pool: str
    via: str


@dataclass(frozen=True)
class DrawnData:
    """Most people, hours and cost of one for the shift, booking, and what must work."""

    most: int
    hours: float
    cost_cny: float
    booking: Booking
    requires: Requires


@dataclass(frozen=True)
class UnitCrews:
    """`size[u]`: people a unit. `fixed[u, role]`: people of a role a unit. `ratios[u, role]`: (other role, at most so
    many for one of it). `lent_hours[link, pool, t]`: hours at most."""

    drawn: Mapping[Drawn, DrawnData]
    size: Mapping[str, int]
    fixed: Mapping[tuple[str, str], int]
    ratios: Mapping[tuple[str, str], tuple[str, float]]
    times: tuple[tuple[str, str], ...]
    lent_hours: Mapping[tuple[str, str, str], float]


def add_unit_crews(
    b: Block, data: UnitCrews, *, stationed: Stationed, works: Works
) -> tuple[Contribution, Mapping[Drawn, Expr]]:
    """Adds the people of units. Returns the contribution and the variables."""
    add(b, "DRAWN", Set(initialize=sorted(data.drawn), dimen=6, doc="unit, period, shift, role, pool, via"))
    people = add(
        b,
        "people",
        Var(
            b.DRAWN,
            domain=NonNegativeIntegers,
            bounds=lambda _, *d: (0, data.drawn[Drawn(*d)].most),
            doc="people of the pool in the role",
        ),
    )
    _ratios_kept(b, data, people, stationed)
    add_unlocking(
        b,
        "drawn_only_while_unlocked",
        variables=people,
        most={d: way.most for d, way in data.drawn.items()},
        requires={d: way.requires for d, way in data.drawn.items()},
        works=works,
    )
    _lent_within_share(b, data, people)
    out = Contribution()
    for d in sorted(data.drawn):
        way = data.drawn[d]
        out.pool_hours[d.pool, d.period].append(way.hours * people[d])
        out.costs.append(Cost(way.booking, way.cost_cny * people[d]))
        if d.via:
            out.prices.append(Price(d.via, d.period, way.hours * people[d]))
    return out, people


def _ratios_kept(b: Block, data: UnitCrews, people: Mapping[Drawn, Expr], stationed: Stationed) -> None:
    in_role: dict[tuple[str, ...], list[Expr]] = defaultdict(list)
    in_unit: dict[tuple[str, ...], list[Expr]] = defaultdict(list)
    for d in sorted(data.drawn):
        in_role[d.unit, d.role, d.period, d.shift].append(people[d])
        in_unit[d.unit, d.period, d.shift].append(people[d])
    duty = {(u, t, j): stationed.on_duty(u, t, j) for u in sorted(data.size) for t, j in data.times}

    def crew_is_complete(_: Block, u: str, t: str, j: str) -> Expr:
        return total(in_unit[u, t, j]) == data.size[u] * duty[u, t, j]

    def role_is_filled(_: Block, u: str, role: str, t: str, j: str) -> Expr:
        return total(in_role[u, role, t, j]) == data.fixed[u, role] * duty[u, t, j]

    def ratio_is_kept(_: Block, u: str, role: str, t: str, j: str) -> Expr:
        other, ratio = data.ratios[u, role]
        return total(in_role[u, role, t, j]) <= ratio * total(in_role[u, other, t, j])

    # A row without a variable is no Pyomo expression: a unit that cannot stand by and has no people needs none.
    drawn_from = {key for key in duty if in_unit[key] or not isinstance(duty[key], float)}
    add(b, "CREWS", Set(initialize=sorted(drawn_from), dimen=3, doc="unit, period, shift"))
    fixed = [(u, r, t, j) for u, r in sorted(data.fixed) for t, j in data.times if (u, t, j) in drawn_from]
    ratios = [(u, r, t, j) for u, r in sorted(data.ratios) for t, j in data.times if in_role[u, r, t, j]]
    add(b, "FIXED_ROLES", Set(initialize=fixed, dimen=4, doc="unit, role, period, shift"))
    add(b, "RATIOS", Set(initialize=ratios, dimen=4, doc="unit, role, period, shift"))
    add(
        b,
        "crew_is_complete",
        Constraint(b.CREWS, rule=crew_is_complete, doc="every unit on duty has its people"),
    )
    add(
        b,
        "role_is_filled",
        Constraint(b.FIXED_ROLES, rule=role_is_filled, doc="roles with a fixed number have it"),
    )
    add(b, "ratio_is_kept", Constraint(b.RATIOS, rule=ratio_is_kept, doc="mixed crews keep their ratios"))


def _lent_within_share(b: Block, data: UnitCrews, people: Mapping[Drawn, Expr]) -> None:
    lent: dict[tuple[str, str, str], list[Expr]] = defaultdict(list)
    for d in sorted(data.drawn):
        if d.via:
            lent[d.via, d.pool, d.period].append(data.drawn[d].hours * people[d])
    add_lending(
        b,
        lent=lent,
        most=lambda *key: data.lent_hours[key],
        parts="link, pool, period",
        doc="a link lends its share of a pool's hours",
    )
