"""Plausible shortcuts that gave a wrong answer once: each in the smallest city that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cities import city, objective, planned

BASE: dict[str, Any] = {
    "sites": [{"id": "s0", "people": 100}],
    "bodies": [{"id": "b"}],
    "hazards": [{"id": "h", "lead": "b"}],
    "risks": [{"site": "s0", "hazard": "h", "loss_cny": 1000}],
}
VISITS: dict[str, Any] = {
    **BASE,
    "pools": [{"id": "g", "body": "b", "hours": 10}],
    "kinds": [{"id": "q", "most": 3}],
    "crews": [{"of": "q", "role": "r"}],
    "effects": [{"by": "kind", "id": "q", "hazard": "h", "share": 0.5}],
}
# Six sites, one hour of visible patrol averts a thousandth: efforts are a continuum, lines are tangents.
PRESENCE: dict[str, Any] = {
    "sites": [{"id": f"s{i}"} for i in range(6)],
    "bodies": [{"id": "b"}],
    "hazards": [{"id": "h", "lead": "b"}],
    "risks": [{"site": f"s{i}", "hazard": "h", "loss_cny": 50000 * (i + 1)} for i in range(6)],
    "classes": [{"id": "c", "standard_min": 0}],
    "units": [{"id": "u", "body": "b", "response": "c", "count": 5, "patrol_share": 1}],
    "posts": [{"id": "p"}],
    "effects": [{"by": "unit", "id": "u", "hazard": "h", "share": 0.001}],
}


def test_many_units_of_a_busy_class_do_not_avert_all(tmp_path: Path) -> None:
    """MEXCLP: twenty cars, each busy a tenth of its time, money for two of them: a hundredth is left."""
    tables = {
        **BASE,
        "classes": [{"id": "c", "standard_min": 1, "busy": 0.1}],
        "units": [{"id": "u", "body": "b", "response": "c", "count": 20, "cost_cny_hour": 1}],
        "posts": [{"id": "p"}],
        "effects": [{"by": "class", "id": "c", "hazard": "h", "share": 1}],
        "budgets": [{"id": "all", "amount_cny": 2000}],
    }
    assert objective(planned(city(tmp_path / "city", tables), tmp_path / "plan")) == pytest.approx(10)


def test_more_units_than_a_class_can_use(tmp_path: Path) -> None:
    """The fortieth unit adds less effort than the solver can see; all of them are free, so all stand there."""
    tables = {
        **BASE,
        "classes": [{"id": "c", "standard_min": 1, "busy": 0.25}],
        "units": [{"id": "u", "body": "b", "response": "c", "count": 40}],
        "posts": [{"id": "p"}],
        "effects": [{"by": "class", "id": "c", "hazard": "h", "share": 0.5}],
    }
    assert objective(planned(city(tmp_path / "city", tables), tmp_path / "plan")) == pytest.approx(500)


def test_a_post_holds_no_more_units_than_it_has_room_for(tmp_path: Path) -> None:
    """Two of forty units fit: of a half that an arriving unit averts, a sixteenth is missed while both are busy."""
    tables = {
        **BASE,
        "classes": [{"id": "c", "standard_min": 1, "busy": 0.25}],
        "units": [{"id": "u", "body": "b", "response": "c", "count": 40}],
        "posts": [{"id": "p", "units": 2}],
        "effects": [{"by": "class", "id": "c", "hazard": "h", "share": 0.5}],
    }
    expected = 1000 * (1 - 0.5 * (1 - 0.25**2))
    assert objective(planned(city(tmp_path / "city", tables), tmp_path / "plan")) == pytest.approx(expected)


def test_worst_area_with_a_weight(tmp_path: Path) -> None:
    plan = planned(city(tmp_path / "city", VISITS), tmp_path / "plan", objective={"worst_area": 2.0})
    assert objective(plan) == pytest.approx(2 * 1000 / 8 / 100)


def test_little_is_kept_over_many_months(tmp_path: Path) -> None:
    tables = {**VISITS, "hazards": [{"id": "h", "lead": "b", "keep": 0.1}]}
    periods = [{"id": f"t{i:02d}", "hours": 730} for i in range(12)]
    assert planned(city(tmp_path / "city", tables, periods=periods), tmp_path / "plan").status == "optimal"


def test_worst_area_by_share_with_a_small_loss_beside_a_large_one(tmp_path: Path) -> None:
    tables = {
        **VISITS,
        "sites": [{"id": "s0"}, {"id": "s1"}],
        "risks": [
            {"site": "s0", "hazard": "h", "loss_cny": 2e9},
            {"site": "s1", "hazard": "h", "loss_cny": 1},
        ],
    }
    town = city(tmp_path / "city", tables, worst_area={"per": "share"})
    assert objective(planned(town, tmp_path / "plan", objective="worst_area")) == pytest.approx(1 / 8)


def test_repair_of_a_ceiling_on_loss_repairs(tmp_path: Path) -> None:
    cap = {"id": "cap", "rule": "loss", "at_most": 1000}
    plan = planned(city(tmp_path / "city", {**PRESENCE, "standards": [cap]}), tmp_path / "plan")
    assert plan.status == "infeasible"
    repair = plan.manifest["conflict"]["repairs"][0]["changes"][0]["amount"]
    looser = {**PRESENCE, "standards": [{**cap, "at_most": 1000 + repair}]}
    assert planned(city(tmp_path / "looser", looser), tmp_path / "plan").status == "optimal"


@pytest.mark.parametrize("dear", ["weight", "price"])
def test_gap_is_reached_when_a_cny_of_loss_weighs_much(tmp_path: Path, dear: str) -> None:
    tables, aim = PRESENCE, {"loss": 1e6}
    if dear == "price":
        cap = {"id": "cap", "rule": "loss", "at_most": 3e5, "price_cny": 1e5}
        tables, aim = {**PRESENCE, "standards": [cap]}, {"spending": 1.0}
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan", objective=aim, gap=1e-4)
    assert plan.status == "optimal"


def test_gap_is_reached_when_many_measures_lower_a_need(tmp_path: Path) -> None:
    tables = {
        "sites": [{"id": "s0"}],
        "bodies": [{"id": "b"}],
        "hazards": [{"id": "h", "lead": "b"}],
        "scenarios": [{"id": "w", "probability": 0.5}],
        "commodities": [{"id": "k", "hazard": "h", "penalty_cny": 10}],
        "needs": [{"scenario": "w", "site": "s0", "commodity": "k", "period": "t1", "amount": 1000}],
        "measures": [{"id": f"m{i}", "body": "b", "cost_cny": 10 + 3 * i} for i in range(8)],
        "effects": [{"by": "measure", "id": f"m{i}", "commodity": "k", "share": 0.1 + 0.07 * i} for i in range(8)],
        "budgets": [{"id": "all", "amount_cny": 120}],
    }
    assert planned(city(tmp_path / "city", tables), tmp_path / "plan", gap=1e-4).status == "optimal"


def test_joint_holds_a_linked_plan_where_a_body_has_two_lines_alike(tmp_path: Path) -> None:
    """B pays H 30 from b1 and spends 70, which fits b1 (100) and b2 (80) apart but not the line they make in joint."""
    tables = {
        "sites": [{"id": "s0"}, {"id": "s1"}],
        "bodies": [{"id": "H"}, {"id": "B"}],
        "hazards": [{"id": "h", "lead": "B"}, {"id": "h2", "lead": "B"}],
        "risks": [
            {"site": "s0", "hazard": "h", "loss_cny": 1000},
            {"site": "s1", "hazard": "h2", "loss_cny": 1000},
        ],
        "pools": [{"id": "g", "body": "H", "cost_cny_hour": 10, "hours": 10}],
        "kinds": [{"id": "q", "most": 3}],
        "crews": [{"of": "q", "role": "r"}],
        "measures": [{"id": "m", "body": "B", "cost_cny": 70}],
        "effects": [
            {"by": "kind", "id": "q", "hazard": "h", "share": 0.5},
            {"by": "measure", "id": "m", "hazard": "h2", "share": 0.5},
        ],
        "budgets": [
            {"id": "b1", "amount_cny": 100, "body": "B"},
            {"id": "b2", "amount_cny": 80, "body": "B"},
            {"id": "h1", "amount_cny": 30, "body": "H"},
            {"id": "hi", "amount_cny": 0, "body": "H", "programme": "inspection"},
        ],
        "links": [
            {"id": "k", "helper": "H", "helped": "B", "programme": "inspection", "price_cny": 10}
            | {"payer_line": "b1", "helper_line": "hi"}
        ],
    }
    town = city(tmp_path / "city", tables)
    linked = planned(town, tmp_path / "linked", regime="linked")
    joint = planned(town, tmp_path / "joint", regime="joint")
    assert joint.bound is not None
    assert linked.objective is not None
    assert joint.bound <= linked.objective + 1e-6
