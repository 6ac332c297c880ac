"""Boundaries of areas, where the instance gives them: `facts/boundaries.geojson`, lines to draw and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.reading.paths import instance_file
from allocopt.report.map.places import Projection

FILE = "facts/boundaries.geojson"
_MOST_BYTES = 20_000_000
# Fewer corners are kept where there are more: borders of a city are drawn, not measured.
_MOST_CORNERS = 20_000
_RINGS = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}


def boundaries_of(city: City, projection: Projection) -> list[list[list[int]]]:
    """Lines as [[x, …], [y, …]] in metres; none where there is no such file.

    Raises InputError for a file that is too large, or no GeoJSON of lines and polygons in the city's coordinates.
    """
    if not (city.folder / FILE).exists():
        return []
    try:
        found = json.loads(instance_file(city.folder, FILE, limit=_MOST_BYTES).decode("utf-8-sig"))
        lines = [np.array(line, dtype=np.float64)[:, :2] for line in _lines(found)]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError, AttributeError):
        raise _wrong() from None
    if any(line.ndim != 2 or line.shape[1] != 2 or not np.isfinite(line).all() for line in lines):
        raise _wrong()
    every = max(1, sum(map(len, lines)) // _MOST_CORNERS)
    kept = [projection.metres(np.concatenate((line[:-1:every], line[-1:]))) for line in lines if len(line)]
    return [np.rint(line).astype("int64").T.tolist() for line in kept]


def _lines(found: Any) -> Iterator[Any]:
    """The lines of a GeoJSON object, whatever holds them."""
    kind = found["type"]
    if kind == "FeatureCollection":
        for feature in found["features"]:
            yield from _lines(feature)
    elif kind == "Feature":
        if found["geometry"] is not None:
            yield from _lines(found["geometry"])
    elif kind == "GeometryCollection":
        for geometry in found["geometries"]:
            yield from _lines(geometry)
    else:
        yield from _flat(found["coordinates"], _RINGS[kind])


def _flat(coordinates: Any, depth: int) -> Iterator[Any]:
    if not depth:
        yield coordinates
        return
    for inner in coordinates:
        yield from _flat(inner, depth - 1)


def _wrong() -> InputError:
    expected = "GeoJSON with lines and polygons in the city's coordinates"
    return InputError([Fault(FILE, 0, "", "something else", expected)])
