"""Cities solved in stages: the same optimum as one model, cuts that hold everywhere, and who is not sent this way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import allocopt
from allocopt.arrange.acting import Regime
from allocopt.arrange.prepositioning import Prepositioning, arrange_prepositioning, is_prepositioning
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.drawing.supply import draw
from allocopt.importers.made import write
from allocopt.solver import Arrays, Columns, LiveModel
from allocopt.solving.search import Targets
from allocopt.solving.staged import plan as staged_plan
from allocopt.solving.staged.recourse import LiveRecourse
from allocopt.solving.staged.search import StagedSearch


def drawn(folder: Path, changes: tuple[str, ...] = (), **size: Any) -> City:
    size = {"depots": 5, "communities": 15, "commodities": 2, "scenarios": 4, "seed": 0} | size
    place = folder / "-".join(f"{name}{number}" for name, number in size.items())
    if not place.exists():
        write(draw(**size), place)
    return allocopt.load(place, changes=changes)


def staged(town: City, objective: str = "loss") -> tuple[Arranged, Prepositioning]:
    arranged = arrange(town, Regime.named("linked", town), objective, shipments=False)
    assert is_prepositioning(town, arranged)
    return arranged, arrange_prepositioning(town, arranged)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("objective", ["loss", "loss_and_spending"])
def test_stages_find_what_one_model_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, objective: str
) -> None:
    town = drawn(tmp_path, seed=seed)
    whole = allocopt.solve(town, objective=objective, gap=0.0, threads=1)
    monkeypatch.setattr(staged_plan, "LARGE", 0)
    apart = allocopt.solve(town, objective=objective, gap=1e-5, threads=1)
    assert apart.status == whole.status == "optimal"
    assert apart.objective == pytest.approx(whole.objective, rel=2e-5)
    assert apart.bound <= whole.objective * (1 + 1e-9)
    assert allocopt.check(apart) == []


def test_goods_spoil_and_lines_filter_alike_in_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines, one of transport alone, and a dearer way to carry."""
    folder = drawn(tmp_path, seed=7).folder
    budgets = folder / "budgets.csv"
    lines = budgets.read_text().replace("id,name,amount_cny,source", "id,name,amount_cny,category,source")
    rows = [line.replace(',"assumed', ',,"assumed') for line in lines.splitlines()]
    budgets.write_text("\n".join([*rows, 'fares,Fares,700,transport,"assumed: to bind"']) + "\n")
    town = allocopt.load(folder, changes=["commodities.*.ship_cost_cny_km=x20"])
    whole = allocopt.solve(town, gap=0.0, threads=1)
    monkeypatch.setattr(staged_plan, "LARGE", 0)
    apart = allocopt.solve(town, gap=1e-5, threads=1)
    used = apart.table("budgets").set_index("line")["used_cny"]
    assert used["fares"].max() == pytest.approx(700, rel=1e-6)
    assert apart.objective == pytest.approx(whole.objective, rel=2e-5)
    assert allocopt.check(apart) == []


def test_cuts_hold_at_every_first_stage_and_touch_their_own(tmp_path: Path) -> None:
    town = drawn(tmp_path, seed=3)
    _, case = staged(town)
    random = np.random.default_rng(0)
    stocks = random.uniform(0.0, 40.0, (12, len(case.stocks))) * (random.random((12, len(case.stocks))) < 0.5)
    lefts = random.uniform(0.0, 5000.0, (12, len(case.lines)))
    for scenario in case.recourse:
        live = LiveRecourse(case, scenario, threads=1, interrupted=lambda: False)
        answers = [live.solve(s, m, rounds=50, deadline=None) for s, m in zip(stocks, lefts, strict=True)]
        found = [answer for answer in answers if answer is not None]
        assert len(found) == 12
        for own, (cut, _) in enumerate(found):
            for i, (_, sent) in enumerate(found):
                assert cut.at(stocks[i], lefts[i]) <= sent.cost * (1 + 1e-6) + 1e-6
            assert cut.at(stocks[own], lefts[own]) == pytest.approx(found[own][1].cost, rel=1e-5, abs=1e-3)


def test_a_bound_told_before_the_end_holds(tmp_path: Path) -> None:
    town = drawn(tmp_path, seed=2)
    best = allocopt.solve(town, gap=0.0, threads=1).objective
    arranged, case = staged(town)
    told: list[tuple[float, float]] = []
    search = StagedSearch(arranged.data, case, threads=1, progress=lambda o, b: told.append((o, b)))
    search.run(Targets(0.0, None, 0.0, None))
    assert len(told) > 5
    assert all(bound <= best * (1 + 1e-9) <= objective * (1 + 1e-6) for objective, bound in told)


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        (("budgets.total.scenario=expected",), {}),
        ((), {"suppliers": 1}),
    ],
)
def test_what_ties_scenarios_goes_to_one_model(tmp_path: Path, changes: tuple[str, ...], size: dict[str, int]) -> None:
    town = drawn(tmp_path, changes, **size)
    arranged = arrange(town, Regime.named("linked", town), "loss", shipments=False)
    assert not is_prepositioning(town, arranged)


@pytest.mark.parametrize("objective", ["cvar", "worst_area"])
def test_objectives_that_bend_go_to_one_model(tmp_path: Path, objective: str) -> None:
    town = drawn(tmp_path)
    assert not is_prepositioning(town, arrange(town, Regime.named("linked", town), objective, shipments=False))


def test_columns_join_a_live_model_and_stay_when_it_is_made_anew() -> None:
    """min 3x, x ≥ 2; then y joins at 1 and is better."""
    one = np.ones(1)
    arrays = Arrays(
        3 * one, 0.0, 0 * one, np.inf * one, np.array([False]), np.array([0, 1], np.int32), np.array([0], np.int32),
        one.copy(), 2 * one, np.inf * one, (), (),
    )  # fmt: skip
    live = LiveModel(arrays, threads=1)
    assert live.solve().objective == pytest.approx(6)
    live.add_columns(Columns(one, np.array([0], np.int32), np.array([0], np.int32), one))
    assert live.solve().objective == pytest.approx(2)
    live.set_rows(0, 5 * one, np.inf * one)
    live._highs = live._new()
    result = live.solve()
    assert result.x is not None
    assert result.x.tolist() == [0.0, 5.0]
