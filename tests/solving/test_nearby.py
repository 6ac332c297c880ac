"""A plan of a covering problem gets no worse place by place, and the best there is where everything is near."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from allocopt.solver import LiveModel, compile_model
from allocopt.solver.arrays import Floats
from allocopt.solving import nearby
from allocopt.solving.nearby import better_nearby, is_covering
from allocopt_models.city import city_model
from cities import city
from special.towns import covering, minutes, people_of, points

SITES, POSTS, UNITS = 40, 30, 4


def live_of(folder: Path, seed: int) -> LiveModel:
    tables = covering(points(seed, SITES), points(seed + 9, POSTS), people_of(seed, SITES), 2, units=UNITS, room=1)
    town = city(folder, tables)
    return LiveModel(
        compile_model(city_model(arrange(town, Regime.named("linked", town), "loss").data).model), threads=1
    )


def poor_plan(live: LiveModel) -> Floats:
    """Units at the first posts there are."""
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    whole = np.flatnonzero(live.arrays.whole)
    fixed = upper.copy()
    fixed[whole[UNITS:]] = 0.0
    live.set_all_bounds(lower, fixed)
    x = live.solve().x
    live.set_all_bounds(lower, upper)
    assert x is not None
    return x


def best(seed: int) -> float:
    at, weight = points(seed, SITES), people_of(seed, SITES)
    near = [{i for i, a in enumerate(at) if minutes(p, a) <= 2} for p in points(seed + 9, POSTS)]
    return sum(weight) - max(sum(weight[i] for i in set().union(*some)) for some in combinations(near, UNITS))


def cost(live: LiveModel, x: Floats) -> float:
    return float(live.arrays.cost @ x) + live.arrays.offset


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("depths", [(1,), (1, 2), (40,)])
def test_a_plan_gets_better(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, depths: tuple[int, ...]
) -> None:
    monkeypatch.setattr(nearby, "DEPTHS", depths)
    live = live_of(tmp_path / "city", seed)
    x, before = poor_plan(live), live.arrays.lower.copy()
    better = better_nearby(live, x, None)
    assert best(seed) - 1e-6 <= cost(live, better) <= cost(live, x) + 1e-9
    assert better[live.arrays.whole].sum() <= UNITS + 1e-6
    assert (live.arrays.lower == before).all()


def test_only_large_covering_problems_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = live_of(tmp_path / "city", 1)
    assert not is_covering(live)
    monkeypatch.setattr(nearby, "FEW_POSTS", 5)
    assert is_covering(live)
    monkeypatch.setattr(nearby, "POSTS", "prevention.start")
    assert not is_covering(live)
