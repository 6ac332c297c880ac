"""Cities that lack something: each must still get its plan."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from cities import city, objective, planned
from solving.towns import INSPECTION, PATROL, PREVENTION, SUPPLY, Tables, with_tables


@pytest.mark.parametrize(
    ("tables", "best"),
    [
        (INSPECTION, 1000 / 4 + 600),  # two hours are not enough for two at s0 and one at s1
        (PATROL, 500 + 600),
        (SUPPLY, 0.5 * 50 * 6),
        (PREVENTION, 500 + 600),
    ],
    ids=["inspection", "patrol", "supply", "prevention"],
)
def test_one_programme_alone(tmp_path: Path, tables: Tables, best: float) -> None:
    if tables is INSPECTION:
        tables = with_tables(tables, pools=[{**tables["pools"][0], "hours": 2}])
    assert objective(planned(city(tmp_path / "city", tables), tmp_path / "plan")) == pytest.approx(best)


@pytest.mark.parametrize(("tables", "best"), [(SUPPLY, 0.0), (PREVENTION, 800.0)], ids=["supply", "prevention"])
def test_without_budgets_everything_is_bought(tmp_path: Path, tables: Tables, best: float) -> None:
    plan = planned(city(tmp_path / "city", with_tables(tables, budgets=[])), tmp_path / "plan")
    assert objective(plan) == pytest.approx(best, abs=1e-6)
    assert plan.manifest["next_money"] == []


def test_nothing_can_be_done(tmp_path: Path) -> None:
    tables = {name: INSPECTION[name] for name in ("sites", "bodies", "hazards", "risks")}
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 1600, 1600)
    assert len(plan.table("sites")) == 2


def test_nothing_is_at_risk(tmp_path: Path) -> None:
    plan = planned(city(tmp_path / "city", {"sites": [{"id": "s0"}]}), tmp_path / "plan")
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 0, 0)


@pytest.mark.parametrize(
    "aim",
    [
        "loss_and_spending",
        "spending",
        "worst_area",
    ],
)
def test_nothing_can_be_done_whatever_the_aim(tmp_path: Path, aim: str) -> None:
    tables = {name: INSPECTION[name] for name in ("sites", "bodies", "hazards", "risks")}
    plan = planned(city(tmp_path / "city", tables, worst_area={"per": "total"}), tmp_path / "plan", objective=aim)
    assert plan.objective == (0 if aim == "spending" else 1600)


def test_no_money_at_all(tmp_path: Path) -> None:
    tables = with_tables(PREVENTION, budgets=[{"id": "all", "amount_cny": 0}])
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    assert plan.objective == 1600
    assert plan.spending == 0


def test_nobody_is_there(tmp_path: Path) -> None:
    tables = with_tables(INSPECTION, pools=[{**INSPECTION["pools"][0], "headcount": 0}])
    assert planned(city(tmp_path / "city", tables), tmp_path / "plan").objective == 1600


def test_unit_without_crews(tmp_path: Path) -> None:
    tables = with_tables(PATROL, units=[{**PATROL["units"][0], "count": 0}])
    assert planned(city(tmp_path / "city", tables), tmp_path / "plan").objective == 1600


def test_hours_of_visible_patrol(tmp_path: Path) -> None:
    """Two sites share the free hours of one unit so that what the last hour averts is alike at both."""
    tables = with_tables(
        PATROL,
        units=[{**PATROL["units"][0], "patrol_share": 0.02}],
        effects=[{"by": "unit", "id": "car", "hazard": "theft", "share": 0.05}],
    )
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    a = -math.log(0.95)
    first = (20 + math.log(1000 / 600) / a) / 2
    best = 1000 * math.exp(-a * first) + 600 * math.exp(-a * (20 - first))
    assert objective(plan) == pytest.approx(best, rel=1e-6)


def test_mixed_crews_keep_their_ratio(tmp_path: Path) -> None:
    """Three people a unit, at most one volunteer an officer: three officers and three volunteers are two units."""
    tables = with_tables(
        PATROL,
        bodies=[{"id": "police"}, {"id": "citizens"}],
        units=[{**PATROL["units"][0], "count": 3, "crew": 3}],
        links=[{"id": "k", "helper": "citizens", "helped": "police", "programme": "patrol"}],
        crews=[
            {"of": "car", "role": "officer", "people": 0, "skill": "arrest"},
            {"of": "car", "role": "volunteer", "people": 0, "ratio_to": "officer", "ratio": 1},
        ],
        pools=[
            {"id": "officers", "body": "police", "skills": "arrest", "headcount": 3},
            {"id": "others", "body": "citizens", "skills": "talk", "headcount": 9},
        ],
    )
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    assert plan.table("patrols")["units"].sum() == 2
    assert objective(plan) == pytest.approx(500 + 300)


def test_an_hour_is_spent_once(tmp_path: Path) -> None:
    """The same person cannot visit and patrol."""
    tables = {
        name: [*INSPECTION.get(name, []), *(row for row in PATROL.get(name, []) if row not in INSPECTION.get(name, []))]
        for name in INSPECTION.keys() | PATROL.keys()
    }
    tables["sites"] = INSPECTION["sites"]
    tables["hazards"] = [{"id": "blaze", "lead": "fire"}, {"id": "theft", "lead": "fire"}]
    tables["units"] = [{**PATROL["units"][0], "body": "fire", "crew": 1}]
    tables["pools"] = [{"id": "men", "body": "fire", "hours": 1000}]
    tables["crews"] = [*INSPECTION["crews"], {"of": "car", "role": "driver"}]
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    assert objective(plan) == pytest.approx(1000 / 8 + 600 / 8 + 1600)
