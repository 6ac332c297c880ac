"""Inspection: whole visits by crews drawn from pools.

    Σ_{pool, via} fill[q,s,t,role,pool,via] = visits[q,s,t] ≤ most[q]            for every role of the kind's crew
    effort on (s, h, t) = Σ_q Σ_{τ ≤ t} −ln(1−d[q,h]) · keep[h]^(t−τ) · visits[q,s,τ]

A mechanism that makes visits find more adds the difference of the two efforts for visits made while it works
(`sharper` = visits · works, linearised; exact because both factors are whole and works is 0 or 1).

Referral: of the visits of a screening kind a share raises a suspicion, which an enforcing visit in the same area must
settle, `lag` periods later:

    Σ_{pool, via} enforce[q',a,t,role,pool,via] = Σ suspects[q] · visits[q,s,t−lag]       for every role of q'

These carry hours and cost but no effort, since d already counts on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyomo.core import Constraint, NonNegativeIntegers, NonNegativeReals, Set, Var

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
from allocopt_models.unlocking import add_unlocking, in_force


class Visit(NamedTuple):
    kind: str
    site: str
    period: str


class Filling(NamedTuple):
    """One way to fill a role. `place` is a site for visits, an area for the enforcing visits of a referral."""

    kind: str
    place: str
    period: str
    role: str
    pool: str
    via: str


@dataclass(frozen=True)
class FillingData:
    """What one visit takes from the pool and costs, where that is booked, and what must work for it."""

    hours: float
    labour_cny: float
    labour: Booking
    materials_cny: float
    materials: Booking
    requires: Requires


@dataclass(frozen=True)
class Inspection:
    """`averts[cell]`: (visit, effort one adds to the cell); `sharper[cell]`: (visit, mechanism, further effort while
    it works). `due[q', area, t]`: (visit, enforcing visits that follow one). `lent_hours[link, pool, t]`: at most.
    `reach[q, t]`: visits of the kind that all pools together can make at most."""

    most: Mapping[Visit, int]
    fillings: Mapping[Filling, FillingData]
    averts: Mapping[Cell, Sequence[tuple[Visit, float]]]
    sharper: Mapping[Cell, Sequence[tuple[Visit, str, float]]]
    enforcing: Mapping[Filling, FillingData]
    due: Mapping[tuple[str, str, str], Sequence[tuple[Visit, float]]]
    lent_hours: Mapping[tuple[str, str, str], float]
    link_mechanism: Mapping[str, str | None]
    reach: Mapping[tuple[str, str], float]


def add_inspection(b: Block, data: Inspection, *, works: Works) -> tuple[Contribution, Mapping[Visit, Expr]]:
    """Adds visits, crews and referrals. Returns what they contribute and the variables `visits`."""
    add(b, "VISITS", Set(initialize=sorted(data.most), dimen=3, doc="kind, site, period"))
    visits = add(
        b,
        "visits",
        Var(
            b.VISITS,
            domain=NonNegativeIntegers,
            bounds=lambda _, *v: (0, data.most[Visit(*v)]),
            doc="visits of the kind to the site in the period",
        ),
    )
    fill = _add_crews(b, data, visits, works)
    enforce = _add_referrals(b, data, visits, works)
    _lent_within_share(b, data, fill, enforce, works)
    out = Contribution()
    _add_effort(b, data, visits, works, out)
    for ways, variables in ((data.fillings, fill), (data.enforcing, enforce)):
        for key, way in ways.items():
            _book(out, key, way, variables[key])
    return out, visits


def _add_crews(b: Block, data: Inspection, visits: Mapping[Visit, Expr], works: Works) -> Any:
    add(
        b,
        "FILLINGS",
        Set(initialize=sorted(data.fillings), dimen=6, doc="kind, site, period, role, pool, via"),
    )
    fill = add(
        b,
        "fill",
        Var(
            b.FILLINGS,
            domain=NonNegativeIntegers,
            bounds=lambda _, *f: (0, data.most[Visit(*f[:3])]),
            doc="visits in which the pool fills the role",
        ),
    )
    ways: dict[tuple[str, ...], list[Filling]] = defaultdict(list)
    for key in sorted(data.fillings):
        ways[key.kind, key.place, key.period, key.role].append(key)
    add(b, "ROLES", Set(initialize=sorted(ways), dimen=4, doc="kind, site, period, role"))

    def crew_is_complete(_: Block, *role: str) -> Expr:
        return total([fill[key] for key in ways[role]]) == visits[Visit(*role[:3])]

    add(
        b,
        "crew_is_complete",
        Constraint(b.ROLES, rule=crew_is_complete, doc="every role of a visit is filled once"),
    )
    add_unlocking(
        b,
        "filled_only_while_unlocked",
        variables=fill,
        most={key: data.most[Visit(*key[:3])] for key in data.fillings},
        requires={key: way.requires for key, way in data.fillings.items()},
        works=works,
    )
    return fill


def _add_referrals(b: Block, data: Inspection, visits: Mapping[Visit, Expr], works: Works) -> Any:
    add(
        b,
        "ENFORCINGS",
        Set(initialize=sorted(data.enforcing), dimen=6, doc="kind, area, period, role, pool, via"),
    )
    most = {
        due: sum(suspects * data.most[visit] for visit, suspects in referring) for due, referring in data.due.items()
    }
    enforce = add(
        b,
        "enforce",
        Var(
            b.ENFORCINGS,
            domain=NonNegativeReals,
            bounds=lambda _, *f: (0, most[f[0], f[1], f[2]]),
            doc="enforcing visits in the area in which the pool fills the role",
        ),
    )
    ways: dict[tuple[str, ...], list[Filling]] = defaultdict(list)
    for key in sorted(data.enforcing):
        ways[key.kind, key.place, key.period, key.role].append(key)
    add(b, "DUE", Set(initialize=sorted(ways), dimen=4, doc="enforcing kind, area, period, role"))

    def suspicion_is_followed(_: Block, kind: str, area: str, period: str, role: str) -> Expr:
        owed = total([suspects * visits[visit] for visit, suspects in data.due[kind, area, period]])
        return total([enforce[key] for key in ways[kind, area, period, role]]) == owed

    add(
        b,
        "suspicion_is_followed",
        Constraint(b.DUE, rule=suspicion_is_followed, doc="enforcing visits follow what screening visits suspect"),
    )
    add_unlocking(
        b,
        "enforced_only_while_unlocked",
        variables=enforce,
        most={key: most[key[:3]] for key in data.enforcing},
        requires={key: way.requires for key, way in data.enforcing.items()},
        works=works,
    )
    return enforce


def _lent_within_share(
    b: Block, data: Inspection, fill: Mapping[Filling, Expr], enforce: Mapping[Filling, Expr], works: Works
) -> None:
    lent: dict[tuple[str, str, str], list[Expr]] = defaultdict(list)
    for ways, variables in ((data.fillings, fill), (data.enforcing, enforce)):
        for key in sorted(ways):
            if key.via:
                lent[key.via, key.pool, key.period].append(ways[key].hours * variables[key])
    add(b, "LENT", Set(initialize=sorted(lent), dimen=3, doc="link, pool, period"))

    def lent_within_share(_: Block, link: str, pool: str, period: str) -> Expr:
        most = data.lent_hours[link, pool, period] * in_force(works, data.link_mechanism[link], period)
        return total(lent[link, pool, period]) <= most

    add(
        b,
        "lent_within_share",
        Constraint(b.LENT, rule=lent_within_share, doc="a link lends at most its share of a pool's hours"),
    )


def _add_effort(b: Block, data: Inspection, visits: Mapping[Visit, Expr], works: Works, out: Contribution) -> None:
    for cell, averting in data.averts.items():
        for visit, weight in averting:
            values = tuple(weight * n for n in range(data.most[visit] + 1))
            out.efforts[cell].append(EffortTerm(weight * visits[visit], values[-1], values))
    boosted = sorted({(*visit, z) for rows in data.sharper.values() for visit, z, _ in rows})
    add(b, "SHARPER", Set(initialize=boosted, dimen=4, doc="kind, site, period, mechanism"))
    sharper = add(
        b,
        "sharper",
        Var(b.SHARPER, domain=NonNegativeReals, doc="visits made while the mechanism makes them find more"),
    )

    def sharper_only_where_visited(_: Block, kind: str, site: str, period: str, z: str) -> Expr:
        return sharper[kind, site, period, z] <= visits[Visit(kind, site, period)]

    def sharper_only_while_it_works(_: Block, kind: str, site: str, period: str, z: str) -> Expr:
        return sharper[kind, site, period, z] <= data.most[Visit(kind, site, period)] * works[z, period]

    add(
        b,
        "sharper_only_where_visited",
        Constraint(b.SHARPER, rule=sharper_only_where_visited, doc="no visit, no gain"),
    )
    add(
        b,
        "sharper_only_while_it_works",
        Constraint(b.SHARPER, rule=sharper_only_while_it_works, doc="the mechanism must work"),
    )
    _sharper_within_reach(b, data, sharper, works)
    for cell, rows in data.sharper.items():
        for visit, z, weight in rows:
            out.efforts[cell].append(EffortTerm(weight * sharper[(*visit, z)], weight * data.most[visit]))


def _sharper_within_reach(b: Block, data: Inspection, sharper: Mapping[tuple[str, ...], Expr], works: Works) -> None:
    by_kind: dict[tuple[str, str, str], list[Expr]] = defaultdict(list)
    for kind, site, period, z in b.SHARPER:
        by_kind[kind, period, z].append(sharper[kind, site, period, z])
    add(b, "SHARPER_KINDS", Set(initialize=sorted(by_kind), dimen=3, doc="kind, period, mechanism"))

    def sharper_within_reach(_: Block, kind: str, period: str, z: str) -> Expr:
        return total(by_kind[kind, period, z]) <= data.reach[kind, period] * works[z, period]

    add(
        b,
        "sharper_within_reach",
        Constraint(
            b.SHARPER_KINDS, rule=sharper_within_reach, doc="no more than all pools can make; tightens the bound"
        ),
    )


def _book(out: Contribution, key: Filling, way: FillingData, made: Expr) -> None:
    out.pool_hours[key.pool, key.period].append(way.hours * made)
    if way.labour_cny:
        out.costs.append(Cost(way.labour, way.labour_cny * made))
    if way.materials_cny:
        out.costs.append(Cost(way.materials, way.materials_cny * made))
    if key.via:
        out.prices.append(Price(key.via, key.period, way.hours * made))
