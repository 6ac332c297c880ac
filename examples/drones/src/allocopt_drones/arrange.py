"""From the tables of a city to the data of its flights: who may fly where, in this regime."""

from __future__ import annotations

import math
from collections import defaultdict

from allocopt.arrange.acting import Acting, needs_mechanism
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import weight
from allocopt.city import City
from allocopt.schema.places import SiteRow
from allocopt.schema.types import Placed
from allocopt_drones.flights import Drone, Flight, FlightData, Flights
from allocopt_drones.tables import DroneEffectRow, DroneRow
from allocopt_models.terms import Booking, Cell

# Places as near to the range as this, relative, are within it.
TIE = 1e-9


def arrange_flights(city: City, acting: Acting, calendar: Calendar) -> Flights:
    """Every flight that is possible: to a site within range, with something there that it averts, by who may act."""
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for effect in city.of(DroneEffectRow):
        shares[effect.drone][effect.hazard] = effect.share
    flights: dict[Flight, FlightData] = {}
    averts: dict[Cell, dict[str, float]] = defaultdict(dict)
    for drone in city.of(DroneRow):
        for site in city.of(SiteRow):
            hazards = shares[drone.id].keys() & acting.hazards_at.get(site.id, frozenset())
            ways = acting.ways(drone.body, acting.leaders(site.id, hazards), site.area, "drones")
            if not ways or not in_range(drone, site, city.settings.travel.radius_m):
                continue
            for t in calendar.periods:
                booking = Booking(drone.body, site.area, "drones", drone.category, t)
                for via in ways:
                    requires = needs_mechanism(drone.mechanism) + acting.link_requires(via)
                    flights[Flight(drone.id, site.id, t, via)] = FlightData(booking, requires)
                for hazard in sorted(hazards):
                    for shift in calendar.shifts_of(hazard):
                        averts[Cell(site.id, hazard, t, shift)][drone.id] = weight(shares[drone.id][hazard])
    return Flights(
        drones={
            row.id: Drone(row.pool, row.hours, row.cost_cny, row.most_period, row.most_site, _is_assumed(row))
            for row in city.of(DroneRow)
        },
        flights=flights,
        averts=averts,
        lent={link: row.share for link, row in acting.links.items()},
    )


def in_range(drone: DroneRow, site: SiteRow, radius_m: float) -> bool:
    return straight_metres(drone, site, radius_m) <= drone.range_m * (1 + TIE)


def straight_metres(start: Placed, end: Placed, radius_m: float) -> float:
    """In a plane, or on a sphere; infinite between places that have no coordinates in common."""
    if start.x is not None and start.y is not None and end.x is not None and end.y is not None:
        return math.hypot(end.x - start.x, end.y - start.y)
    if start.lon is None or start.lat is None or end.lon is None or end.lat is None:
        return math.inf
    chord = math.dist(_unit(start.lon, start.lat), _unit(end.lon, end.lat))
    return 2 * radius_m * math.asin(min(chord / 2, 1.0))


def _unit(lon: float, lat: float) -> tuple[float, float, float]:
    """The point on a sphere of radius 1."""
    a, b = math.radians(lon), math.radians(lat)
    return math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)


def _is_assumed(row: DroneRow) -> bool:
    return row.source.startswith("assumed")
