"""Points with the same covering posts are one place, and only these."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from allocopt.arrange import circles as cells
from allocopt.arrange.circles import Circles, Grid
from allocopt.arrange.merged import circles_of, merge
from allocopt.instance.load import load
from allocopt.schema.settings import Travel
from allocopt.travel import within
from points.clouds import drawn, imported, metres


@pytest.mark.parametrize("plane", [True, False], ids=["plane", "sphere"])
@pytest.mark.parametrize("seed", range(6))
def test_groups_are_those_of_all_pairs(tmp_path: Path, seed: int, plane: bool) -> None:
    cloud = drawn(seed, 400, 12, plane=plane)
    radius = 5.0 if plane else 1500.0
    city = load(imported(tmp_path, cloud, p=3, radius=radius, plane=plane))
    at, weight, posts = cloud
    true: dict[bytes, list[float]] = defaultdict(lambda: [0.0, 0.0])
    near = within(metres(at, posts, plane=plane), radius)
    for row, w in zip(near, weight, strict=True):
        true[row.tobytes()][0] += 1
        true[row.tobytes()][1] += w
    found = merge(city)
    by_circles = Circles.hold
    assert sorted((group.points, group.weight) for group in found.groups) == sorted((n, w) for n, w in true.values())
    circles = circles_of(city)
    for group in found.groups:
        place = np.tile(np.array(group.at), (len(posts), 1))
        key = by_circles(circles, np.arange(len(posts)), place).tobytes()
        assert true[key] == [group.points, group.weight]


@pytest.mark.parametrize("most_open", [2**21, 30, 0])
@pytest.mark.parametrize("seed", range(3))
def test_the_grid_is_exact_however_fine_it_is(monkeypatch: pytest.MonkeyPatch, seed: int, most_open: int) -> None:
    """Several speeds and radii at once, coincident posts, posts beyond the points, circles that hold everything."""
    monkeypatch.setattr(cells, "MOST_OPEN", most_open)
    draw = np.random.default_rng(seed)
    at = draw.uniform(-20, 50, (3000, 2)) * (1e5 if seed == 2 else 1.0)
    centres = np.concatenate((at[:3], at[:3], draw.uniform(-100, 100, (20, 2)), at[100:120]))
    scale = 1e5 if seed == 2 else 1.0
    metres_ = draw.uniform(0, 60, len(centres)) * scale
    metres_[:2] = 0.0, 1e4 * scale
    by_minutes = np.arange(len(centres)) % 3 == 0
    speed = np.full(len(centres), 500.0)
    travel = Travel.model_validate({"metric": "plane", "detour": 1.2})
    minutes = np.where(by_minutes, metres_ / speed, np.inf)
    circles = Circles(travel, centres, speed, minutes, np.where(by_minutes, np.inf, metres_))
    grid = Grid(circles, at.min(axis=0), at.max(axis=0), 10**6)
    found = np.concatenate([grid.sets_of(at[i : i + 700]) for i in range(0, len(at), 700)])
    every = np.arange(len(centres))
    for place, number in zip(at, found.tolist(), strict=True):
        held = circles.hold(every, np.tile(place, (len(centres), 1)))
        assert grid.sets.members(number) == tuple(np.flatnonzero(held).tolist())


def test_around_the_antimeridian_and_the_pole() -> None:
    draw = np.random.default_rng(7)
    at = np.column_stack((draw.uniform(-180, 180, 2000), draw.uniform(80, 90, 2000)))
    centres = np.array([(180.0, 85.0), (-180.0, 85.0), (0.0, 90.0), (10.0, -90.0), (179.9, 89.0)])
    limits = np.array([3e5, 3e5, 2e5, 2.1e7, 1e6])
    travel = Travel.model_validate({"metric": "sphere"})
    circles = Circles(travel, centres, np.ones(5), np.full(5, np.inf), limits)
    grid = Grid(circles, at.min(axis=0), at.max(axis=0), 10**5)
    for place, number in zip(at, grid.sets_of(at).tolist(), strict=True):
        held = circles.hold(np.arange(5), np.tile(place, (5, 1)))
        assert grid.sets.members(number) == tuple(np.flatnonzero(held).tolist())


def test_points_at_one_place(tmp_path: Path) -> None:
    cloud = (np.full((50, 2), 3.0), np.ones(50), np.array([(3.0, 3.0), (9.0, 9.0)]))
    (group,) = merge(load(imported(tmp_path, cloud, p=1, radius=2.0))).groups
    assert (group.points, group.weight) == (50, 50.0)
