"""Where the places of a city lie on a map: in degrees, or in metres of a plane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from allocopt.city import City
from allocopt.programmes import tables_of
from allocopt.schema.places import NodeRow
from allocopt.schema.types import Placed

At = tuple[float, float]


@dataclass(frozen=True)
class Places:
    """The places of a city. A place without coordinates of its own lies at its street node."""

    city: City

    @cached_property
    def plane(self) -> bool:
        """Whether they are metres: no place and no node has a longitude."""
        known = tables_of(self.city.programmes)
        placed = [name for name, table in known.items() if issubclass(table.row, Placed | NodeRow)]
        return not any(getattr(row, "lon", None) is not None for name in placed for row in self.city.rows[name])

    @cached_property
    def nodes(self) -> dict[str, NodeRow]:
        return {node.id: node for node in self.city.of(NodeRow)}

    def at(self, row: Placed | NodeRow | None) -> At | None:
        """Longitude and latitude, or x and y; None where nobody knows."""
        if row is None:
            return None
        first, second = (row.x, row.y) if self.plane else (row.lon, row.lat)
        if first is not None and second is not None:
            return first, second
        return self.at(self.nodes.get(row.node)) if isinstance(row, Placed) and row.node else None

    def line(self, start: Placed | NodeRow | None, end: Placed | NodeRow | None) -> tuple[At, At] | None:
        """The straight line between two places."""
        ends = self.at(start), self.at(end)
        return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])
