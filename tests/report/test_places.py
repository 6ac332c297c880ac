"""Where things are drawn: true to scale near the middle, across the date line too; points as a grid of their weight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allocopt.instance.load import load
from allocopt.plan import write
from allocopt.report import write_report
from allocopt.report.map.crowd import density
from allocopt.report.map.places import Projection, places_of
from allocopt.schema.settings import Travel
from allocopt.solving.run import solve
from allocopt.travel import way_metres
from cities import city
from points.clouds import drawn as cloud
from points.clouds import imported
from report.pages import drawn, opened


@pytest.mark.parametrize("lon", [120.8, 179.99, -179.99, 0.0])
def test_metres_on_the_page_are_metres_on_the_ground(tmp_path: Path, lon: float) -> None:
    """Eleven kilometres across at 31 degrees north, to a thousandth."""
    east = (lon + 0.1 + 180) % 360 - 180
    sites = [{"id": "a", "lon": lon, "lat": 31.0}, {"id": "b", "lon": east, "lat": 31.05}]
    bare = [{**site, "x": None, "y": None} for site in sites]
    places = places_of(city(tmp_path / "city", {"sites": bare}, travel={"metric": "sphere"}))
    first, second = (places.metres[places.at["sites", name]] for name in "ab")
    ends = [np.array([[site["lon"], site["lat"]]]) for site in sites]
    told = way_metres(Travel.model_validate({}), *ends)[0]
    assert float(np.hypot(*(first - second))) == pytest.approx(float(told), rel=1e-3)
    assert second[0] > first[0] and second[1] > first[1]


def test_a_place_without_coordinates_is_left_out(tmp_path: Path) -> None:
    bare = {
        "sites": [{"id": "a", "x": None, "y": None}],
        "travel": [{"mode": "car", "from_place": "a", "to_place": "a", "minutes": 0}],
    }
    travel = {"metric": "table", "speeds_kmh": {"car": 60}}
    places = places_of(city(tmp_path / "city", bare, travel=travel))
    assert not places.at and places.metres.shape == (0, 2)


@pytest.mark.parametrize("plane", [True, False])
def test_points_are_told_as_a_grid_of_all_their_weight(tmp_path: Path, plane: bool) -> None:
    at, weight, _ = given = cloud(1, 500, 6, plane=plane)
    radius = 5.0 if plane else 2000.0
    town = load(imported(tmp_path / "city", given, p=2, radius=radius, plane=plane))
    grid = density(town, Projection(True) if plane else places_of(town).projection)
    assert sum(grid["weight"]) == pytest.approx(weight.sum(), rel=1e-6)
    assert len(grid["x"]) < len(at)


def test_a_plan_for_points_has_a_page(browser: Any, tmp_path: Path) -> None:
    town = load(imported(tmp_path / "city", cloud(1, 500, 6), p=2, radius=5.0))
    plan = write(solve(town, gap=0.0, threads=1), tmp_path / "plan")
    write_report(tmp_path / "plan", tmp_path / "plan.html", "en")
    with opened(browser, tmp_path / "plan.html") as page:
        grid, units = drawn(page, "density"), drawn(page, "units")
        assert grid is not None and grid["x"]
        assert units is not None and sum("Units at once: 1" in tip for tip in units["tip"]) == 2
        reached = plan.table("points").query("units > 0")["points"].sum()
        assert f"{reached:,}" in page.inner_text("#loss")
