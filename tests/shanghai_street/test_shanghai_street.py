"""The sub-district of Shanghai: its tables follow from its facts, and its plans are proved."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from allocopt.checker import check
from allocopt.instance.load import load
from allocopt.plan import write
from allocopt.solving.run import solve

ROOT = Path(__file__).parents[2]
CITY = ROOT / "instances" / "shanghai-street"
SHARED = ROOT.parent / "shared" / "data" / "cases" / "shanghai" / "inspection_figures.csv"
INSPECTIONS = ("check", "fire_check", "equip_check", "joint")
# How the figures of known.csv are called in the public data.
ITEMS = {
    "visits": "district emergency bureaus, inspections 2025Q1",
    "violations": "violations found 2025Q1",
    "violations_per_1000": "violations per 1000 visits",
    "corrected": "rectified",
    "corrected_share": "rectification rate",
    "major": "major hazards found",
    "major_per_1000": "major hazards per 1000 visits",
    "key_units": "key units filed for the year",
    "key_coverage": "key-unit coverage in Q1",
    "planned_share": "planned inspections share",
    "triggered_share": "triggered inspections share",
    "penalties": "penalties",
    "fines": "fines",
}


def rows(name: str) -> list[dict[str, str]]:
    with (CITY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows(name)}


def known() -> dict[str, float]:
    return {row["id"]: float(row["value"]) for row in rows("facts/known")}


def share(kind: str, hazard: str, mechanism: str = "") -> float:
    (row,) = [r for r in rows("effects") if (r["id"], r["hazard"], r["mechanism"]) == (kind, hazard, mechanism)]
    return float(row["share"])


def test_it_loads() -> None:
    assert len(load(CITY).tables["sites"]) == len(rows("sites"))


def test_the_tables_are_made_from_the_facts(tmp_path: Path) -> None:
    shutil.copytree(CITY / "facts", tmp_path / "facts")
    shutil.copy(CITY / "make.py", tmp_path)
    subprocess.run([sys.executable, str(tmp_path / "make.py")], cwd=tmp_path, check=True)
    made = {file.name: file.read_bytes() for file in tmp_path.glob("*.csv")}
    assert made == {file.name: file.read_bytes() for file in CITY.glob("*.csv")}


def test_what_the_case_asks_for_is_there() -> None:
    firms = rows("sites")
    assert len(firms) >= 400
    assert set(Counter(firm["type"] for firm in firms)) == {"red", "orange", "yellow", "blue"}
    areas = {firm["area"] for firm in firms}
    assert 10 <= len(areas) <= 16
    assert all(area.startswith("上海市/闵行区/江川路街道/") and area.count("/") == 3 for area in areas)
    assert set(by_id("bodies")) == {"street", "emergency", "fire", "market", "third", "mutual", "residents"}
    hazards = Counter(risk["site"] for risk in rows("risks"))
    assert set(hazards) == {firm["id"] for firm in firms}
    assert set(hazards.values()) <= {1, 2, 3}
    assert len({risk["site"] for risk in rows("risks") if risk["low"] and risk["high"]}) >= 12


def test_every_block_has_firms_that_a_department_answers_for() -> None:
    # Else nobody might enforce there, and screening would not be possible.
    supervised = {firm["area"] for firm in rows("sites") if firm["type"] in ("red", "orange")}
    assert supervised == {firm["area"] for firm in rows("sites")}


def test_the_firms_lie_in_their_sub_district() -> None:
    for firm in rows("sites"):
        assert abs(float(firm["lat"]) - known()["lat"]) < 0.03
        assert abs(float(firm["lon"]) - known()["lon"]) < 0.05


def test_the_known_figures_agree_among_themselves() -> None:
    fact = known()
    assert 1000 * fact["violations"] / fact["visits"] == pytest.approx(fact["violations_per_1000"], abs=0.05)
    assert 1000 * fact["major"] / fact["visits"] == pytest.approx(fact["major_per_1000"], abs=0.05)
    assert 100 * fact["corrected"] / fact["violations"] == pytest.approx(fact["corrected_share"], abs=0.05)
    assert fact["planned_share"] + fact["triggered_share"] == 100
    assert all(row["source"] for row in rows("facts/known"))


def test_the_known_figures_are_those_published() -> None:
    if not SHARED.exists():
        pytest.skip("the published figures are not beside this checkout")
    with SHARED.open(encoding="utf-8-sig", newline="") as file:
        published = {row["item"]: float(row["value"]) for row in csv.DictReader(file)}
    assert {ITEMS[name]: known()[name] for name in ITEMS} == published


def test_the_known_figures_set_the_rates() -> None:
    fact, kinds = known(), by_id("kinds")
    found = fact["violations_per_1000"] / 1000 * fact["corrected_share"] / 100
    for kind, hazard in (("check", "machinery"), ("check", "chemical"), ("fire_check", "fire"), ("joint", "fire")):
        assert share(kind, hazard) == pytest.approx(found, abs=5e-4)
    assert share("screen", "fire") == pytest.approx(found / 2, abs=1e-3)
    assert float(kinds["screen"]["suspects"]) == fact["major_per_1000"] / 1000
    assert float(kinds["check"]["suspects"]) == pytest.approx(fact["penalties"] / fact["visits"], abs=5e-4)
    assert float(by_id("links")["emergency_mutual"]["share"]) == fact["triggered_share"] / 100
    fine = f"{10 * fact['fines'] / fact['penalties']:.0f} thousand yuan"
    assert any(fine in row["source"] for row in rows("effects") if row["mechanism"] == "incentive")
    red = sum(firm["type"] == "red" for firm in rows("sites"))
    pace = red * fact["visits"] / fact["key_units"]
    team = by_id("pools")["emergency_team"]
    assert int(team["headcount"]) * float(team["hours"]) == pytest.approx(2 * 2 * 6.9 * pace, abs=2)


def test_the_norms_are_standards() -> None:
    fact, standards = known(), by_id("standards")
    red = sum(firm["type"] == "red" for firm in rows("sites"))
    assert float(standards["key_floor"]["at_least"]) == fact["floor"]
    assert float(standards["key_ceiling"]["at_most"]) == fact["ceiling"]
    assert red * fact["key_coverage"] / 100 <= float(standards["key_quarter"]["at_least"]) < red
    for name in ("key_floor", "key_ceiling", "key_quarter"):
        assert standards[name]["site_type"] == "red"
        assert standards[name]["kinds"].split(";") == list(INSPECTIONS)
        assert not standards[name]["price_cny"]
    for name in ("orange_ceiling", "yellow_ceiling", "yellow_screen"):
        assert standards[name]["at_most"]


def test_the_mechanisms_unlock_what_the_readme_says() -> None:
    unlocked = {
        name: {row["mechanism"] for row in rows(name)} - {""} for name in ("powers", "kinds", "links", "measures")
    }
    assert set(by_id("mechanisms")) == {"clarify", "vertical", "horizontal", "purchase", "incentive", "mutual"}
    assert unlocked["powers"] == {"clarify", "purchase", "mutual"}
    assert unlocked["kinds"] == {"horizontal"}
    assert unlocked["links"] == {"vertical", "horizontal", "purchase", "incentive", "mutual"}
    assert unlocked["measures"] == {"incentive"}
    assert share("joint", "fire", "incentive") > share("joint", "fire")
    assert {row["mechanism"] for row in rows("mechanism_costs")} == set(by_id("mechanisms"))


def test_only_departments_enforce_until_powers_are_clarified() -> None:
    enforcing = {(row["body"], row["mechanism"]) for row in rows("powers") if row["power"] == "enforce"}
    assert enforcing == {("emergency", ""), ("fire", ""), ("street", "clarify")}
    kinds = by_id("kinds")
    assert kinds["screen"]["refers_to"] == "case"
    assert kinds["screen"]["lag"] == "1"
    assert [row["power"] for row in rows("crews") if row["of"] == "case"] == ["enforce"]


def test_the_readme_names_every_row_of_the_mechanisms() -> None:
    text = (CITY / "README.md").read_text(encoding="utf-8")
    for name in ("mechanisms", "links", "measures", "bodies", "kinds", "pools", "standards"):
        for row in rows(name):
            assert f"`{row['id']}`" in text, f"{name} {row['id']}"


def test_what_is_assumed_says_so() -> None:
    for name in ("sites", "risks", "pools", "links", "budgets", "mechanism_costs", "measures"):
        for row in rows(name):
            real = name == "links" and row["id"] == "emergency_mutual"
            assert row["source"].startswith("assumed") != real


@cache
def _solved(regime: str) -> Any:
    return solve(load(CITY), regime=regime, gap=0.02, gap_avoided=0.10)


@pytest.mark.slow
@pytest.mark.parametrize("regime", ["silo", "linked", "joint"])
def test_the_gaps_are_reached_and_the_checker_agrees(regime: str, tmp_path: Path) -> None:
    plan = _solved(regime)
    assert plan.status == "optimal"
    assert plan.gap <= 0.02
    assert plan.gap_avoided <= 0.10
    write(plan, tmp_path / "plan")
    assert [str(violation) for violation in check(tmp_path / "plan").violations] == []


@pytest.mark.slow
def test_each_regime_holds_the_plans_of_the_one_before() -> None:
    silo, linked, joint = (_solved(regime) for regime in ("silo", "linked", "joint"))
    assert linked.bound <= silo.objective
    assert joint.bound <= linked.objective
    assert silo.bound > linked.objective
    assert silo.bound > joint.objective


@pytest.mark.slow
def test_the_linked_plan_buys_the_mechanisms_that_are_clearly_worth_it() -> None:
    bought = set(_solved("linked").table("mechanisms")["mechanism"])
    assert bought >= {"clarify", "vertical", "horizontal", "incentive"}


@pytest.mark.slow
def test_hard_standards_hold_with_half_of_the_money() -> None:
    plan = solve(load(CITY, scenario="half_money"), regime="silo", gap=0.05)
    assert plan.status == "optimal"
