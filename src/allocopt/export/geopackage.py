"""A plan as a GeoPackage: a layer of points or lines each, with the styles that QGIS draws them in."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from allocopt.city import City
from allocopt.export.cover import written
from allocopt.export.file import check_file, put_file
from allocopt.export.layer import Layer, cells_by_column
from allocopt.export.layers import layers_of
from allocopt.export.places import Places
from allocopt.export.styles import qml
from allocopt.plan import Plan
from allocopt.reading.extras import library

ENDING = ".gpkg"
OWNER = "allocopt"
_DEGREES = "EPSG:4326"
_METRES = 'LOCAL_CS["Plane of the instance, metres",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'
# As QGIS makes it.
_STYLES = """CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
_KNOWN = """INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
    VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)"""


def export_geopackage(plan: Plan, city: City, out: Path) -> int:
    """Write the layers of a plan; how many there are.

    Raises InputError where a library is missing, for a city without coordinates, or where `out` cannot be written.
    """
    geo, shapely = (library(name, extra="gis", file=str(out)) for name in ("pyogrio", "shapely"))
    check_file(out, ENDING, is_ours)
    places = Places(city)
    layers = layers_of(plan, city, places)
    moment = written(plan).isoformat(timespec="milliseconds") + "Z"

    def write(path: Path) -> None:
        # Else the moment of writing would be in the file, and the same plan would make another one each time.
        geo.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
        try:
            for layer in layers:
                _write_layer(geo, shapely, path, layer, plane=places.plane)
            _write_styles(path, layers, moment)
        except (sqlite3.Error, geo.errors.DataSourceError, geo.errors.DataLayerError) as error:
            # "…, sqlite3_exec(INSERT …) failed: database or disk is full": the end says why.
            raise OSError(str(error).rpartition(" failed: ")[2]) from None
        finally:
            geo.set_gdal_config_options({"OGR_CURRENT_DATE": None})

    put_file(out, write)
    return len(layers)


def is_ours(file: Path) -> bool:
    """Whether a file is a GeoPackage that was written here."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            return bool(base.execute("SELECT 1 FROM layer_styles WHERE owner = ?", (OWNER,)).fetchone())
    except sqlite3.Error:
        return False


def _write_layer(geo: Any, shapely: Any, path: Path, layer: Layer, *, plane: bool) -> None:
    import numpy as np

    make = shapely.Point if layer.shape == "Point" else shapely.LineString
    shapes = np.array([None if at is None else make(at[0] if len(at) == 1 else at) for at, _ in layer.features])
    cells = [
        np.array([np.nan if cell is None else cell for cell in column], dtype="float64")
        if numeric
        else np.array(column, dtype="object")
        for _, numeric, column in cells_by_column(layer)
    ]
    geo.raw.write(
        str(path),
        shapely.to_wkb(shapes),
        cells,
        layer.columns,
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.shape,
        crs=_METRES if plane else _DEGREES,
        layer_options={"GEOMETRY_NAME": "geom", "FID": "fid"},
    )


def _write_styles(path: Path, layers: Sequence[Layer], moment: str) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_STYLES)
        base.executemany(
            "INSERT INTO layer_styles VALUES (NULL, '', '', ?, 'geom', ?, ?, '', 1, ?, ?, '', ?)",
            [(layer.name, layer.name, qml(layer), f"allocopt: {layer.name}", OWNER, moment) for layer in layers],
        )
        base.execute(_KNOWN, (moment,))
