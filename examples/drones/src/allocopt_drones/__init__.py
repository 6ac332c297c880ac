"""Drones: surveillance flights from launch pads to sites within range, as a programme of allocopt.

What needs Pyomo or numpy is imported when a city is planned, so that validating an instance stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from allocopt.programmes import Drawn, Programme
from allocopt.schema import Table
from allocopt_drones.tables import DroneEffectRow, DroneRow

if TYPE_CHECKING:
    from allocopt.arrange.acting import Acting
    from allocopt.arrange.calendar import Calendar
    from allocopt.city import City
    from allocopt.instance.rules.rule import Rule
    from allocopt_drones.flights import Flights
    from allocopt_models.terms import Block, Contribution, Works

__all__ = ["PROGRAMME"]


def _arrange(city: City, acting: Acting, calendar: Calendar) -> Flights:
    from allocopt_drones.arrange import arrange_flights

    return arrange_flights(city, acting, calendar)


def _add(b: Block, data: Flights, *, works: Works) -> Contribution:
    from allocopt_drones.flights import add_flights

    return add_flights(b, data, works=works)


def _flights(b: Block, data: Flights) -> Iterator[dict[str, Any]]:
    from allocopt_drones.flights import flights_made

    return flights_made(b, data)


def _rules() -> Sequence[Rule]:
    from allocopt_drones.rules import RULES

    return RULES


PROGRAMME = Programme(
    name="drones",
    title="Surveillance flights",
    tables=(
        Table("drones", DroneRow, ("id",)),
        Table("drone_effects", DroneEffectRow, ("drone", "hazard")),
    ),
    decisions={"flights": "drone site period via *flights =hours =cost_cny"},
    arrange=_arrange,
    add=_add,
    tell={"flights": _flights},
    rules=_rules,
    lends=True,
    drawn={"flights": Drawn(("drone", "site"), "flights")},
    words={"zh": {"drones": "无人机巡查", "drone": "无人机", "flights": "架次"}},
)
