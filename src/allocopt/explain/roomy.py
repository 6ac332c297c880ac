"""A model in which every limit could be eased by a unit, held to the limits as they are.

A model leaves out what its limits never allow: a second unit's effect where there is one crew, stock beyond a depot's
room. What a unit more of such a limit buys could not be told from it. So the model is made of the city with a unit more
of everything, and then the rows of the limits are drawn back.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from allocopt.city import City
from allocopt.explain.limits import FAMILIES, gates
from allocopt.schema.patrol import PostRow, UnitRow
from allocopt.schema.people import PoolRow
from allocopt.schema.supply import DepotRow
from allocopt.solving.search import Search
from allocopt_models.city import CityData


def with_room(city: City) -> City:
    """The city with an hour more of every pool, a crew and a vehicle of every unit, a place at every post, a m³ in
    every depot."""
    more: dict[str, tuple[Any, ...]] = {
        "pools": tuple(_longer(pool) for pool in city.of(PoolRow)),
        "units": tuple(_stronger(unit) for unit in city.of(UnitRow)),
        "posts": tuple(
            post if post.units is None else post.model_copy(update={"units": post.units + 1})
            for post in city.of(PostRow)
        ),
        "depots": tuple(
            depot.model_copy(update={"capacity_m3": depot.capacity_m3 + 1.0}) for depot in city.of(DepotRow)
        ),
    }
    return replace(city, rows={**city.rows, **more})


def _longer(pool: PoolRow) -> PoolRow:
    heads = max(pool.headcount, 1)
    return pool.model_copy(update={"headcount": heads, "hours": (pool.headcount * pool.hours + 1.0) / heads})


def _stronger(unit: UnitRow) -> UnitRow:
    vehicles = None if unit.vehicles is None else unit.vehicles + 1
    return unit.model_copy(update={"count": unit.count + math.ceil(unit.relief), "vehicles": vehicles})


def hold_to(search: Search, data: CityData) -> None:
    """Draw the limits of a model with room back to those of the city as it is."""
    number = {id(constraint): i for i, constraint in enumerate(search.arrays.constraints)}
    roomy, tight = search.city.data.programmes, data.programmes
    for family in FAMILIES:
        component = search.city.model.find_component(family.component)
        for key in component if component is not None else ():
            row = number.get(id(component[key]))
            if row is not None and (beyond := family.most(roomy, key) - family.most(tight, key)):
                _draw_back(search, row, beyond)


def _draw_back(search: Search, row: int, beyond: float) -> None:
    """The limit stands on the right side of its row, or, where something must be open or work for it, before that."""
    columns = gates(search.arrays, row)
    for column in columns:
        search.live.set_coefficient(row, column, search.coefficient(row, column) + beyond)
    if not columns:
        search.live.set_row(row, -math.inf, float(search.arrays.row_upper[row]) - beyond)
