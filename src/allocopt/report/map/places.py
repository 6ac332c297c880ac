"""Where the places of a city are, in metres on a plane around its middle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocopt.city import City
from allocopt.programmes import tables_with_places
from allocopt.schema.places import NodeRow, SiteRow, StreetRow
from allocopt.schema.types import Placed

Floats = NDArray[np.float64]
At = tuple[float, float]
_EARTH_M = 6371008.8
# The tables of the city whose rows have places.
_TABLES = ("sites", "posts", "depots", "pools")


@dataclass(frozen=True)
class Projection:
    """Metres east and north of a middle; of a plane, its own coordinates."""

    plane: bool
    lon: float = 0.0
    lat: float = 0.0

    def metres(self, at: Floats) -> Floats:
        """(places, 2): x, y from the city's coordinates. True to scale near the middle."""
        if self.plane:
            return at
        east = (at[:, 0] - self.lon + 180.0) % 360.0 - 180.0
        x = np.radians(east) * np.cos(np.radians(self.lat))
        return np.stack((x, np.radians(at[:, 1] - self.lat)), axis=-1) * _EARTH_M


@dataclass(frozen=True)
class Places:
    """The places of a city that have coordinates: `at[table, id]` is its row in `metres`."""

    projection: Projection
    at: Mapping[tuple[str, str], int]
    metres: Floats

    def ids(self, table: str) -> list[str]:
        """Ids of the table's places, in order."""
        return [name for of, name in self.at if of == table]

    def lines(self, city: City) -> list[tuple[int, int]]:
        """The streets, as the places of their ends."""
        ends = [
            (self.at.get(("nodes", row.from_node)), self.at.get(("nodes", row.to_node))) for row in city.of(StreetRow)
        ]
        return [(start, end) for start, end in ends if start is not None and end is not None]


@dataclass(frozen=True)
class _Found:
    city: City

    @cached_property
    def plane(self) -> bool:
        """Whether coordinates are metres: where the metric says so, or where a place has no others."""
        if self.city.settings.travel.metric in ("table", "network"):
            placed: list[Any] = [*self.city.of(SiteRow), *self.city.of(NodeRow)]
            return all(row.lon is None for row in placed)
        return self.city.settings.travel.metric == "plane"

    @cached_property
    def nodes(self) -> dict[str, At]:
        return {row.id: at for row in self.city.of(NodeRow) if (at := self._own(row)) is not None}

    def all(self) -> Iterator[tuple[tuple[str, str], At]]:
        """Every place by table and id: at its own coordinates, or at its node's; without both it is left out."""
        own = tables_with_places(self.city.programmes)
        for table in (*_TABLES, *(table.name for table in own)):
            rows: Sequence[Any] = self.city.rows[table]
            for row in rows:
                if (at := self._own(row) or self.nodes.get(row.node or "")) is not None:
                    yield (table, row.id), at
        for name, at in self.nodes.items():
            yield ("nodes", name), at

    def _own(self, row: Placed | NodeRow) -> At | None:
        first, second = (row.x, row.y) if self.plane else (row.lon, row.lat)
        return None if first is None or second is None else (first, second)


def places_of(city: City) -> Places:
    """Every place of the city that has coordinates."""
    found = _Found(city)
    all_at = dict(found.all())
    at = np.array(list(all_at.values()), dtype=np.float64).reshape(-1, 2)
    if city.points is not None:
        ends = np.array([city.points.least, city.points.greatest])
        projection = _around(ends, city.points.plane)
    else:
        projection = _around(at, found.plane)
    return Places(projection, {key: place for place, key in enumerate(all_at)}, projection.metres(at))


def _around(at: Floats, plane: bool) -> Projection:
    """The projection around the middle of these coordinates, on whichever side of the date line most of them are."""
    if plane or not len(at):
        return Projection(plane)
    east = (at[:, 0] - at[0, 0] + 180.0) % 360.0 - 180.0
    lon = at[0, 0] + (float(east.min()) + float(east.max())) / 2
    return Projection(plane, lon, (float(at[:, 1].min()) + float(at[:, 1].max())) / 2)
