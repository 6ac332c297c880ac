"""Patrol, where it comes down to a covering problem: MCLP, MEXCLP and set covering."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest

from cities import city, objective, planned
from special.towns import covering, minutes, people_of, points


@pytest.mark.parametrize("seed", range(3))
def test_maximal_covering(tmp_path: Path, seed: int) -> None:
    """Church and ReVelle 1974: the weight that is left uncovered, exactly."""
    at, posts, weight = points(seed, 14), points(seed + 100, 8), people_of(seed, 14)
    near = [{i for i, a in enumerate(at) if minutes(p, a) <= 3} for p in posts]
    best = max(sum(weight[i] for i in set().union(*chosen)) for chosen in combinations(near, 3))
    town = city(tmp_path / "city", covering(at, posts, weight, 3, units=3))
    plan = planned(town, tmp_path / "plan")
    assert objective(plan) == pytest.approx(sum(weight) - best, abs=1e-6)
    assert plan.loss_if_nobody_acts == pytest.approx(sum(weight))


def test_a_response_time_equal_to_the_standard_covers(tmp_path: Path) -> None:
    tables = covering([(3000.0, 4000.0)], [(0.0, 0.0)], [7], 5, units=1)
    assert objective(planned(city(tmp_path / "city", tables), tmp_path / "plan")) == 0.0


@pytest.mark.parametrize(("seed", "busy"), [(0, 0.2), (1, 0.5), (2, 0.8)])
def test_maximum_expected_covering(tmp_path: Path, seed: int, busy: float) -> None:
    """Daskin 1983: with n units in reach, a share 1 − busy^n of the weight is covered."""
    at, posts, weight = points(seed, 8), points(seed + 50, 5), people_of(seed, 8)

    def uncovered(chosen: tuple[int, ...]) -> float:
        return sum(w * busy ** sum(minutes(posts[p], a) <= 4 for p in chosen) for a, w in zip(at, weight, strict=True))

    best = min(uncovered(chosen) for chosen in combinations_with_replacement(range(5), 4))
    town = city(tmp_path / "city", covering(at, posts, weight, 4, units=4, busy=busy))
    assert objective(planned(town, tmp_path / "plan")) == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_set_covering(tmp_path: Path, seed: int) -> None:
    """The fewest posts from which every site is reached in time: least spending with the standard `cover`."""
    at, posts = points(seed, 12), points(seed + 20, 8)
    posts[0] = at[0]
    at = [a for a in at if any(minutes(p, a) <= 5 for p in posts)]
    near = [{i for i, a in enumerate(at) if minutes(p, a) <= 5} for p in posts]
    fewest = next(
        k for k in range(1, 9) if any(len(set().union(*chosen)) == len(at) for chosen in combinations(near, k))
    )
    tables: dict[str, Any] = covering(at, posts, [1] * len(at), 5, units=8, share=0.5)
    tables["posts"] = [{**row, "open": "no", "open_cost_cny": 1000, "body": "police"} for row in tables["posts"]]
    tables["standards"] = [{"id": "reached", "rule": "cover", "response": "fast", "at_least": 1}]
    plan = planned(city(tmp_path / "city", tables, objective="spending"), tmp_path / "plan")
    assert objective(plan) == pytest.approx(1000 * fewest)
    assert len(plan.table("posts")) == fewest
