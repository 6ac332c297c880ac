"""Flights in tiny cases whose answers are known."""

from __future__ import annotations

import math

from pyomo.environ import ConcreteModel, value

from allocopt.schema.types import Placed
from allocopt_drones.arrange import straight_metres
from allocopt_drones.flights import Drone, Flight, FlightData, Flights, add_flights, flights_made
from allocopt_models.terms import Booking, Cell

BOOKING = Booking("office", "town", "drones", "flights", "t1")
CELL = Cell("mill", "flood", "t1", "")


def _flights(most_site: int) -> Flights:
    keys = [Flight("eye", "mill", "t1", ""), Flight("eye", "mill", "t1", "help")]
    return Flights(
        drones={"eye": Drone("pilots", 2.0, 100.0, 5, most_site, True)},
        flights={key: FlightData(BOOKING, ()) for key in keys},
        averts={CELL: {"eye": 0.5}},
        lent={"help": 0.4},
    )


def test_what_a_flight_adds_to_the_city() -> None:
    m, data = ConcreteModel(), _flights(most_site=3)
    added = add_flights(m, data, works={})
    m.flights["eye", "mill", "t1", ""].set_value(1)
    m.flights["eye", "mill", "t1", "help"].set_value(2)
    (term,) = added.efforts[CELL]
    assert value(term.amount) == 1.5 == term.most and term.values == (0.0, 0.5, 1.0, 1.5)
    assert [value(cost.amount) for cost in added.costs] == [100.0, 200.0] and added.costs[0].assumed
    assert [value(hours) for hours in added.pool_hours["pilots", "t1"]] == [2.0, 4.0]
    assert [(price.link, value(price.quantity)) for price in added.prices] == [("help", 2)]
    assert [row["hours"] for row in flights_made(m, data)] == [2.0, 4.0]


def test_the_limits_of_flights() -> None:
    m = ConcreteModel()
    add_flights(m, _flights(most_site=3), works={})
    assert m.flights_to_site_within_most["eye", "mill", "t1"].upper() == 3
    assert m.flights_in_period_within_most["eye", "t1"].upper() == 5
    assert m.lent_within_share["eye", "t1", "help"].upper() == 2


def test_straight_lines() -> None:
    a, b = Placed(x=0, y=0, source="test"), Placed(x=300, y=400, source="test")
    assert straight_metres(a, b, 1.0) == 500
    pole, equator = Placed(lon=0, lat=90, source="test"), Placed(lon=0, lat=0, source="test")
    assert math.isclose(straight_metres(pole, equator, 2.0), math.pi)
    assert straight_metres(a, pole, 1.0) == math.inf
