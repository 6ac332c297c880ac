"""The sub-district of Shanghai: its tables follow from its facts, and its plans are proved."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from allocopt.instance.load import load
from allocopt.solving.run import solve
from instance_folder import ROOT, InstanceFolder

FOLDER = InstanceFolder("shanghai-street")
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


def by_id(name: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in FOLDER.table(name)}


def known() -> dict[str, float]:
    return {row["id"]: float(row["value"]) for row in FOLDER.facts("known")}


def share(kind: str, hazard: str, mechanism: str = "") -> float:
    (row,) = [r for r in FOLDER.table("effects") if (r["id"], r["hazard"], r["mechanism"]) == (kind, hazard, mechanism)]
    return float(row["share"])


def test_what_the_case_asks_for_is_there() -> None:
    firms = FOLDER.table("sites")
    assert len(firms) >= 400
    assert set(Counter(firm["type"] for firm in firms)) == {"red", "orange", "yellow", "blue"}
    areas = {firm["area"] for firm in firms}
    assert 10 <= len(areas) <= 16
    assert all(area.startswith("上海市/闵行区/江川路街道/") and area.count("/") == 3 for area in areas)
    assert set(by_id("bodies")) == {"street", "emergency", "fire", "market", "third", "mutual", "residents"}
    hazards = Counter(risk["site"] for risk in FOLDER.table("risks"))
    assert set(hazards) == {firm["id"] for firm in firms}
    assert set(hazards.values()) <= {1, 2, 3}
    assert len({risk["site"] for risk in FOLDER.table("risks") if risk["low"] and risk["high"]}) >= 12


def test_every_block_has_firms_that_a_department_answers_for() -> None:
    # Else nobody might enforce there, and screening would not be possible.
    supervised = {firm["area"] for firm in FOLDER.table("sites") if firm["type"] in ("red", "orange")}
    assert supervised == {firm["area"] for firm in FOLDER.table("sites")}


def test_the_firms_lie_in_their_sub_district() -> None:
    for firm in FOLDER.table("sites"):
        assert abs(float(firm["lat"]) - known()["lat"]) < 0.03
        assert abs(float(firm["lon"]) - known()["lon"]) < 0.05


def test_the_known_figures_agree_among_themselves() -> None:
    fact = known()
    assert 1000 * fact["violations"] / fact["visits"] == pytest.approx(fact["violations_per_1000"], abs=0.05)
    assert 1000 * fact["major"] / fact["visits"] == pytest.approx(fact["major_per_1000"], abs=0.05)
    assert 100 * fact["corrected"] / fact["violations"] == pytest.approx(fact["corrected_share"], abs=0.05)
    assert fact["planned_share"] + fact["triggered_share"] == 100
    assert all(row["source"] for row in FOLDER.facts("known"))


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
    assert any(fine in row["source"] for row in FOLDER.table("effects") if row["mechanism"] == "incentive")
    red = sum(firm["type"] == "red" for firm in FOLDER.table("sites"))
    pace = red * fact["visits"] / fact["key_units"]
    team = by_id("pools")["emergency_team"]
    assert int(team["headcount"]) * float(team["hours"]) == pytest.approx(2 * 2 * 6.9 * pace, abs=2)


def test_the_norms_are_standards() -> None:
    fact, standards = known(), by_id("standards")
    red = sum(firm["type"] == "red" for firm in FOLDER.table("sites"))
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
        name: {row["mechanism"] for row in FOLDER.table(name)} - {""}
        for name in ("powers", "kinds", "links", "measures")
    }
    assert set(by_id("mechanisms")) == {"clarify", "vertical", "horizontal", "purchase", "incentive", "mutual"}
    assert unlocked["powers"] == {"clarify", "purchase", "mutual"}
    assert unlocked["kinds"] == {"horizontal"}
    assert unlocked["links"] == {"vertical", "horizontal", "purchase", "incentive", "mutual"}
    assert unlocked["measures"] == {"incentive"}
    assert share("joint", "fire", "incentive") > share("joint", "fire")
    assert {row["mechanism"] for row in FOLDER.table("mechanism_costs")} == set(by_id("mechanisms"))


def test_only_departments_enforce_until_powers_are_clarified() -> None:
    enforcing = {(row["body"], row["mechanism"]) for row in FOLDER.table("powers") if row["power"] == "enforce"}
    assert enforcing == {("emergency", ""), ("fire", ""), ("street", "clarify")}
    kinds = by_id("kinds")
    assert kinds["screen"]["refers_to"] == "case"
    assert kinds["screen"]["lag"] == "1"
    assert [row["power"] for row in FOLDER.table("crews") if row["of"] == "case"] == ["enforce"]


def test_the_readme_names_every_row_of_the_mechanisms() -> None:
    text = (FOLDER.path / "README.md").read_text(encoding="utf-8")
    for name in ("mechanisms", "links", "measures", "bodies", "kinds", "pools", "standards"):
        for row in FOLDER.table(name):
            assert f"`{row['id']}`" in text, f"{name} {row['id']}"


def test_what_is_assumed_says_so() -> None:
    for name in ("sites", "risks", "pools", "links", "budgets", "mechanism_costs", "measures"):
        for row in FOLDER.table(name):
            real = name == "links" and row["id"] == "emergency_mutual"
            assert row["source"].startswith("assumed") != real


@pytest.mark.slow
def test_the_linked_plan_buys_the_mechanisms_that_are_clearly_worth_it() -> None:
    bought = set(solve(load(FOLDER.path), gap=0.02, gap_avoided=0.10, threads=1).table("mechanisms")["mechanism"])
    assert bought >= {"clarify", "vertical", "horizontal", "incentive"}
