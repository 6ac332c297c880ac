"""The layers of programmes from outside: their own places, and the tables of the plan that they draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allocopt.city import City
from allocopt.export.layer import Feature, Layer
from allocopt.export.places import Places
from allocopt.plan import Plan
from allocopt.plan.columns import PlanTable, tables_of
from allocopt.programmes import Drawn, tables_with_places
from allocopt.schema import Table
from allocopt.schema.columns import columns
from allocopt.schema.types import Placed

# What of a place the geometry or the reader of a map does not need again.
_NOT_SHOWN = {*Placed.model_fields}


def joined_layers(plan: Plan, city: City, places: Places) -> Iterator[Layer]:
    """The layers of every such programme of the city; lines first."""
    known, points = tables_of(plan.manifest), []
    for own in city.programmes:
        for name, drawn in own.drawn.items():
            layer = _of_plan(plan, known[name], drawn, city, places)
            if layer.shape == "LineString":
                yield layer
            else:
                points.append(layer)
    yield from points
    for table in tables_with_places(city.programmes):
        yield _of_instance(table, city, places)


def _of_plan(plan: Plan, spec: PlanTable, drawn: Drawn, city: City, places: Places) -> Layer:
    at = [_by_id(city, f"{column}s") for column in drawn.places]
    fields = " ".join(("" if cell == "text" else "=") + column for column, cell in spec.columns.items())
    features: list[Feature] = []
    for row in plan.table(spec.name).to_dict("records"):
        ends = [places.at(rows.get(row[column])) for column, rows in zip(drawn.places, at, strict=True)]
        known = tuple(end for end in ends if end is not None)
        cells = [None if cell != cell else cell for cell in row.values()]
        features.append((known if len(known) == len(ends) else None, cells))
    return Layer(spec.name, "LineString" if len(drawn.places) == 2 else "Point", fields, features)


def _of_instance(table: Table, city: City, places: Places) -> Layer:
    shown = {name: column for name, column in columns(table.row).items() if name not in _NOT_SHOWN}
    fields = " ".join(("=" if column.numeric else "") + name for name, column in shown.items())
    features: list[Feature] = []
    for row in city.rows[table.name]:
        at = places.at(row) if isinstance(row, Placed) else None
        features.append(((at,) if at else None, [_cell(getattr(row, name)) for name in shown]))
    return Layer(table.name, "Point", fields, features)


def _cell(value: Any) -> Any:
    return ";".join(map(str, value)) if isinstance(value, tuple | list | frozenset) else value


def _by_id(city: City, table: str) -> Mapping[str, Any]:
    return {row.id: row for row in city.rows.get(table, ()) if isinstance(row, Placed) and hasattr(row, "id")}
