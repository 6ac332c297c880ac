"""Fairness: the frontier between least loss and the worst-off area, against hand and against every plan there is."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from rich.cells import cell_len

from allocopt.checker import check
from allocopt.city import City
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.solving.run import solve
from allocopt.study.study import Study
from allocopt.study.workers import InterruptedStudyError
from allocopt.study.worst_off.run import fairness
from allocopt.study.worst_off.spread import gini, kappa, kolm_pollak
from cities import build, city, planned
from cli.command import allocopt
from drawn.enumeration import TooManyPlansError
from drawn.strategies import Drawn, mixed, patrolled, prevented
from study.enumerated import every_plan, losses, worst_areas

EXACT: dict[str, Any] = {"gap": 1e-6, "workers": 1}
PER_HEAD = {"level": 2, "per": "head"}


def lamps(money: float = 20) -> dict[str, Any]:
    """Money for two lamps, each of which halves the loss at a site; few people live in the west."""
    places = {"s1": ("east", 100, 1000), "s2": ("west", 10, 300), "s3": ("east", 50, 900), "s4": ("west", 20, 400)}
    return {
        "sites": [{"id": s, "area": f"town/{area}", "people": people} for s, (area, people, _) in places.items()],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "theft", "lead": "town"}],
        "risks": [{"site": s, "hazard": "theft", "loss_cny": loss} for s, (_, _, loss) in places.items()],
        "measures": [{"id": "lamp", "body": "town", "cost_cny": 10}],
        "effects": [{"by": "measure", "id": "lamp", "hazard": "theft", "share": 0.5}],
        "budgets": [{"id": "all", "amount_cny": money}],
    }


@pytest.fixture
def town(tmp_path: Path) -> City:
    return load(build(tmp_path / "town", lamps(), worst_area=PER_HEAD))


def test_the_three_plans_of_the_town(town: City, tmp_path: Path) -> None:
    """Both lamps in the west; one in each; both in the east."""
    study = fairness(town, tmp_path / "study", points=5, **EXACT)
    found = study.tables["fairness"]
    assert found["worst"].tolist() == pytest.approx([1900 / 150] * 2 + [500 / 30] * 2 + [700 / 30])
    assert found["objective"].tolist() == pytest.approx([2250, 2250, 1900, 1900, 1650])
    assert found["more_cny"].tolist() == pytest.approx([600, 600, 250, 250, 0])
    assert found["price_of_fairness"].tolist()[0] == pytest.approx(600 / 1650)
    assert (found["more_at_least_cny"] <= found["more_cny"] + 1e-6).all()
    assert (found["more_at_most_cny"] >= found["more_cny"] - 1e-6).all()
    assert found["area"].tolist()[::2] == ["town/east", "town/west", "town/west"]
    assert all(check(tmp_path / "study" / plan).ok for plan in found["plan"])
    assert check(tmp_path / "study" / "plans" / "least-worst").ok
    assert study.manifest["least_worst"]["objective"] == pytest.approx(1900 / 150)
    areas = study.tables["areas"].set_index(["point", "area"])["per_head"]
    assert areas["least-loss", "town/west"] == pytest.approx(700 / 30)
    assert areas["1", "town/west"] == pytest.approx(350 / 30)


def test_a_city_in_which_both_aims_agree_has_one_plan(tmp_path: Path) -> None:
    town = load(build(tmp_path / "town", lamps(money=1000), worst_area=PER_HEAD))
    found = fairness(town, tmp_path / "study", points=5, **EXACT).tables["fairness"]
    assert found["point"].tolist() == ["1", "least-loss"]
    assert found["more_cny"].tolist() == pytest.approx([0, 0])


def test_the_spread_of_a_loss() -> None:
    assert gini([0, 1], [1, 1]) == pytest.approx(0.5)
    assert gini([3, 3, 3], [1, 5, 2]) == 0
    assert gini([1, 3], [3, 1]) == pytest.approx(gini([1, 1, 1, 3], [1, 1, 1, 1]))
    assert kappa([0, 2], [1, 1]) == pytest.approx(0.5)
    assert kolm_pollak([0, 2], [1, 1], 0.5) == pytest.approx(2 * math.log((1 + math.e) / 2))
    assert kolm_pollak([4, 4], [1, 9], 0.3) == pytest.approx(4)
    assert kolm_pollak([0, 0], [1, 9], kappa([0, 0], [1, 9])) == 0
    assert 1 < kolm_pollak([0, 2], [1, 1], 0.5) < 2


def test_standards_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    tables = lamps() | {"standards": [{"id": "low", "rule": "loss", "at_most": 100}]}
    folder = build(tmp_path / "town", tables, worst_area=PER_HEAD)
    run = allocopt("study", "fairness", folder, "--workers", "1", "--out", tmp_path / "study")
    assert run.returncode == 3 and "infeasible" in run.stdout and "Traceback" not in run.stderr
    assert json.loads((tmp_path / "study" / "study.json").read_text())["status"] == "infeasible"


@pytest.mark.parametrize(
    ("per", "worst", "least"), [("head", 500 / 30, 1900), ("total", 950.0, 1650), ("share", 1400 / 1900, 1900)]
)
def test_a_ceiling_is_kept_in_every_solve(town: City, tmp_path: Path, per: str, worst: float, least: float) -> None:
    measure = f"city.worst_area.per={per}"
    held = load(town.folder, changes=(measure, f"city.worst_area.at_most={worst * (1 + 1e-9)!r}"))
    plan = planned(held, tmp_path / "held")
    assert plan.objective == pytest.approx(least)
    assert plan.table("standards")["standard"].tolist() == ["worst_area"] * 2
    told = solve(load(town.folder, changes=(measure, "city.worst_area.at_most=0.01")))
    assert told.status == "infeasible" and told.manifest["conflict"]["standards"] == ["worst_area"]
    ((change,),) = (repair["changes"] for repair in told.manifest["conflict"]["repairs"])
    eased = load(town.folder, changes=(measure, change["set"]))
    assert solve(eased).status == "optimal"


def test_the_checker_sees_a_ceiling_that_is_broken(town: City, tmp_path: Path) -> None:
    """A plan made without the ceiling is told to have one."""
    planned(town, tmp_path / "plan")
    manifest = json.loads((tmp_path / "plan" / "plan.json").read_text())
    manifest["options"]["set"] = ["city.worst_area.at_most=20"]
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(manifest))
    found = [(v.rule, v.found) for v in check(tmp_path / "plan", edited=True).violations]
    assert ("standard", f"worst_area/town/west: {700 / 30:.12g}") in found


def test_penalties_of_needs_count(tmp_path: Path) -> None:
    """What is short of goods is lost too: kits go to one area or the other, and the ceiling moves them."""
    tables = {
        "sites": [{"id": "a", "area": "town/a", "people": 1}, {"id": "b", "area": "town/b", "people": 1}],
        "bodies": [{"id": "town"}],
        "hazards": [{"id": "flood", "lead": "town"}],
        "commodities": [{"id": "kit", "hazard": "flood", "cost_cny": 1, "penalty_cny": 4}],
        "depots": [{"id": "d", "body": "town"}],
        "scenarios": [{"id": "wet", "probability": 0.5}],
        "needs": [
            {"scenario": "wet", "site": s, "commodity": "kit", "period": "t1", "amount": n, "penalty_cny": p}
            for s, n, p in (("a", 10, 10), ("b", 10, 4))
        ],
        "budgets": [{"id": "all", "amount_cny": 10}],
    }
    town = city(tmp_path / "town", tables, worst_area=PER_HEAD)
    found = fairness(town, tmp_path / "study", points=3, **EXACT).tables["fairness"]
    # Least loss: all ten kits to a, and b misses 0.5 · 4 · 10 = 20. Fairest: 5 · (10 − x) = 2 · x, so that x = 50 / 7.
    assert found["worst"].tolist() == pytest.approx([100 / 7, (100 / 7 + 20) / 2, 20], rel=1e-6)
    assert found["objective"].tolist()[::2] == pytest.approx([200 / 7, 20], rel=1e-5)
    assert all(check(tmp_path / "study" / plan).ok for plan in found["plan"])


@pytest.mark.parametrize("workers", [1, 2])
def test_the_tables_do_not_depend_on_workers_nor_on_being_stopped(town: City, tmp_path: Path, workers: int) -> None:
    first = fairness(town, tmp_path / "a", points=4, workers=1)
    stops = iter([False, False, True])
    with pytest.raises(InterruptedStudyError):
        fairness(town, tmp_path / "b", points=4, workers=1, interrupted=lambda: next(stops))
    second = fairness(town, tmp_path / "b", points=4, workers=workers)
    same_bytes(first, second)


def same_bytes(first: Study, second: Study) -> None:
    assert first.folder is not None and second.folder is not None
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, second.tables[name])
        assert (first.folder / f"{name}.csv").read_bytes() == (second.folder / f"{name}.csv").read_bytes()


@pytest.mark.parametrize(
    ("settings", "tables"),
    [
        ({"worst_area": {"level": 3}}, {}),
        ({"worst_area": PER_HEAD}, {"sites": [{"id": f"s{i}", "area": "town/east"} for i in range(1, 5)]}),
        ({"worst_area": PER_HEAD}, {"standards": [{"id": "worst_area", "rule": "measures", "at_least": 1}]}),
        ({"worst_area": PER_HEAD}, {"risks": [], "effects": [], "measures": []}),
    ],
)
def test_areas_that_cannot_be_compared_are_refused(tmp_path: Path, settings: Any, tables: Any) -> None:
    town = load(build(tmp_path / "town", lamps() | tables, **settings))
    with pytest.raises(InputError):
        fairness(town, tmp_path / "study", **EXACT)
    assert not (tmp_path / "study").exists()


def test_the_summary_tells_both_languages_in_eighty_columns(tmp_path: Path) -> None:
    tables = lamps()
    for site in tables["sites"]:
        site["area"] = site["area"].replace("east", "东山街道").replace("west", "西塘街道")
    folder = build(tmp_path / "town", tables, title="江南水乡 The water town", worst_area=PER_HEAD)
    words = ("study", "fairness", folder, "--points", "3", "--workers", "1", "--out", tmp_path / "study")
    found = allocopt(*words, COLUMNS="80")
    assert found.returncode == 0 and "Traceback" not in found.stderr
    assert max(map(cell_len, found.stdout.splitlines())) <= 80
    assert "江南水乡" in found.stdout and "town/西塘街道" in found.stdout and "+600" in found.stdout
    told = json.loads(allocopt(*words, "--json").stdout)
    assert [point["point"] for point in told["points"]] == ["1", "2", "least-loss"]


FEW = settings(
    max_examples=4,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", [prevented, patrolled, mixed], ids=lambda s: s.__name__)
def test_no_plan_below_a_ceiling_is_better(strategy: Callable[[], Any]) -> None:
    @FEW
    @given(strategy())
    def test(drawn: Drawn) -> None:
        compare(*drawn)

    test()


def compare(tables: Any, given_settings: Any) -> None:
    """Every point against all plans under its ceiling, and the study against what surely holds."""
    wanted = {**given_settings, "worst_area": {"level": 2, "per": "total"}}
    try:
        plans = every_plan(tables, wanted)
    except TooManyPlansError:
        assume(False)
    loss, worst = losses(plans), worst_areas(plans)
    assume(np.isfinite(loss).any())
    with TemporaryDirectory() as place:
        study = fairness(city(Path(place) / "city", tables, **wanted), Path(place) / "study", points=4, **EXACT)
        rows = study.tables["fairness"].to_dict("records")
        for row in rows:
            assert check(Path(place) / "study" / row["plan"]).ok
            most, near = row["worst_at_most"], 2e-6 * max(1.0, row["objective"])
            at_most = loss[worst <= most * (1 + 2e-6) + 1e-6].min()
            below = loss[worst <= most * (1 - 2e-6)].min(initial=np.inf)
            assert at_most - near <= row["objective"] <= below + near
            assert row["bound"] <= below + near
            assert row["worst"] <= most * (1 + 1e-6) + 1e-9
        for fair, cheap in pairwise(rows):
            assert cheap["objective"] <= fair["objective"] + 1e-9 and cheap["bound"] <= fair["bound"] + 1e-9
