"""Patrol: whole units standing by at posts, shift by shift.

    Σ_{p,j} units[u,p,t,j] ≤ ⌊count[u] / relief[u]⌋          crews on duty, with their relief on the payroll
    Σ_p units[u,p,t,j] ≤ vehicles[u]      Σ_u units[u,p,t,j] ≤ room[p]      units[u,p,t,j] ≤ most · opened[p]

Under a link a unit may stand by for another body as well: `committed` ≤ `units`, within the link's share of the
payroll. Units being whole, both limits are rounded down (Chvátal 1973), which the relaxation could not know. What
standing by is worth is said in `response`, what visible patrol is worth in `presence`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor
from typing import Any, NamedTuple

from pyomo.core import Binary, Constraint, NonNegativeIntegers, Set, Var

from allocopt_models.lending import add_lending
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
from allocopt_models.unlocking import add_unlocking, in_force


class Station(NamedTuple):
    unit: str
    post: str
    period: str
    shift: str


class Commitment(NamedTuple):
    """Units at a post that stand by for another body under a link."""

    unit: str
    post: str
    period: str
    shift: str
    via: str


@dataclass(frozen=True)
class StationData:
    """Most units there at once, cost and booking of one, and what must work for the unit to be there."""

    most: int
    cost_cny: float
    booking: Booking
    requires: Requires


@dataclass(frozen=True)
class Stationing:
    """`payroll[u]`: (relief, count). `vehicles`, `room`: most at once, where limited. `openings[p]`: cost and booking
    of posts not yet open. `duty_hours[t, j]`. `commitments`: what must work. `lent_crews[link, u]`: most crews."""

    stations: Mapping[Station, StationData]
    payroll: Mapping[str, tuple[float, int]]
    vehicles: Mapping[str, int]
    room: Mapping[str, int]
    openings: Mapping[str, tuple[float, Booking]]
    duty_hours: Mapping[tuple[str, str], float]
    commitments: Mapping[Commitment, Requires]
    lent_crews: Mapping[tuple[str, str], float]
    link_mechanism: Mapping[str, str | None]

    def crews_on_duty(self, unit: str, payroll: float) -> int:
        """Whole crews of the unit that so many on the payroll keep on duty."""
        return floor(payroll / self.payroll[unit][0] + 1e-9)


@dataclass(frozen=True)
class Stationed:
    """The variables of the block."""

    units: Mapping[Station, Expr]
    committed: Mapping[Commitment, Expr]
    opened: Mapping[str, Expr]

    @cached_property
    def _by_duty(self) -> Mapping[tuple[str, str, str], Sequence[Expr]]:
        out: dict[tuple[str, str, str], list[Expr]] = defaultdict(list)
        for unit, post, period, shift in self.units:
            out[unit, period, shift].append(self.units[Station(unit, post, period, shift)])
        return out

    def on_duty(self, unit: str, period: str, shift: str) -> Expr:
        """Units of a type on duty, at all posts."""
        return total(self._by_duty.get((unit, period, shift), ()))


def add_stationing(b: Block, data: Stationing, *, works: Works) -> tuple[Contribution, Stationed]:
    """Adds units at posts. Returns what they cost and the variables."""
    add(b, "STATIONS", Set(initialize=sorted(data.stations), dimen=4, doc="unit, post, period, shift"))
    units = add(
        b,
        "units",
        Var(
            b.STATIONS,
            domain=NonNegativeIntegers,
            bounds=lambda _, *s: (0, data.stations[Station(*s)].most),
            doc="units that stand by at the post",
        ),
    )
    add(b, "OPENINGS", Set(initialize=sorted(data.openings), doc="posts that may be opened"))
    opened = add(b, "opened", Var(b.OPENINGS, domain=Binary, doc="1 if the post is opened"))
    _within_means(b, data, units, {post: opened[post] for post in data.openings})
    _only_where_open(b, data, units, opened)
    add_unlocking(
        b,
        "stationed_only_while_unlocked",
        variables=units,
        most={s: way.most for s, way in data.stations.items()},
        requires={s: way.requires for s, way in data.stations.items()},
        works=works,
    )
    committed = _add_commitments(b, data, units, works)
    return _costs(data, units, opened, committed), Stationed(units, committed, opened)


def _within_means(b: Block, data: Stationing, units: Mapping[Station, Expr], opened: Mapping[str, Expr]) -> None:
    by_payroll: dict[tuple[str, ...], list[Expr]] = defaultdict(list)
    by_vehicles: dict[tuple[str, ...], list[Expr]] = defaultdict(list)
    by_room: dict[tuple[str, ...], list[Expr]] = defaultdict(list)
    for s in sorted(data.stations):
        by_payroll[s.unit, s.period].append(units[s])
        if s.unit in data.vehicles:
            by_vehicles[s.unit, s.period, s.shift].append(units[s])
        if s.post in data.room:
            by_room[s.post, s.period, s.shift].append(units[s])

    def crews_within_payroll(_: Block, unit: str, period: str) -> Expr:
        return total(by_payroll[unit, period]) <= data.crews_on_duty(unit, data.payroll[unit][1])

    def vehicles_within_fleet(_: Block, *key: str) -> Expr:
        return total(by_vehicles[key]) <= data.vehicles[key[0]]

    def units_within_room(_: Block, *key: str) -> Expr:
        return total(by_room[key]) <= data.room[key[0]] * opened.get(key[0], 1.0)

    add(b, "PAYROLLS", Set(initialize=sorted(by_payroll), dimen=2, doc="unit and period"))
    add(b, "FLEETS", Set(initialize=sorted(by_vehicles), dimen=3, doc="unit, period, shift"))
    add(b, "ROOMS", Set(initialize=sorted(by_room), dimen=3, doc="post, period, shift"))
    add(
        b,
        "crews_within_payroll",
        Constraint(b.PAYROLLS, rule=crews_within_payroll, doc="crews on duty, with relief"),
    )
    add(b, "vehicles_within_fleet", Constraint(b.FLEETS, rule=vehicles_within_fleet, doc="one vehicle a unit"))
    add(b, "units_within_room", Constraint(b.ROOMS, rule=units_within_room, doc="a post holds so many units"))


def _only_where_open(b: Block, data: Stationing, units: Mapping[Station, Expr], opened: Mapping[str, Expr]) -> None:
    shut = [s for s in sorted(data.stations) if s.post in data.openings]
    add(b, "SHUT_STATIONS", Set(initialize=shut, dimen=4, doc="stations at posts not yet open"))

    def stationed_only_where_open(_: Block, *s: str) -> Expr:
        station = Station(*s)
        return units[station] <= data.stations[station].most * opened[station.post]

    add(
        b,
        "stationed_only_where_open",
        Constraint(b.SHUT_STATIONS, rule=stationed_only_where_open, doc="a post must be opened to hold units"),
    )


def _add_commitments(b: Block, data: Stationing, units: Mapping[Station, Expr], works: Works) -> Any:
    add(
        b,
        "COMMITMENTS",
        Set(initialize=sorted(data.commitments), dimen=5, doc="unit, post, period, shift, link"),
    )
    committed = add(
        b,
        "committed",
        Var(b.COMMITMENTS, domain=NonNegativeIntegers, doc="units that stand by for another body too"),
    )

    def committed_are_there(_: Block, *key: str) -> Expr:
        return committed[key] <= units[Station(*key[:4])]

    lent = defaultdict(list)
    for c in sorted(data.commitments):
        lent[c.via, c.unit, c.period].append(committed[c])

    def most_lent(via: str, unit: str, period: str) -> Expr:
        most = data.crews_on_duty(unit, data.lent_crews[via, unit])
        return most * in_force(works, data.link_mechanism[via], period)

    add_unlocking(
        b,
        "committed_only_while_unlocked",
        variables=committed,
        most={c: data.stations[Station(*c[:4])].most for c in data.commitments},
        requires=data.commitments,
        works=works,
    )
    add(
        b,
        "committed_are_there",
        Constraint(b.COMMITMENTS, rule=committed_are_there, doc="only who stands there helps"),
    )
    add_lending(b, lent=lent, most=most_lent, parts="link, unit, period", doc="a link lends its share of the payroll")
    return committed


def _costs(
    data: Stationing,
    units: Mapping[Station, Expr],
    opened: Mapping[str, Expr],
    committed: Mapping[Commitment, Expr],
) -> Contribution:
    out = Contribution()
    for s in sorted(data.stations):
        out.costs.append(Cost(data.stations[s].booking, data.stations[s].cost_cny * units[s]))
    for post in sorted(data.openings):
        cost_cny, booking = data.openings[post]
        out.costs.append(Cost(booking, cost_cny * opened[post]))
    for c in sorted(data.commitments):
        out.prices.append(Price(c.via, c.period, data.duty_hours[c.period, c.shift] * committed[c]))
    return out
