"""Beats, where they come down to the p-median problem."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from cities import city, objective, planned
from special.towns import minutes, people_of, points, sites


@pytest.mark.parametrize("seed", range(3))
def test_median(tmp_path: Path, seed: int) -> None:
    """Hakimi 1964: the p posts that are nearest to the people on average."""
    at, posts, people = points(seed, 9), points(seed + 7, 6), people_of(seed, 9)

    def mean(chosen: tuple[int, ...]) -> float:
        nearest = (min(minutes(posts[p], a) for p in chosen) for a in at)
        return sum(n * m for n, m in zip(people, nearest, strict=True)) / sum(people)

    tables = {"sites": sites(at, people), "posts": [{"id": f"p{i}", "x": x, "y": y} for i, (x, y) in enumerate(posts)]}
    town = city(tmp_path / "city", tables, objective="response_time", beats={"mode": "car", "posts": 3})
    plan = planned(town, tmp_path / "plan")
    assert objective(plan) == pytest.approx(min(map(mean, combinations(range(6), 3))), rel=1e-9)
    assert plan.table("beats")["post"].nunique() == 3


def test_the_nearest_open_post_answers_where_no_beats_are_asked_for(tmp_path: Path) -> None:
    tables = {
        "sites": sites([(0.0, 0.0), (8000.0, 0.0)], [1, 3]),
        "bodies": [{"id": "police"}],
        "posts": [
            {"id": "p0", "x": 1000},
            {"id": "p1", "x": 8000, "open": "no", "open_cost_cny": 100, "body": "police"},
        ],
        "budgets": [{"id": "all", "amount_cny": 99}],
    }
    town = city(tmp_path / "city", tables, objective="response_time")
    assert objective(planned(town, tmp_path / "plan")) == pytest.approx((1 * 1 + 3 * 7) / 4)
