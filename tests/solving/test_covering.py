"""Maximal covering by itself: against every choice of stations, and against the general solver."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from allocopt.solver import LiveModel, compile_model
from allocopt.solving.covering import Covering, Problem
from allocopt.solving.known import CoveringModel, covering_model
from allocopt.solving.proof import root_bound
from allocopt_models.city import city_model
from cities import city
from special.towns import covering, people_of, points


def problem(seed: int, groups: int, stations: int, p: int, *, whole: bool) -> Problem:
    draw = np.random.default_rng(seed)
    reached = draw.random((groups, stations)) < 0.25
    weight = draw.integers(0, 50, groups).astype(float)
    return Problem(csr_array(reached.astype(float)), weight if whole else weight / 7, p)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("p", [1, 3, 5, 9])
@pytest.mark.parametrize("seed", range(6))
def test_as_good_as_every_choice(seed: int, p: int, whole: bool) -> None:
    of = problem(seed, 40, 9, p, whole=whole)
    reached = of.reached.toarray() > 0
    best = max(of.weight[reached[:, list(some)].any(axis=1)].sum() for some in combinations(range(9), p))
    found = Covering(of, lambda covered: covered, lambda covered: covered * (1 + 1e-9)).solve()
    assert found.covered == pytest.approx(best, rel=1e-12)
    assert best <= found.most <= best * (1 + 1e-8) + 1e-9
    assert len(found.taken) <= p


def test_a_gap_ends_it_sooner_and_the_bound_holds() -> None:
    of = problem(1, 400, 40, 6, whole=True)
    exact = Covering(of, lambda covered: covered, lambda covered: covered).solve()
    search = Covering(of, lambda covered: 1.05 * covered, lambda covered: 1.05 * covered)
    near = search.solve()
    assert near.covered <= exact.covered <= near.most <= 1.05 * near.covered


def test_stopped_it_tells_what_holds() -> None:
    of = problem(1, 400, 40, 6, whole=True)
    exact = Covering(of, lambda covered: covered, lambda covered: covered).solve()
    stopped = Covering(of, lambda covered: covered, lambda covered: covered, stop=lambda: True).solve()
    assert stopped.interrupted and stopped.covered <= exact.covered <= stopped.most


def known(folder: Path, **more: object) -> CoveringModel | None:
    at, posts, weight = points(3, 30), points(103, 8), people_of(3, 30)
    town = city(folder, covering(at, posts, weight, 3, units=3, room=1), **more)
    data = arrange(town, Regime.named("linked", town), town.settings.objective).data  # type: ignore[arg-type]
    return covering_model(compile_model(city_model(data).model))


def test_a_covering_model_is_known_and_its_prices_prove(tmp_path: Path) -> None:
    model = known(tmp_path / "city")
    assert model is not None
    result = model.solve(lambda _: 0.0, 0.0, None, lambda: False, lambda _, __: None, 1)
    arrays = model.arrays
    x = model.columns(result.taken)
    cost = float(arrays.cost @ x) + arrays.offset
    exact = LiveModel(arrays).solve()
    assert cost == pytest.approx(exact.objective) and result.most == result.covered
    relaxed = LiveModel(arrays).solve(relaxed=True)
    proved = root_bound(arrays, model.multipliers(result.prices))
    assert 0.9 * relaxed.objective <= proved <= relaxed.objective + 1e-6


def test_anything_else_is_not_taken_for_it(tmp_path: Path) -> None:
    assert known(tmp_path / "spending", objective="loss_and_spending") is not None  # it costs nothing to stand there
    at, posts, weight = points(3, 12), points(103, 5), people_of(3, 12)
    tables = covering(at, posts, weight, 3, units=3)
    others = {
        "cost": {"units": [{**tables["units"][0], "cost_cny_hour": 1}]},
        "busy": {"classes": [{**tables["classes"][0], "busy": 0.5}]},
        "closed": {"posts": [{**post, "open": "no"} for post in tables["posts"]]},
        "standard": {"standards": [{"id": "near", "rule": "cover", "response": "fast", "at_least": 1, "site": "s1"}]},
        "two": {"units": [*tables["units"], {**tables["units"][0], "id": "van"}]},
    }
    for name, more in others.items():
        town = city(tmp_path / name, {**tables, **more}, objective="loss_and_spending")
        data = arrange(town, Regime.named("linked", town), "loss_and_spending").data
        assert covering_model(compile_model(city_model(data).model)) is None, name
