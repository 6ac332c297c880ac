"""The decision tables of people, patrols, measures and mechanisms. Goods are told in `goods`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyomo.core import value

from allocopt.arrange.whole import Arranged
from allocopt_models.city import CityModel
from allocopt_models.inspection import Filling, FillingData
from allocopt_models.patrol import Commitment, Station
from allocopt_models.presence import Present
from allocopt_models.prevention import Start
from allocopt_models.unit_crews import Drawn

Rows = Iterator[dict[str, Any]]
# Continuous amounts up to this are the solver's dust.
DUST = 1e-7


def visits(model: CityModel, _: Arranged) -> Rows:
    yield from _crewed(model.data.programmes.inspection.fillings, model.model.inspection.fill, "site", whole=True)


def referrals(model: CityModel, _: Arranged) -> Rows:
    yield from _crewed(model.data.programmes.inspection.enforcing, model.model.inspection.enforce, "area", whole=False)


def _crewed(ways: Mapping[Filling, FillingData], made: Any, place: str, *, whole: bool) -> Rows:
    for key, way in ways.items():
        n = value(made[key])
        if n <= DUST:
            continue
        n = round(n) if whole else n
        yield {
            "kind": key.kind,
            place: key.place,
            "period": key.period,
            "role": key.role,
            "pool": key.pool,
            "via": key.via,
            "visits": n,
            "hours": way.hours * n,
            "labour_cny": way.labour_cny * n,
            "materials_cny": way.materials_cny * n,
        }


def patrols(model: CityModel, _: Arranged) -> Rows:
    data, b = model.data.programmes.stationing, model.model.patrol
    for key in b.STATIONS:
        n = round(value(b.units[key]))
        if n:
            yield _patrol(Station(*key), "", n, data.duty_hours[key[2], key[3]], data.stations[Station(*key)].cost_cny)
    for key in b.COMMITMENTS:
        n = round(value(b.committed[key]))
        if n:
            yield _patrol(Station(*key[:4]), Commitment(*key).via, n, data.duty_hours[key[2], key[3]], 0.0)


def _patrol(station: Station, via: str, units: int, duty_hours: float, cost_cny: float) -> dict[str, Any]:
    done = {"via": via, "units": units, "hours": units * duty_hours, "cost_cny": units * cost_cny}
    return {**station._asdict(), **done}


def presence(model: CityModel, _: Arranged) -> Rows:
    data, b = model.data.programmes.stationing, model.model.presence
    for key in b.PRESENCES:
        hours = value(b.presence[key])
        if hours > DUST:
            duty = data.duty_hours[key[2], key[3]]
            yield {**Present(*key)._asdict(), "hours": hours, "duty_share": hours / duty}


def crews(model: CityModel, _: Arranged) -> Rows:
    data, b = model.data.programmes.crews, model.model.crews
    for key in b.DRAWN:
        people, way = round(value(b.people[key])), data.drawn[Drawn(*key)]
        if people:
            done = {"people": people, "hours": people * way.hours, "cost_cny": people * way.cost_cny}
            yield {**Drawn(*key)._asdict(), **done}


def posts(model: CityModel, _: Arranged) -> Rows:
    for post, (cost_cny, _booking) in model.data.programmes.stationing.openings.items():
        if round(value(model.model.patrol.opened[post])):
            yield {"post": post, "opened": 1, "cost_cny": cost_cny}


def measures(model: CityModel, _: Arranged) -> Rows:
    data, b = model.data.programmes.prevention, model.model.prevention
    for key in b.STARTS:
        if round(value(b.start[key])):
            way = data.starts[Start(*key)]
            yield {**Start(*key)._asdict(), "cost_cny": way.cost_cny, "horizon_share": way.horizon_share}


def mechanisms(model: CityModel, _: Arranged) -> Rows:
    data, b = model.data.programmes.mechanisms, model.model.mechanisms
    for z, t in b.STARTS:
        if round(value(b.start[z, t])):
            cost_cny = sum(cost for _, cost in data.costs[z, t])
            share = data.horizon_share[z, t]
            yield {"mechanism": z, "period": t, "cost_cny": cost_cny, "horizon_share": share}
