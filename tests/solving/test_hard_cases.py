"""Cities in which a plausible shortcut would be wrong: the smallest one for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.plan import write
from allocopt.solving.run import solve
from cities import city, findings, objective, planned
from solving.towns import INSPECTION, PATROL, Tables, crowded, with_tables
from special.towns import covering, people_of, points


def test_gap_of_nought_is_called_reached_only_if_the_checker_agrees(tmp_path: Path) -> None:
    at, posts, weight = points(0, 8), points(50, 5), people_of(0, 8)
    tables = covering(at, posts, weight, 4, units=4, busy=0.2)
    write(solve(city(tmp_path / "city", tables), gap=0.0, threads=1), tmp_path / "plan")
    assert findings(tmp_path / "plan") == []


def test_casualties_fall_where_no_money_is_lost(tmp_path: Path) -> None:
    """A visit is no less good for the people when their lives have no price."""
    tables = with_tables(
        PATROL,
        sites=[{"id": "s0", "people": 10}, {"id": "s1", "people": 20}],
        risks=[
            {"site": "s0", "hazard": "theft", "loss_cny": 1000},
            {"site": "s1", "hazard": "theft", "casualties": 2},
        ],
    )
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    assert plan.manifest["casualties"] == pytest.approx(1)


@pytest.mark.parametrize(
    "gap",
    [
        0.2,
        0.05,
        0.01,
    ],
)
def test_ceiling_on_loss_is_met_however_wide_the_gap(tmp_path: Path, gap: float) -> None:
    """Least spending that keeps a ceiling on loss, with spending far above what is at risk in a cell."""
    tables: Tables = with_tables(crowded(6))
    tables["measures"] = [{"id": "alarm", "body": "fire", "cost_cny": 1e6, "life_years": 0.01}]
    tables["budgets"] = []
    tables["standards"] = [{"id": "safe", "rule": "loss", "at_most": 9500}]
    town = city(tmp_path / "city", tables, objective="spending")
    plan = planned(town, tmp_path / "plan", gap=gap)
    assert plan.status == "optimal"


def test_pool_may_send_all_its_hours_on_patrol(tmp_path: Path) -> None:
    """Two people of 1000 hours each fill four crews of one for a shift of 500 hours."""
    tables = with_tables(
        PATROL,
        classes=[{"id": "fast", "busy": 0.5}],
        units=[{**PATROL["units"][0], "count": 4, "crew": 1}],
        crews=[{"of": "car", "role": "driver"}],
        pools=[{"id": "drivers", "body": "police", "headcount": 2}],
    )
    shifts = [{"id": "day", "hours_share": 0.5, "loss_share": 1}, {"id": "night", "hours_share": 0.5, "loss_share": 0}]
    plan = planned(city(tmp_path / "city", tables, shifts=shifts), tmp_path / "plan")
    assert plan.table("patrols")["units"].sum() == 4
    assert objective(plan) == pytest.approx(625 + 375)


def test_power_at_every_post_needs_no_mechanism_that_the_power_everywhere_needs(tmp_path: Path) -> None:
    tables = with_tables(
        PATROL,
        units=[{**PATROL["units"][0], "crew": 1}],
        crews=[{"of": "car", "role": "driver", "power": "drive"}],
        pools=[{"id": "drivers", "body": "police"}],
        powers=[
            {"body": "police", "power": "drive", "mechanism": "law"},
            {"body": "police", "power": "drive", "area": "town"},
        ],
        mechanisms=[{"id": "law"}],
        mechanism_costs=[{"mechanism": "law", "body": "police", "cost_cny": 100}],
        budgets=[{"id": "all", "amount_cny": 0}],
    )
    assert objective(planned(city(tmp_path / "city", tables), tmp_path / "plan")) == pytest.approx(500 + 600)


@pytest.mark.parametrize(
    "lines",
    [
        [{"id": "fire", "amount_cny": 100, "body": "fire"}, {"id": "police", "amount_cny": 0, "body": "police"}],
        [
            {"id": "fire", "amount_cny": 100, "body": "fire", "programme": "prevention"},
            {"id": "police", "amount_cny": 0, "body": "police"},
        ],
    ],
    ids=["lines alike", "lines that differ"],
)
def test_joint_holds_every_plan_of_linked(tmp_path: Path, lines: list[dict[str, object]]) -> None:
    """Fire pays the police for a visit, and the police have no other money; together they must manage as well."""
    tables = with_tables(
        INSPECTION,
        bodies=[{"id": "fire"}, {"id": "police"}],
        pools=[{"id": "men", "body": "police", "cost_cny_hour": 50}],
        links=[
            {"id": "k", "helper": "police", "helped": "fire", "programme": "inspection", "price_cny": 50}
            | {"payer_line": "fire", "helper_line": "police"}
        ],
        budgets=lines,
    )
    town = city(tmp_path / "city", tables)
    linked = planned(town, tmp_path / "linked", regime="linked")
    joint = planned(town, tmp_path / "joint", regime="joint")
    assert linked.objective is not None
    assert linked.objective < 1600
    assert joint.bound is not None
    assert joint.bound <= linked.objective + 1e-6
