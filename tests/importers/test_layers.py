"""Layers of a GeoPackage as tables of an instance."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from allocopt.faults import InputError
from allocopt.importers.layers import MapFile
from allocopt.instance.load import load
from allocopt.schema.patrol import PostRow
from allocopt.schema.places import SiteRow
from cli.command import called

CITY = "city: {{name: town, periods: [{{id: year, hours: 100}}], travel: {{metric: {metric}}}}}\n"
MAPPING = CITY + "tables: {{sites: {{columns: {{id: 编号, name: 名称, people: 人数, area: {{constant: 城}}}}}}}}\n"


def layer(file: Path, name: str, shapes: list[Any], crs: str | None = "EPSG:4326", **columns: list[Any]) -> None:
    cells = [np.array(c, dtype=object if isinstance(c[0], str) else float) for c in columns.values()]
    kind = shapes[0].geom_type
    pyogrio.raw.write(
        file,
        shapely.to_wkb(np.array(shapes)),
        cells,
        list(columns),
        layer=name,
        driver="GPKG",
        geometry_type=kind,
        crs=crs,
    )


def imported(tmp_path: Path, file: Path, *layers: str, metric: str = "sphere", text: str = MAPPING) -> tuple[int, str]:
    (tmp_path / "map.yaml").write_text(text.format(metric=metric), encoding="utf-8")
    command = ["import", "gpkg", file, "--mapping", tmp_path / "map.yaml", "--out", tmp_path / "city"]
    for name in layers:
        command += ["--layer", name]
    done = called(*command)
    return done.returncode, done.stderr.replace(str(file), "f.gpkg")


SHAPES = [shapely.Point(120.2, 30.1), shapely.Point(120.3, 30.2)]
CELLS: dict[str, list[Any]] = {"编号": ["001", "002"], "名称": ["甲", "乙"], "人数": [5.0, 7.5]}
# A horseshoe, whose centre lies outside.
SHOE = shapely.Polygon([(0, 0), (9, 0), (9, 9), (8, 9), (8, 1), (1, 1), (1, 9), (0, 9)])


def test_points_are_places_in_degrees(tmp_path: Path) -> None:
    file = tmp_path / "地图 a.gpkg"
    layer(file, "单位", SHAPES, **CELLS)
    layer(file, "posts", SHAPES[:1], id=["p"])
    code, told = imported(tmp_path, file, "sites=单位")
    assert code == 0, told
    city = load(tmp_path / "city")
    found = [(s.id, s.name, s.people, s.lon, s.lat) for s in city.of(SiteRow)]
    assert found == [("001", "甲", 5, 120.2, 30.1), ("002", "乙", 7.5, 120.3, 30.2)]
    assert city.of(SiteRow)[0].source == "地图 a.gpkg, 单位"
    assert [(p.id, p.lon) for p in city.of(PostRow)] == [("p", 120.2)]


def test_areas_lie_at_a_point_inside_and_a_plane_has_metres(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    layer(file, "sites", [SHOE], crs="EPSG:32651", 编号=["a"], 名称=["b"], 人数=[1.0])
    assert imported(tmp_path, file, metric="plane")[0] == 0
    (site,) = load(tmp_path / "city").of(SiteRow)
    assert site.lon is None and site.x is not None and site.y is not None
    assert SHOE.contains(shapely.Point(site.x, site.y))


@pytest.mark.parametrize(
    ("crs", "metric", "told"),
    [
        ("EPSG:4490", "sphere", "f.gpkg sites: found coordinates in EPSG:4490; expected degrees of WGS 84 (in QGIS: "),
        ("EPSG:32651", "ellipsoid", "found coordinates in EPSG:32651; expected degrees"),
        ("EPSG:4326", "plane", "found coordinates in EPSG:4326; expected metres of a plane (in QGIS: "),
        ("EPSG:4490", "network", "expected degrees of WGS 84"),
        ("EPSG:2263", "plane", "found coordinates in EPSG:2263; expected metres"),
    ],
)
def test_other_reference_systems_are_refused(tmp_path: Path, crs: str, metric: str, told: str) -> None:
    file = tmp_path / "a.gpkg"
    layer(file, "sites", SHAPES, crs=crs, **CELLS)
    code, words = imported(tmp_path, file, metric=metric)
    assert code == 2 and told in words and not (tmp_path / "city").exists()


def test_faults_name_layer_feature_and_column(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    layer(file, "sites", [bow, SHOE], **CELLS)
    code, told = imported(tmp_path, file)
    assert code == 2 and "f.gpkg:1 sites.geometry: found 'Self-intersection" in told
    layer(file, "sites", SHAPES, **{**CELLS, "人数": ["many", "2"]})
    code, told = imported(tmp_path, file)
    assert code == 2 and "f.gpkg:1 sites.人数: found 'many'; expected a number" in told
    layer(file, "sites", [SHAPES[0], None], **CELLS)
    code, told = imported(tmp_path, file)
    assert code == 2 and "f.gpkg:2 sites.geometry: found no geometry" in told
    code, told = imported(tmp_path, file, "sites=site")
    assert code == 2 and "found no table 'site'; expected one of those in f.gpkg (did you mean 'sites'?)" in told
    code, told = imported(tmp_path, file, "sites")
    assert code == 2 and "'sites' is not TABLE=LAYER" in told
    code, told = imported(tmp_path, file, text="tables: {{}}\n")
    assert code == 2 and "no city.yaml" in told


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_damaged_files_never_fail_in_another_way(tmp_path: Path) -> None:
    layer(tmp_path / "a.gpkg", "sites", SHAPES, **CELLS)
    whole, draw = (tmp_path / "a.gpkg").read_bytes(), random.Random(1)
    text = whole.index(b"GEOGCS")
    for turn in range(30):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 20, 200))):
            data[draw.randrange(72, len(data))] = draw.randrange(256)
        data[text] = 0xFF if turn == 0 else data[text]
        (tmp_path / "b.gpkg").write_bytes(bytes(data))
        with contextlib.suppress(InputError):
            MapFile(tmp_path / "b.gpkg", "sphere").source("sites")


def test_other_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    assert "no such file" in imported(tmp_path, file)[1]
    file.write_text("id,name\n")
    assert "another kind of file; expected a GeoPackage" in imported(tmp_path, file)[1]
    file.unlink()
    with closing(sqlite3.connect(file)) as base:
        base.execute("CREATE TABLE t (a)")
    assert "another kind of file" in imported(tmp_path, file)[1]
    layer(tmp_path / "b.gpkg", "sites", SHAPES, **CELLS)
    file.write_bytes((tmp_path / "b.gpkg").read_bytes()[:5000])
    assert "a damaged file" in imported(tmp_path, file)[1]
