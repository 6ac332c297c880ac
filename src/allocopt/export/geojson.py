"""A plan as GeoJSON (RFC 7946): degrees on WGS84, longitude first, at most seven decimals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from allocopt.city import City
from allocopt.export.file import check_file, put_file
from allocopt.export.layer import Layer, bounds
from allocopt.export.layers import layers_of
from allocopt.export.places import At, Places
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan

ENDING = ".geojson"
# A hand's breadth; more decimals say nothing.
_DECIMALS = 7
_START = '{"type": "FeatureCollection", "generator": "allocopt"'


def export_geojson(plan: Plan, city: City, out: Path) -> int:
    """Write all layers as one collection, each feature with its `layer`; how many features there are.

    Raises InputError for a city in a plane, one without coordinates, or where `out` cannot be written.
    """
    check_file(out, ENDING, is_ours)
    places = Places(city)
    if places.plane:
        found, expected = (
            "places without lon and lat",
            "degrees, as GeoJSON has them (--to gpkg keeps metres of a plane)",
        )
        raise InputError([Fault(str(city.folder / "sites.csv"), 0, "", found, expected)])
    layers = layers_of(plan, city, places)
    put_file(out, lambda path: _write(path, plan, layers))
    return sum(len(layer.features) for layer in layers)


def is_ours(file: Path) -> bool:
    """Whether a file is GeoJSON that was written here."""
    with file.open("rb") as stream:
        return stream.read(len(_START)) == _START.encode()


def _write(path: Path, plan: Plan, layers: Sequence[Layer]) -> None:
    box = json.dumps([_rounded(side) for side in bounds(layers)])
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{_START}, "name": {_json(plan.name)}, "bbox": {box}, "features": [\n')
        for number, feature in enumerate(_features(layers)):
            file.write((",\n" if number else "") + _json(feature))
        file.write("\n]}\n")


def _features(layers: Sequence[Layer]) -> Iterator[dict[str, Any]]:
    for layer in layers:
        for number, (at, cells) in enumerate(layer.features, start=1):
            properties = {"layer": layer.name, **dict(zip(layer.columns, cells, strict=True))}
            name = properties.get("id", number)
            geometry = None if at is None else _geometry(layer, at)
            yield {"type": "Feature", "id": f"{layer.name}/{name}", "geometry": geometry, "properties": properties}


def _geometry(layer: Layer, at: Sequence[At]) -> dict[str, Any]:
    corners = [[_rounded(side) for side in corner] for corner in at]
    return {"type": layer.shape, "coordinates": corners[0] if layer.shape == "Point" else corners}


def _rounded(degrees: float) -> float:
    return round(degrees, _DECIMALS) + 0.0


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
