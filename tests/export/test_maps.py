"""Maps of a plan: layers and styles of the GeoPackage, GeoJSON by the standard."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyogrio
import pytest
import shapely

from allocopt import colours
from allocopt.export.layer import Layer
from allocopt.export.styles import STYLES, qml
from allocopt.instance.load import load
from allocopt.plan import read
from allocopt.plan.instance import instance_of
from allocopt.report.map import figure
from allocopt.schema.patrol import PostRow
from allocopt.schema.places import SiteRow
from allocopt.travel import trips, within
from cities import build
from cities import planned as solved
from cli.command import called
from export.towns import HOSTILE

LAYERS = {"coverage", "shipments", "sites", "pools", "posts", "depots"}


def exported(plan: Path, out: Path) -> Path:
    done = called("export", plan, "--to", out.suffix[1:], "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def table(file: Path, layer: str) -> tuple[Any, list[dict[str, Any]]]:
    """The shapes and the rows of a layer."""
    meta, _, shapes, columns = pyogrio.raw.read(file, layer=layer)
    names = [str(name) for name in meta["fields"]]
    return shapely.from_wkb(shapes), [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def test_every_layer_has_its_rows_and_its_style(globe: Path, tmp_path: Path) -> None:
    file = exported(globe, tmp_path / "镇.gpkg")
    names = {str(name) for name, shape in pyogrio.list_layers(file) if shape is not None}
    assert names == LAYERS
    for name in names:
        info = pyogrio.read_info(file, layer=name)
        assert info["crs"] == "EPSG:4326"
        assert info["geometry_type"] == ("LineString" if name in ("coverage", "shipments") else "Point")
    with closing(sqlite3.connect(file)) as base:
        styles = base.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        known = dict(base.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {name for name, *_ in styles} == names and known["layer_styles"] == "attributes"
    for _, column, text, default in styles:
        assert column == "geom" and default == 1
        assert ElementTree.fromstring(text).find("renderer-v2/symbols/symbol/layer/Option/Option") is not None


def test_sites_carry_what_the_plan_does_for_them(globe: Path, tmp_path: Path) -> None:
    plan = read(globe)
    shapes, rows = table(exported(globe, tmp_path / "a.gpkg"), "sites")
    assert [row["name"] for row in rows] == list(HOSTILE)
    assert [(shape.x, shape.y) for shape in shapes[:2]] == [(120.2, 30.2), (pytest.approx(120.201), 30.2)]
    left = plan.table("sites").groupby("site")["loss_cny"].sum()
    for row in rows:
        assert row["loss_cny"] == pytest.approx(left[row["id"]])
        assert row["averted_cny"] == pytest.approx(row["loss_before_cny"] - row["loss_cny"])
    assert sum(row["visits"] for row in rows) == plan.table("visits")["visits"].sum() == 4


def test_coverage_is_who_is_reached_within_the_standard(globe: Path, tmp_path: Path) -> None:
    plan = read(globe)
    city = instance_of(plan)
    _, rows = table(exported(globe, tmp_path / "a.gpkg"), "coverage")
    manned = {
        post for post, units in zip(plan.table("patrols")["post"], plan.table("patrols")["units"], strict=True) if units
    }
    posts = [row for row in city.of(PostRow) if row.id in manned]
    inside = within(trips(city, "car", posts, city.of(SiteRow)).minutes, 1.0)
    assert 0 < len(rows) == int(inside.sum()) < len(posts) * len(HOSTILE) + 1
    assert all(row["minutes"] <= 1.0 and row["most_units"] == 1 for row in rows)


def test_shipments_run_from_the_depot_to_the_site(globe: Path, tmp_path: Path) -> None:
    shapes, rows = table(exported(globe, tmp_path / "a.gpkg"), "shipments")
    assert [(row["from_depot"], row["to_site"], row["amount"]) for row in rows] == [("d", "s03", 7.0)]
    assert list(shapes[0].coords) == [(120.21, 30.2), (pytest.approx(120.203), 30.2)]


def test_a_plane_keeps_its_metres(plane: Path, tmp_path: Path) -> None:
    file = exported(plane, tmp_path / "a.gpkg")
    assert "metres" in pyogrio.read_info(file, layer="sites")["crs"]
    shapes, _ = table(file, "sites")
    assert [shape.x for shape in shapes] == [100.0 * i for i in range(len(HOSTILE))]


def test_a_plane_is_no_geojson(plane: Path, tmp_path: Path) -> None:
    done = called("export", plane, "--to", "geojson", "--out", tmp_path / "a.geojson")
    assert done.returncode == 2 and "--to gpkg" in done.stderr and not list(tmp_path.iterdir())


def test_geojson_is_as_the_standard_says(globe: Path, tmp_path: Path) -> None:
    text = exported(globe, tmp_path / "镇 a.geojson").read_text(encoding="utf-8")
    whole = json.loads(text, parse_constant=pytest.fail)
    assert whole["type"] == "FeatureCollection" and "crs" not in whole
    west, south, east, north = whole["bbox"]
    assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    assert {feature["properties"]["layer"] for feature in whole["features"]} == LAYERS
    assert len({feature["id"] for feature in whole["features"]}) == len(whole["features"])
    for feature in whole["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"} and feature["type"] == "Feature"
        shape = feature["geometry"]
        corners = [shape["coordinates"]] if shape["type"] == "Point" else shape["coordinates"]
        assert shape["type"] in ("Point", "LineString") and len(corners) == (1 if shape["type"] == "Point" else 2)
        for lon, lat in corners:
            assert west <= lon <= east and south <= lat <= north
            assert round(lon, 7) == lon and round(lat, 7) == lat
    assert pyogrio.read_info(tmp_path / "镇 a.geojson")["features"] == len(whole["features"])


def test_a_city_without_coordinates_is_refused_on_maps(tmp_path: Path) -> None:
    tables = {
        "sites": [{"id": "s", "x": None, "y": None}],
        "travel": [{"mode": "car", "from_place": "s", "to_place": "s", "minutes": 1}],
        "bodies": [{"id": "b"}],
        "hazards": [{"id": "h", "lead": "b"}],
        "risks": [{"site": "s", "hazard": "h", "loss_cny": 1}],
    }
    travel = {"metric": "table", "speeds_kmh": {"car": 60}}
    solved(load(build(tmp_path / "town", tables, travel=travel)), tmp_path / "plan")
    done = called("export", tmp_path / "plan", "--to", "gpkg")
    assert done.returncode == 2 and "a city without coordinates" in done.stderr
    assert called("export", tmp_path / "plan", "--to", "xlsx").returncode == 0


def styles(file: Path) -> dict[str, ElementTree.Element]:
    """The style of each layer; there is one, and it is the default."""
    with closing(sqlite3.connect(file)) as base:
        rows = base.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles").fetchall()
    assert len({name for name, *_ in rows}) == len(rows) and all(default == 1 for *_, default in rows)
    return {name: ElementTree.fromstring(text) for name, text, _ in rows}


def options(symbol: ElementTree.Element) -> dict[str, str]:
    return {option.attrib["name"]: option.attrib["value"] for option in symbol.findall("layer/Option/Option")}


def test_every_value_that_occurs_has_a_symbol(globe: Path, tmp_path: Path) -> None:
    file = exported(globe, tmp_path / "a.gpkg")
    for name, root in styles(file).items():
        renderer = root.find("renderer-v2")
        assert renderer is not None
        symbols = {symbol.attrib["name"]: symbol.attrib["type"] for symbol in renderer.findall("symbols/symbol")}
        shapes, rows = table(file, name)
        assert set(symbols.values()) == {"marker" if shapes[0].geom_type == "Point" else "line"}
        assert root.findtext("layerGeometryType") == ("0" if shapes[0].geom_type == "Point" else "1")
        named = [*renderer.iter("category"), *renderer.iter("range")]
        assert {each.attrib["symbol"] for each in named} == (set(symbols) if named else set())
        if renderer.attrib["type"] == "categorizedSymbol":
            words = {category.attrib["value"] for category in renderer.iter("category")}
            assert {row[renderer.attrib["attr"]] for row in rows} <= words
        elif renderer.attrib["type"] == "graduatedSymbol":
            assert renderer.attrib["attr"] == 'coalesce("averted_share", 0)'
            ends = [(float(step.attrib["lower"]), float(step.attrib["upper"])) for step in renderer.iter("range")]
            assert [low for low, _ in ends[1:]] == [high for _, high in ends[:-1]]
            shares = [0.0 if row["averted_share"] != row["averted_share"] else row["averted_share"] for row in rows]
            assert all(ends[0][0] <= share <= ends[-1][1] for share in (*shares, 0.0, 1.0))


def test_colours_and_signs_are_those_of_the_report() -> None:
    drawn = {**figure.STYLES, "shipments": figure.STYLES["routes"], "posts": figure.STYLES["units"]}
    drawn["depots"] = figure.STYLES["stock"]
    for name in ("streets", "coverage", "shipments", "measures", "posts", "depots"):
        assert STYLES[name].colour == drawn[name].colour, name
        assert STYLES[name].sign == ("" if drawn[name].is_line else drawn[name].shape), name


def test_sites_are_coloured_by_what_is_averted_and_grow_with_the_loss() -> None:
    losses = [float(i) for i in range(100)]
    rows = [(None, (loss, 0.5)) for loss in losses]
    root = ElementTree.fromstring(qml(Layer("sites", "Point", "=loss_before_cny =averted_share", rows)))
    found = [options(symbol)["color"] for symbol in root.iter("symbol")]
    assert found == [",".join(map(str, (*bytes.fromhex(colour[1:]), 255))) for colour in colours.RAMP]
    sizes = {
        option.attrib["value"]
        for symbol in root.iter("symbol")
        for option in symbol.iter("Option")
        if option.attrib.get("name") == "expression"
    }
    assert sizes == {'coalesce(scale_exp("loss_before_cny", 0, 99.0, 1.6, 6.0, 0.5), 1.6)'}


def test_a_post_is_a_triangle_on_its_tip() -> None:
    root = ElementTree.fromstring(qml(Layer("posts", "Point", "open", [(None, ("yes",))])))
    for symbol in root.iter("symbol"):
        assert (options(symbol)["name"], options(symbol)["angle"]) == ("triangle", "180")


LOAD = """
import sys
from qgis.core import QgsApplication, QgsVectorLayer
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    assert layer.isValid(), name
    _, loaded = layer.loadDefaultStyle()
    assert loaded, name
    print(name, layer.featureCount(), layer.renderer().type())
"""


def test_qgis_loads_layers_with_their_styles(globe: Path, tmp_path: Path) -> None:
    python = next((p for p in ("/usr/bin/python3", sys.executable) if _has_qgis(p)), None)
    if python is None:
        pytest.skip("QGIS's Python is not installed")
    file = exported(globe, tmp_path / "a.gpkg")
    run = subprocess.run([python, "-c", LOAD, str(file), *sorted(LAYERS)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert f"sites {len(HOSTILE)} graduatedSymbol" in run.stdout and "posts 2 categorizedSymbol" in run.stdout


def _has_qgis(python: str) -> bool:
    return (
        Path(python).exists()
        and subprocess.run([python, "-c", "import qgis.core"], capture_output=True).returncode == 0
    )
