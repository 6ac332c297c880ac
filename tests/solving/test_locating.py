"""Capacitated facility location by itself: against the general solver, and what is not taken for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from allocopt.checking import check
from allocopt.instance.load import load
from allocopt.solver import LiveModel, compile_model
from allocopt.solving import search as searching
from allocopt.solving.known_location import LocationModel, location_model
from allocopt.solving.locating import Locating, Outcome
from allocopt.solving.proof import root_bound
from allocopt.solving.run import solve
from allocopt.solving.sending import LocationProblem
from allocopt.solving.staged import plan as staged_plan
from allocopt.solving.staged.plan import large_prepositioning
from allocopt_models.city import city_model
from cities import build

SAME = 1e-9


def drawn(seed: int, depots: int = 9, needs: int = 25, *, alike: bool = False) -> LocationProblem:
    """Depots and needs on a square; where not `alike`, also rooms, sizes and penalties that differ, ways missing, and a
    depot that is open already."""
    draw = np.random.default_rng(seed)
    at, to = draw.random((depots, 2)), draw.random((needs, 2))
    cost = 30.0 * np.hypot(*(at[:, None, :] - to[None, :, :]).transpose(2, 0, 1))
    need, opening = draw.integers(1, 20, needs).astype(float), draw.uniform(100, 400, depots)
    room = np.full(depots, 3.0 * need.sum() / depots)
    if alike:
        spare, size, is_open = np.zeros(needs), np.ones(needs), np.zeros(depots, dtype=bool)
    else:
        cost[draw.random(cost.shape) < 0.1] = np.inf
        room *= draw.uniform(0.3, 1.5, depots)
        size, is_open = draw.choice([0.5, 1.0, 2.5], needs), np.arange(depots) == 0
        spare = np.where(draw.random(needs) < 0.5, need, draw.choice([0.2, 0.5], needs) * need)
    return LocationProblem(
        np.where(is_open, 0.0, opening), room, is_open, cost, need, size, draw.uniform(5, 60, needs), spare
    )


def best(p: LocationProblem) -> float:
    """The least cost, by the general solver of another library."""
    m, n = p.cost.shape
    ways = np.isfinite(p.cost)
    cost = np.concatenate([p.opening, np.where(ways, p.cost, 0.0).ravel(), p.penalty])
    meets = np.hstack([np.zeros((n, m)), np.tile(np.eye(n), (1, m)), np.eye(n)])
    fits = np.hstack([-np.diag(p.room), np.kron(np.eye(m), p.size), np.zeros((m, n))])
    opened = np.hstack(
        [-np.repeat(np.eye(m), n, axis=0) * np.tile(p.need, m)[:, None], np.eye(m * n), np.zeros((m * n, n))]
    )
    upper = np.concatenate([np.ones(m), np.where(ways, p.need, 0.0).ravel(), p.spare])
    lower = np.concatenate([p.open, np.zeros(m * n + n)])
    found = milp(
        cost,
        integrality=np.concatenate([np.ones(m), np.zeros(m * n + n)]),
        bounds=(lower, upper),
        constraints=[LinearConstraint(meets, p.need), LinearConstraint(fits, ub=0.0), LinearConstraint(opened, ub=0.0)],
        options={"mip_rel_gap": 0.0},
    )
    return float(found.fun) if found.success else np.inf


def located(p: LocationProblem, gap: float = 1e-7, **more: Any) -> Outcome:
    return Locating(p, enough=lambda cost: cost - gap * abs(cost), **more).solve()


@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_as_good_as_the_general_solver(seed: int, alike: bool) -> None:
    p = drawn(seed, alike=alike)
    least, found = best(p), located(p)
    if np.isinf(least):
        assert found.taken is None and np.isinf(found.cost)
    else:
        assert found.cost == pytest.approx(least, rel=1e-7)
        assert found.least <= least * (1 + SAME) and found.cost - found.least <= 1.1e-7 * found.cost


@pytest.mark.parametrize("seed", range(10))
def test_any_prices_prove_what_holds(seed: int) -> None:
    p = drawn(seed, alike=seed % 2 == 0)
    search, draw = Locating(p, enough=lambda cost: cost), np.random.default_rng(seed)
    depots = np.concatenate([np.flatnonzero(p.open), np.flatnonzero(~p.open)])
    for _ in range(5):
        prices = np.minimum(draw.uniform(0, 60, len(p.need)), search.dearest)
        assert search.looked_at(prices, depots, int(p.open.sum()), 0)[0] <= best(p) * (1 + SAME)


def test_a_gap_ends_it_sooner_and_the_bound_holds() -> None:
    p = drawn(3, 30, 80)
    exact, near = located(p), located(p, 0.05)
    assert near.least <= exact.cost <= near.cost
    assert near.cost - near.least <= 0.05 * near.cost * (1 + SAME)


def test_stopped_it_tells_what_holds() -> None:
    p = drawn(3, 30, 80)
    exact, stopped = located(p), located(p, stop=lambda: True)
    assert stopped.least <= exact.cost <= stopped.cost


def town(**more: Any) -> dict[str, Any]:
    """Two goods that differ in size, four depots, one of them open; what is missed costs, or is forbidden."""
    draw = np.random.default_rng(5)
    depots = [
        {"id": f"w{i}", "body": "fire", "open": "no", "open_cost_cny": 40.0 + 9 * i, "capacity_m3": 30.0 + 4 * i}
        for i in range(3)
    ]
    depots.append({"id": "w3", "body": "fire", "open": "yes", "open_cost_cny": 0.0, "capacity_m3": 12.0})
    for depot in depots:
        depot |= {"x": float(draw.integers(0, 9000)), "y": float(draw.integers(0, 9000))}
    sites = [{"id": f"s{j}", "x": float(draw.integers(0, 9000)), "y": float(draw.integers(0, 9000))} for j in range(8)]
    goods = [
        {"id": "food", "hazard": "flood", "cost_cny": 1, "volume_m3": 1, "penalty_cny": 30, "ship_cost_cny_km": 0.5},
        {"id": "tents", "hazard": "flood", "cost_cny": 3, "volume_m3": 2.5, "penalty_cny": 70, "ship_cost_cny_km": 1.0},
    ]
    storm = {"scenario": "storm", "period": "t1"}
    needs = [
        {**storm, "site": site["id"], "commodity": good["id"], "amount": int(draw.integers(1, 7))}
        for site in sites
        for good in goods
    ]
    return {
        "bodies": [{"id": "fire"}],
        "hazards": [{"id": "flood", "lead": "fire"}],
        "sites": sites,
        "depots": depots,
        "commodities": goods,
        "scenarios": [{"id": "storm", "probability": 1}],
        "needs": needs,
        **more,
    }


ASKED = {"standards": [{"id": "fed", "rule": "fill_rate", "at_least": 0.9, "per": "site", "commodity": "food"}]}


def known(folder: Path, **more: Any) -> LocationModel | None:
    city = load(build(folder, town(**more), objective="loss_and_spending"))
    data = arrange(city, Regime.named("linked", city), "loss_and_spending").data
    return location_model(compile_model(city_model(data).model))


@pytest.mark.parametrize("more", [{}, ASKED], ids=["penalties", "standard"])
def test_a_location_model_is_known_and_its_prices_prove(tmp_path: Path, more: dict[str, Any]) -> None:
    model = known(tmp_path / "city", **more)
    assert model is not None
    found = model.solve(lambda _: 0.0, 1e-7, None, lambda: False, lambda _, __: None)
    exact = LiveModel(model.arrays).solve()
    assert found.taken is not None
    assert found.cost + model.constant == pytest.approx(exact.objective, rel=1e-7)
    rows, multipliers = model.proof(found)
    live = LiveModel(model.arrays)
    live.add_rows(rows)
    relaxed, proved = live.solve(relaxed=True), root_bound(model.arrays, multipliers, rows)
    assert live.solve().objective == pytest.approx(exact.objective, rel=1e-7)
    assert relaxed.objective - 0.01 * abs(relaxed.objective) <= proved <= relaxed.objective * (1 + SAME)


@pytest.mark.parametrize("more", [{}, ASKED], ids=["penalties", "standard"])
def test_the_plan_is_that_of_the_general_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    city = load(build(tmp_path / "city", town(**more), objective="loss_and_spending"))
    own = solve(city, gap=0.0, threads=1)
    monkeypatch.setattr(searching, "by_its_own_method", lambda *_: None)
    general = solve(city, gap=0.0, threads=1)
    assert own.status == general.status == "optimal"
    assert own.objective == pytest.approx(general.objective, rel=1e-6)
    assert general.bound <= own.objective * (1 + SAME) and own.bound <= general.objective * (1 + SAME)
    assert [str(violation) for violation in check(own)] == []


def test_a_large_one_is_not_taken_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = load(build(tmp_path / "one", town(), objective="loss_and_spending"))
    budget = {"budgets": [{"id": "all", "amount_cny": 120}]}
    other = load(build(tmp_path / "budget", town(**budget), objective="loss_and_spending"))
    monkeypatch.setattr(staged_plan, "LARGE", 0)
    assert large_prepositioning(city, Regime.named("linked", city), "loss_and_spending") is None
    assert large_prepositioning(other, Regime.named("linked", other), "loss_and_spending") is not None


def test_anything_else_is_not_taken_for_it(tmp_path: Path) -> None:
    tables = town()
    others: dict[str, dict[str, Any]] = {
        "budget": {"budgets": [{"id": "all", "amount_cny": 120}]},
        "scenarios": {
            "scenarios": [{"id": "storm", "probability": 0.5}, {"id": "calm", "probability": 0.5}],
            "needs": [*tables["needs"], {**tables["needs"][0], "scenario": "calm"}],
        },
        "risk": {
            "hazards": [*tables["hazards"], {"id": "fire", "lead": "fire"}],
            "risks": [{"site": "s1", "hazard": "fire", "loss_cny": 100}],
            "measures": [{"id": "alarm", "body": "fire", "cost_cny": 5}],
            "effects": [{"by": "measure", "id": "alarm", "hazard": "fire", "share": 0.5}],
        },
    }
    for name, more in others.items():
        assert known(tmp_path / name, **more) is None, name


def test_one_row_more_is_another_problem_unless_it_cannot_bind(tmp_path: Path) -> None:
    model = known(tmp_path / "city")
    assert model is not None
    arrays = model.arrays
    opens = np.flatnonzero(arrays.whole)
    for lower, upper, is_known in ((-np.inf, 1.0, False), (1.0, 9.0, False), (-np.inf, 9.0, True)):
        more = replace(
            arrays,
            starts=np.append(arrays.starts, arrays.starts[-1] + len(opens)).astype(np.int32),
            columns=np.append(arrays.columns, opens).astype(np.int32),
            values=np.append(arrays.values, np.ones(len(opens))),
            row_lower=np.append(arrays.row_lower, lower),
            row_upper=np.append(arrays.row_upper, upper),
        )
        assert (location_model(more) is not None) == is_known
