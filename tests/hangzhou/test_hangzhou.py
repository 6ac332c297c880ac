"""Hangzhou's large public hospitals: what is promised for the instance, and what surely holds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from allocopt.instance.load import load
from allocopt.solving.run import solve
from instance_folder import ROOT, InstanceFolder, by_id, rows_of

FOLDER = InstanceFolder("hangzhou")
CASE = ROOT.parent / "shared" / "data" / "cases" / "hangzhou"
STAGES = {"responsibility": "silo", "modernisation": "linked", "digital": "joint"}

with_case = pytest.mark.skipif(not CASE.is_dir(), reason="the folder with the case's data is not there")


def test_sites_areas_hazards_and_bodies() -> None:
    sites = FOLDER.table("sites")
    assert sum(site["type"] == "campus" for site in sites) == 17
    (private,) = [site for site in sites if site["type"] == "private"]
    assert "树兰" in private["name"] and "民营" in private["name"] and "private" in private["source"]
    districts = {row["district"] for row in FOLDER.facts("districts") if row["id"] != "scenic"}
    assert len(districts) == 13
    assert {site["area"] for site in sites} == {f"杭州市/{district}" for district in districts}
    assert len(sites) == 31
    assert [row["id"] for row in FOLDER.table("hazards")] == [
        "fire", "violence", "crowding", "equipment", "chemicals", "buildings",
    ]  # fmt: skip
    assert len(FOLDER.table("risks")) == 31 * 6
    assert len(FOLDER.table("bodies")) == 7


def test_each_district_states_its_people_of_the_census() -> None:
    people = {row["district"]: int(row["people_2020"]) for row in FOLDER.facts("districts")}
    known = {row["id"]: float(row["value"]) for row in FOLDER.facts("known")}
    assert sum(people.values()) == known["census_city"]
    for site in FOLDER.table("sites"):
        if site["type"] == "district":
            assert int(site["people"]) == people[site["area"].split("/")[1]]
            assert "census (2020)" in site["source"]


def test_the_guards_of_the_norm() -> None:
    """At least 3 % of staff, a guard for 20 beds, 0.3 % of daily out-patients, whichever is most."""
    campuses, beds = by_id(FOLDER.facts("campuses")), {row["type"]: row for row in FOLDER.facts("beds_city")}
    guards = FOLDER.facts("guards")
    assert {row["campus"] for row in guards} == set(campuses)
    for row in guards:
        campus = campuses[row["campus"]]
        city = beds[campus["kind"]]
        staff = round(int(campus["beds"]) * round(int(city["technicians"]) / int(city["beds"]), 4) * 1.5)
        assert (row["beds"], row["outpatients_day"]) == (campus["beds"], campus["outpatients_day"])
        assert int(row["staff"]) == staff
        assert int(row["by_staff"]) == math.ceil(staff * 3 / 100)
        assert int(row["by_beds"]) == math.ceil(int(campus["beds"]) / 20)
        assert int(row["by_outpatients"]) == math.ceil(int(campus["outpatients_day"]) * 3 / 1000)
        assert int(row["needed"]) == max(int(row[rule]) for rule in ("by_staff", "by_beds", "by_outpatients"))
    public = sum(int(row["needed"]) for row in guards if campuses[row["campus"]]["owner"] == "public")
    assert int(by_id(FOLDER.table("units"))["guard_pair"]["count"]) == public // 10  # pairs of a fifth of them


def test_the_guards_that_the_norm_gives_can_keep_the_hard_standard() -> None:
    pair = by_id(FOLDER.table("units"))["guard_pair"]
    campuses = sum(site["type"] == "campus" for site in FOLDER.table("sites"))
    assert 2 * campuses * float(pair["relief"]) <= int(pair["count"])
    assert campuses <= int(pair["vehicles"])


def test_assumed_beds_fit_into_what_the_city_has() -> None:
    beds = {row["type"]: int(row["beds"]) for row in FOLDER.facts("beds_city")}
    campuses = FOLDER.facts("campuses")
    for kind in {row["kind"] for row in campuses}:
        assert sum(int(row["beds"]) for row in campuses if row["kind"] == kind) < beds[kind]
    assert beds["hospital"] == 95386
    assert sum(int(row["beds"]) for row in campuses) == 20800


def test_screening_is_asked_for_where_it_is_due() -> None:
    due = {
        row["id"]
        for row in FOLDER.facts("campuses")
        if row["owner"] == "public" and (int(row["beds"]) >= 1000 or int(row["outpatients_day"]) >= 5000)
    }
    screened = {row["site"] for row in FOLDER.table("standards") if row["id"].startswith("screened_")}
    assert screened == due


def test_the_rings_are_one_three_and_five_minutes() -> None:
    assert [row["standard_min"] for row in FOLDER.table("classes")] == ["1", "3", "5"]
    assert {row["response"]: row["body"] for row in FOLDER.table("units")} == {
        "ring1": "hospitals", "ring3": "police", "ring5": "fire",
    }  # fmt: skip


def test_a_joint_round_needs_two_bodies_and_finds_more_than_separate_ones() -> None:
    crews, pools, powers = FOLDER.table("crews"), FOLDER.table("pools"), FOLDER.table("powers")
    share = {(row["id"], row["hazard"]): float(row["share"]) for row in FOLDER.table("effects") if not row["mechanism"]}
    for joint, alone, hazard in (("joint_round", "fire_round", "fire"), ("joint_order", "order_round", "violence")):
        roles = [row for row in crews if row["of"] == joint]
        (single,) = [row for row in crews if row["of"] == alone]
        people = sum(int(row["people"]) for row in roles)
        assert len(roles) == 2
        assert people * int(roles[0]["hours"]) == int(single["people"]) * int(single["hours"])
        assert share[joint, hazard] > share[alone, hazard]
        able = [{p["body"] for p in pools if row["skill"] in p["skills"].split(";")} for row in roles]
        lawful = [
            {p["body"] for p in powers if p["power"] == row["power"] and not p["mechanism"]} if row["power"] else body
            for row, body in zip(roles, able, strict=True)
        ]
        assert not (able[0] & lawful[0]) & (able[1] & lawful[1])
    assert by_id(FOLDER.table("kinds"))["joint_round"]["mechanism"] == "joint_plan"


@pytest.mark.parametrize(
    ("table", "column", "mechanism", "ids"),
    [
        ("kinds", "id", "platform", {"warning"}),
        ("measures", "id", "platform", {"sensor"}),
        ("effects", "id", "platform", {"joint_round", "joint_order"}),
        ("kinds", "id", "joint_plan", {"joint_round", "joint_order"}),
        ("pools", "id", "purchase", {"firm_staff"}),
        ("links", "id", "purchase", {"firm_hospitals", "firm_market", "firm_health"}),
        ("powers", "body", "alliance", {"hospitals"}),
    ],
)
def test_what_each_mechanism_unlocks(table: str, column: str, mechanism: str, ids: set[str]) -> None:
    assert {row[column] for row in FOLDER.table(table) if row["mechanism"] == mechanism} == ids


def test_what_renews_old_equipment_and_what_teaches() -> None:
    measures = by_id(FOLDER.table("measures"))
    for measure in ("camera", "gate", "alarm", "lift", "oxygen", "store", "structure", "sensor"):
        assert measures[measure]["body"] == "hospitals"
        assert float(measures[measure]["cost_cny_person"]) > 0
    assert {"publicity", "publicity_district"} <= set(measures)
    assert "training" in by_id(FOLDER.table("kinds"))


def test_the_platform_has_six_payers_and_prices_go_from_line_to_line() -> None:
    assert len([row for row in FOLDER.table("mechanism_costs") if row["mechanism"] == "platform"]) == 6
    lines = by_id(FOLDER.table("budgets"))
    priced = [row for row in FOLDER.table("links") if row["price_cny"]]
    assert len(priced) >= 6
    for row in priced:
        assert row["payer_line"] in lines
        assert lines[row["helper_line"]]["body"] == row["helper"]


def test_rows_say_where_they_come_from() -> None:
    for name in ("risks", "effects", "pools", "kinds", "crews", "measures", "budgets", "links", "mechanism_costs"):
        assert all(row["source"].startswith("assumed") for row in FOLDER.table(name)), name
    for file in [*FOLDER.path.glob("*.csv"), *(FOLDER.path / "facts").glob("*.csv")]:
        if file.name != "rates.csv":
            assert all(row["source"] for row in rows_of(file)), file.name


def test_the_stages_are_named_with_their_regime() -> None:
    scenarios = load(FOLDER.path).settings.scenarios
    for stage, regime in STAGES.items():
        assert f"--regime {regime}" in scenarios[stage].name


@with_case
def test_campuses_stand_where_the_map_has_them() -> None:
    given = {row["name"]: row for row in rows_of(CASE / "hospital_campuses_coords.csv")}
    campuses = FOLDER.facts("campuses")
    assert {row["full_name"] for row in campuses} == set(given)
    for row in campuses:
        there = given[row["full_name"]]
        assert (row["district"], row["lat"], row["lon"]) == (there["district"], there["lat_wgs84"], there["lng_wgs84"])


@with_case
def test_the_census_is_that_of_the_case() -> None:
    given = {row["district"]: row for row in rows_of(CASE / "districts_census2020.csv")}
    for row in FOLDER.facts("districts"):
        assert row["people_2020"] == given[row["district"]]["pop_census2020"]
        if row["position_source"].startswith("district point"):
            there = given[row["district"]]
            assert (row["lon"], row["lat"]) == (there["lng_wgs84"], there["lat_wgs84"])


@with_case
def test_beds_and_grades_are_those_of_the_case() -> None:
    given = {row["type"]: row for row in rows_of(CASE / "institutions_beds_2024Q1.csv")}
    ours = {row["name"].split()[0]: row for row in FOLDER.facts("beds_city")}
    assert set(ours) == set(given)
    for name, row in ours.items():
        there = given[name]
        assert [row["institutions"], row["beds"], row["technicians"]] == [
            there["institutions"], there["beds"], there["health_technicians"],
        ]  # fmt: skip
    grades = {row["name"]: row["grade"] for row in rows_of(CASE / "hospital_grades_old_districts.csv")}
    for row in FOLDER.facts("campuses"):
        assert row["grade"] == grades.get(row["full_name"].split("(")[0], "")


@pytest.mark.slow
def test_every_mechanism_is_bought_in_the_linked_plan() -> None:
    tables = solve(load(FOLDER.path), gap=0.02, gap_avoided=0.10, threads=1).tables
    bought = set(tables["mechanisms"]["mechanism"])
    assert bought == {"platform", "joint_plan", "purchase", "alliance"}
    kinds = set(tables["visits"]["kind"])
    assert {"joint_round", "joint_order", "warning", "training", "equip_test"} <= kinds
    assert len(set(tables["measures"]["measure"])) >= 6


@pytest.mark.slow
def test_the_stages_lose_less_and_less() -> None:
    stages: list[Any] = [
        solve(load(FOLDER.path, scenario=stage), regime=regime, gap=0.02, gap_avoided=0.10)
        for stage, regime in STAGES.items()
    ]
    assert stages[0].bound > stages[1].objective
    assert stages[1].bound > stages[2].objective
