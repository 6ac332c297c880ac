"""Layers of a GeoPackage as tables: attributes as text, geometry as coordinates."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from allocopt.faults import Fault, InputError
from allocopt.importers.source import FEATURE, Source
from allocopt.importers.workbook import in_one_line, text_of_cell
from allocopt.reading.csv_strict import MOST_ROWS
from allocopt.reading.extras import library
from allocopt.reading.plain_text import shown

_SQLITE = b"SQLite format 3\0"
# What stands at this place of the file says which kind of database it is.
_KINDS, _KIND_AT = (b"GPKG", b"GP10", b"GP11"), 68
_EXPECTED = "a GeoPackage (.gpkg)"
_CRS = """SELECT s.srs_id, s.organization, s.organization_coordsys_id, s.definition FROM gpkg_geometry_columns g
    JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ?"""
_DEGREES, _METRES = ("lon", "lat"), ("x", "y")
# Undefined in the standard, and as GDAL writes it.
_UNDEFINED_PLANE = (-1, 99_999)
_SAVE_AS = "in QGIS: Export > Save Features As, with"
_WANTED = {
    _DEGREES: f"degrees of WGS 84 ({_SAVE_AS} CRS EPSG:4326)",
    _METRES: f"metres of a plane ({_SAVE_AS} a projected CRS in metres)",
}


class MapFile:
    """The layers of a GeoPackage. `metric` is the instance's: it says whether coordinates are degrees or metres; with
    streets or measured trips they are what the layer has."""

    hidden: frozenset[str] = frozenset()

    def __init__(self, file: Path, metric: str) -> None:
        self.file = str(file)
        self._geo, self._shapely = (library(name, extra="gis", file=self.file) for name in ("pyogrio", "shapely"))
        self._path = file
        self._wanted = {"plane": _METRES, "sphere": _DEGREES, "ellipsoid": _DEGREES}.get(metric)
        _require_geopackage(file)
        try:
            self._shapes = {str(name): shape for name, shape in self._geo.list_layers(self.file)}
        except (self._geo.errors.DataSourceError, UnicodeError) as error:
            raise self._damaged(error) from None
        self._shapes.pop("layer_styles", None)
        self.names = tuple(self._shapes)

    def settings(self) -> list[str] | None:
        """A GeoPackage has none."""
        return None

    def settings_fault(self, fault: Fault) -> Fault:
        return fault

    def source(self, name: str, heading_row: int | None = None) -> Source:
        """The table of a layer; features that are lines or areas lie at a point on them.

        Raises InputError with every fault: another reference system than the instance needs, features without a
        sound geometry, too many features.
        """
        if heading_row is not None:
            raise InputError([Fault(self.file, 0, name, "a row of headings in the mapping", "one for sheets alone")])
        try:
            count = self._geo.read_info(self.file, layer=name)["features"]
            if count > MOST_ROWS:
                raise InputError([Fault(self.file, 0, name, f"{count:,} features", f"at most {MOST_ROWS:,}")])
            meta, fids, shapes, fields = self._geo.raw.read(self.file, layer=name, return_fids=True)
        except (self._geo.errors.DataSourceError, self._geo.errors.DataLayerError, UnicodeError) as error:
            raise self._damaged(error) from None
        cells = {str(field): _texts(column) for field, column in zip(meta["fields"], fields, strict=True)}
        lines = [int(fid) for fid in fids]
        ways: tuple[str, ...] = ()
        if self._shapes[name] is not None and shapes is not None:
            ways = self._ways(name)
            cells |= dict(zip(ways, self._coordinates(name, shapes, lines), strict=True))
        rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
        return Source(self.file, name, 0, tuple(cells), rows, lines, row_word=FEATURE, optional=frozenset(ways))

    def _ways(self, name: str) -> tuple[str, ...]:
        """Which coordinates a layer's geometry gives. Raises InputError where the instance needs others."""
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
                system = base.execute(_CRS, (name,)).fetchone()
        except sqlite3.Error as error:
            raise self._damaged(error) from None
        number, owner, code, definition = system or (_UNDEFINED_PLANE[0], "", 0, "undefined")
        ways = _DEGREES if (str(owner).upper(), code) == ("EPSG", 4326) else None
        if number in _UNDEFINED_PLANE or _in_metres(str(definition)):
            ways = _METRES
        if ways is None or self._wanted not in (None, ways):
            there = f"coordinates in {owner}:{code}" if owner else "coordinates without a reference system"
            expected = " or ".join(words for given, words in _WANTED.items() if self._wanted in (None, given))
            raise InputError([Fault(self.file, 0, name, there, expected)])
        return ways

    def _coordinates(self, name: str, shapes: Any, lines: list[int]) -> tuple[list[str], list[str]]:
        found = self._shapely.force_2d(self._shapely.from_wkb(shapes, on_invalid="ignore"))
        faults = []
        for line, shape in zip(lines, found, strict=True):
            if shape is None or shape.is_empty:
                faults.append(Fault(self.file, line, f"{name}.geometry", "no geometry", "a point, line or area"))
            elif not shape.is_valid:
                words = shown(self._shapely.is_valid_reason(shape), 80)
                faults.append(
                    Fault(self.file, line, f"{name}.geometry", words, "a sound area (in QGIS: Fix Geometries)")
                )
        if faults:
            raise InputError(faults)
        points = self._shapely.point_on_surface(found)
        first, second = self._shapely.get_x(points).tolist(), self._shapely.get_y(points).tolist()
        return [repr(side) for side in first], [repr(side) for side in second]

    def _damaged(self, error: Exception) -> InputError:
        return InputError([Fault(self.file, 0, "", f"a damaged file ({shown(str(error), 80)})", _EXPECTED)])


def _require_geopackage(file: Path) -> None:
    """See that this is a file of the kind; whatever else the library could open is not wanted."""
    try:
        if not file.is_file():
            raise InputError([Fault(str(file), 0, "", "a folder" if file.is_dir() else "no such file", _EXPECTED)])
        with file.open("rb") as stream:
            start = stream.read(_KIND_AT + 4)
    except OSError as error:
        raise InputError([Fault(str(file), 0, "", error.strerror or str(error), _EXPECTED)]) from None
    if not (start.startswith(_SQLITE) and start[_KIND_AT:] in _KINDS):
        raise InputError([Fault(str(file), 0, "", "another kind of file", _EXPECTED)])


def _in_metres(definition: str) -> bool:
    """Whether a reference system, as WKT, is a plane in metres."""
    return definition.startswith(("PROJCS", "LOCAL_CS", "ENGCRS", "PROJCRS")) and 'UNIT["metre"' in definition


def _texts(column: Any) -> list[str]:
    return ["" if cell is None or cell != cell else in_one_line(text_of_cell(cell)) for cell in column.tolist()]
