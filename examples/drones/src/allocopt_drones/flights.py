"""Flights: whole flights of drones from their launch pads to sites within range.

    Σ_{s,via} flights[d,s,t,via] ≤ most_period[d]           Σ_via flights[d,s,t,via] ≤ most_site[d]
    Σ_s flights[d,s,t,via] ≤ share[via] · most_period[d]    for what is flown under a link
    effort on (s,h,t) = Σ_d −ln(1−a[d,h]) · Σ_via flights[d,s,t,via]

a is the share of the period's loss that one flight averts. A flight takes hours[d] of its pilots' pool, where they are
spent once, and costs cost_cny[d].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyomo.environ import Constraint, NonNegativeIntegers, Set, Var, value

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


class Flight(NamedTuple):
    """Flights of drones to a site in a period, on their body's own account (`via` blank) or under a link."""

    drone: str
    site: str
    period: str
    via: str


@dataclass(frozen=True)
class FlightData:
    """Where its cost is booked, and what must work for it."""

    booking: Booking
    requires: Requires


@dataclass(frozen=True)
class Drone:
    """What a flight takes, and how many there may be."""

    pool: str
    hours: float
    cost_cny: float
    most_period: int
    most_site: int
    assumed: bool


@dataclass(frozen=True)
class Flights:
    """`averts[cell]`: the effort of one flight by drone. `lent[link]`: the share of flights that may be lent."""

    drones: Mapping[str, Drone]
    flights: Mapping[Flight, FlightData]
    averts: Mapping[Cell, Mapping[str, float]]
    lent: Mapping[str, float]


def add_flights(b: Block, data: Flights, *, works: Works) -> Contribution:
    """Adds the flights. Returns the effort, cost, hours and prices that they add to the city."""
    keys = sorted(data.flights)
    add(b, "FLIGHTS", Set(initialize=keys, dimen=4, doc="drone, site, period, via"))
    flights = add(
        b,
        "flights",
        Var(
            b.FLIGHTS,
            domain=NonNegativeIntegers,
            bounds=lambda _, drone, *__: (0, data.drones[drone].most_site),
            doc="flights made",
        ),
    )
    at_site = _grouped(keys, flights, lambda key: key[:3])
    in_period = _grouped(keys, flights, lambda key: (key.drone, key.period))
    lent = _grouped([key for key in keys if key.via], flights, lambda key: (key.drone, key.period, key.via))
    add(b, "AT_SITE", Set(initialize=sorted(at_site), dimen=3, doc="drone, site, period"))
    add(b, "IN_PERIOD", Set(initialize=sorted(in_period), dimen=2, doc="drone and period"))
    add(b, "LENT", Set(initialize=sorted(lent), dimen=3, doc="drone, period, link"))

    def flights_to_site_within_most(_: Block, *key: str) -> Expr:
        return total(at_site[key]) <= data.drones[key[0]].most_site

    def flights_in_period_within_most(_: Block, *key: str) -> Expr:
        return total(in_period[key]) <= data.drones[key[0]].most_period

    def lent_within_share(_: Block, *key: str) -> Expr:
        return total(lent[key]) <= data.lent[key[2]] * data.drones[key[0]].most_period

    add(
        b,
        "flights_to_site_within_most",
        Constraint(b.AT_SITE, rule=flights_to_site_within_most, doc="no more flights to a site than are allowed"),
    )
    add(
        b,
        "flights_in_period_within_most",
        Constraint(b.IN_PERIOD, rule=flights_in_period_within_most, doc="no more flights than the drones can make"),
    )
    add(
        b,
        "lent_within_share",
        Constraint(b.LENT, rule=lent_within_share, doc="no more flights under a link than its share"),
    )
    add_unlocking(
        b,
        "flown_only_while_unlocked",
        variables=flights,
        most={key: data.drones[key.drone].most_site for key in keys},
        requires={key: data.flights[key].requires for key in keys},
        works=works,
    )
    return _contribution(data, flights, at_site)


def _grouped(keys: list[Flight], flights: Mapping[Flight, Expr], of: Any) -> dict[tuple[str, ...], list[Expr]]:
    groups: dict[tuple[str, ...], list[Expr]] = defaultdict(list)
    for key in keys:
        groups[of(key)].append(flights[key])
    return groups


def _contribution(
    data: Flights, flights: Mapping[Flight, Expr], at_site: Mapping[tuple[str, ...], list[Expr]]
) -> Contribution:
    out = Contribution()
    for cell, efforts in data.averts.items():
        for drone, weight in efforts.items():
            most = data.drones[drone].most_site
            amount = weight * total(at_site[drone, cell.site, cell.period])
            out.efforts[cell].append(EffortTerm(amount, weight * most, tuple(weight * n for n in range(most + 1))))
    for key in sorted(data.flights):
        flown = data.drones[key.drone]
        out.costs.append(Cost(data.flights[key].booking, flown.cost_cny * flights[key], assumed=flown.assumed))
        out.pool_hours[flown.pool, key.period].append(flown.hours * flights[key])
        if key.via:
            out.prices.append(Price(key.via, key.period, flights[key]))
    return out


def flights_made(b: Block, data: Flights) -> Iterator[dict[str, Any]]:
    """The rows of the plan's table, from a solved block."""
    for key in map(Flight._make, b.FLIGHTS):
        n = round(value(b.flights[key]))
        if n:
            drone = data.drones[key.drone]
            yield {**key._asdict(), "flights": n, "hours": n * drone.hours, "cost_cny": n * drone.cost_cny}
