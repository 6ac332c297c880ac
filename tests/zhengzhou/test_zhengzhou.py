"""Zhengzhou's 593 communities: what is promised for the instance, and what surely holds."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from allocopt.instance.load import load
from instance_folder import ROOT, InstanceFolder, by_id, rows_of

FOLDER = InstanceFolder("zhengzhou")
CASE = ROOT.parent / "shared" / "data" / "cases" / "zhengzhou"

with_case = pytest.mark.skipif(not CASE.is_dir(), reason="the folder with the case's data is not there")


def test_what_was_asked_for_is_there() -> None:
    sizes = {"sites": 593, "bodies": 6, "hazards": 3, "mechanisms": 5, "depots": 13, "commodities": 2, "scenarios": 12}
    for name, size in sizes.items():
        assert len(FOLDER.table(name)) == size, name
    assert len(load(FOLDER.path).settings.periods) == 2
    assert len(FOLDER.table("risks")) == 593 * 3


def test_communities_follow_the_people_of_the_townships() -> None:
    """Largest remainder on the estimate for 2021; everybody is in some community of the township or one nearby."""
    townships = FOLDER.facts("townships")
    whole = sum(int(row["people_2021"]) for row in townships)
    assert (len(townships), whole) == (160, 12742002)
    exact = {row["code"]: 593 * int(row["people_2021"]) / whole for row in townships}
    number = {code: math.floor(value) for code, value in exact.items()}
    for code in sorted(exact, key=lambda code: (number[code] - exact[code], code))[: 593 - sum(number.values())]:
        number[code] += 1
    assert Counter(site["id"].split("-")[0] for site in FOLDER.table("sites")) == Counter(number)
    assert sum(int(site["people"]) for site in FOLDER.table("sites")) == 12_742_000
    people: dict[str, int] = defaultdict(int)
    for site in FOLDER.table("sites"):
        people[site["area"].split("/")[1]] += int(site["people"])
    for district, count in people.items():
        estimate = sum(int(row["people_2021"]) for row in townships if row["district"] == district)
        assert abs(count - estimate) <= len(townships)


def test_three_levels_of_grid_and_places_around_the_point_of_the_township() -> None:
    townships = {row["code"]: row for row in FOLDER.facts("townships")}
    for site in FOLDER.table("sites"):
        row = townships[site["id"].split("-")[0]]
        assert site["area"] == f"郑州市/{row['district']}/{row['name']}"
        assert site["name"].startswith(row["name"]) and row["gloss"] in site["name"]
        assert site["source"].startswith("assumed") and "name" in site["source"]
        north_km = (float(site["lat"]) - float(row["lat"])) * 111.195
        east_km = (float(site["lon"]) - float(row["lon"])) * 111.195 * math.cos(math.radians(float(row["lat"])))
        assert math.hypot(north_km, east_km) <= math.sqrt(float(row["area_km2"]) / math.pi) + 0.01
    assert len({(site["lon"], site["lat"]) for site in FOLDER.table("sites")}) == 593


def test_the_storm_is_scaled_to_what_was_counted() -> None:
    """The scenario of 2021 costs 40.9 billion yuan and 380 people; its rain is that of the stations, roughly."""
    storm = {row["id"]: float(row["value"]) for row in FOLDER.facts("storm")}
    assert (storm["hour_mm"], storm["three_days_mm"]) == (201.9, 617.1)
    assert (storm["dead"], storm["loss_cny"]) == (380, 40.9e9)
    (again,) = [row for row in FOLDER.facts("storms") if row["id"] == "again"]
    assert (float(again["most_3d_mm"]), float(again["most_1h_mm"])) == (storm["most_mm"], storm["hour_mm"])
    made = _python(
        "import make; s = make.STORMS['again']; c = make.communities(); t = make.TOWNSHIPS; a = t.values();"
        "dead = make.dead_for_damage();"
        "print(sum(make.damage(s, x) for x in c) * make.cny_for_damage());"
        "print(sum(make.damage(s, x) * dead[x.township.district] for x in c));"
        "print(make.rain_mm(s, '3d', t['410103007']));"
        "print(sum(make.rain_mm(s, '3d', x) * x.area_km2 for x in a) / sum(x.area_km2 for x in a))"
    )
    loss, dead, station, mean = (float(line) for line in made.split())
    assert loss == pytest.approx(storm["loss_cny"])
    assert dead == pytest.approx(storm["dead"])
    assert station == pytest.approx(storm["three_days_mm"], rel=0.02)
    assert mean == pytest.approx(storm["city_mean_mm"], rel=0.1)


def _python(text: str) -> str:
    words = [sys.executable, "-B", "-c", text]
    return subprocess.run(words, cwd=FOLDER.path, capture_output=True, text=True, check=True).stdout


def test_storms_differ_and_need_goods_only_where_they_are_heavy() -> None:
    storms, needs = FOLDER.facts("storms"), FOLDER.table("needs")
    assert len({row["township_3d"] for row in storms}) >= 10
    assert sum(float(row["probability"]) for row in storms) < 0.5
    assert all(row["source"].startswith("assumed") for row in FOLDER.table("scenarios"))
    for row in storms:
        hit = {need["site"] for need in needs if need["scenario"] == row["id"]}
        assert 30 <= len(hit) <= 593 / 3, row["id"]
    assert {row["period"] for row in needs} == {"flood"}


def test_who_leads_what() -> None:
    types = {site["id"]: site["type"] for site in FOLDER.table("sites")}
    leads: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in FOLDER.table("risks"):
        usual = {"flood": "districts", "order": "police", "fire": "fire"}[row["hazard"]]
        leads[row["hazard"], types[row["site"]]].add(row["lead"] or usual)
    assert leads["flood", "lowland"] == leads["flood", "urban"] == {"city"}
    assert leads["flood", "town"] == leads["flood", "plain"] == leads["flood", "hill"] == {"districts"}
    assert leads["order", "urban"] == leads["order", "town"] == {"police"}
    assert leads["order", "hill"] == leads["fire", "town"] == {"subdistricts"}
    assert leads["fire", "urban"] == {"fire"} and leads["fire", "plain"] == {"residents"}


def test_joint_patrols_mix_officers_and_volunteers() -> None:
    crew = {row["role"]: row for row in FOLDER.table("crews") if row["of"] == "joint_squad"}
    assert crew["officers"]["power"] == "patrol" and crew["companions"]["ratio_to"] == "officers"
    pools = by_id(FOLDER.table("pools"))
    assert pools["volunteers"]["body"] == "residents" and pools["volunteers"]["mechanism"] == "joint"
    assert pools["volunteers"]["skills"] == crew["companions"]["skill"]
    link = by_id(FOLDER.table("links"))["vol_police"]
    assert (link["helper"], link["helped"], link["mechanism"], link["area"]) == ("residents", "police", "joint", "")


def test_what_is_done_beforehand_and_what_afterwards() -> None:
    measures = by_id(FOLDER.table("measures"))
    assert {"drain", "barrier", "ditch", "siren", "publicity"} <= set(measures)
    assert measures["publicity"]["category"] == "publicity"
    lines = by_id(FOLDER.table("budgets"))
    assert lines["prevention_all"]["programme"] == "prevention" and lines["city_supply"]["programme"] == "supply"
    assert {"beforehand_only", "afterwards_only", "storm_forecast"} <= set(load(FOLDER.path).settings.scenarios)


def test_floors_and_budgets_stand_at_each_level_of_the_grid() -> None:
    depth = Counter(line["area"].count("/") for line in FOLDER.table("budgets") if line["area"])
    assert depth[1] == 12 and depth[2] >= 5
    levels = {row["level"] for row in FOLDER.table("standards") if row["at_least"] and row["per"] == "area"}
    assert levels == {"2", "3"}
    assert {row["per"] for row in FOLDER.table("standards")} == {"site", "area", "city"}


@pytest.mark.parametrize(
    ("table", "column", "mechanism", "ids"),
    [
        ("effects", "id", "grid", {"grid_round"}),
        ("links", "id", "grid", {"sub_police"}),
        ("pools", "id", "joint", {"volunteers"}),
        ("links", "id", "joint", {"vol_police"}),
        ("links", "id", "mutual", {"dist_city_goods", "city_dist_goods"}),
        ("powers", "body", "delegate", {"subdistricts"}),
        ("links", "id", "delegate", {"sub_fire_checks"}),
        ("links", "id", "command", {"dist_city_drains", "fire_sub"}),
    ],
)
def test_what_each_mechanism_unlocks(table: str, column: str, mechanism: str, ids: set[str]) -> None:
    assert {row[column] for row in FOLDER.table(table) if row["mechanism"] == mechanism} == ids


def test_prices_go_from_line_to_line() -> None:
    lines = by_id(FOLDER.table("budgets"))
    priced = [row for row in FOLDER.table("links") if row["price_cny"]]
    assert len(priced) >= 5
    for row in priced:
        assert lines[row["payer_line"]]["body"] == row["helped"]
        assert lines[row["helper_line"]]["body"] == row["helper"]


def test_rows_say_where_they_come_from() -> None:
    for name in ("sites", "risks", "needs", "effects", "pools", "kinds", "measures", "budgets", "links", "scenarios"):
        assert all(row["source"].startswith("assumed") for row in FOLDER.table(name)), name
    for name in ("known", "storm", "deaths", "districts"):
        assert all(row["source"] and not row["source"].startswith("assumed") for row in FOLDER.facts(name)), name


@with_case
def test_townships_are_those_of_the_case() -> None:
    given = {row["gbcode"]: row for row in rows_of(CASE / "zhengzhou_townships.csv")}
    names = {row["code"]: row["name"] for row in rows_of(CASE / "subdistricts_towns_2022.csv")}
    for row in FOLDER.facts("townships"):
        there = given.pop(row["code"])
        ours = [row[c] for c in ("lon", "lat", "area_km2", "people_2000", "people_2021", "help_posts")]
        assert ours == [there[c] for c in ("lon", "lat", "area_km2", "pop2000", "pop2021_est", "help_posts_2021")]
        assert row["district"] == there["county"].split("(")[0]
        if row["name_code_2022"]:
            assert row["name"] == names[row["name_code_2022"]]
    assert not given


@with_case
def test_districts_and_their_zones_make_the_estimate() -> None:
    given = {row["code"]: row for row in rows_of(CASE / "districts_pop2019_official.csv")}
    whole: dict[str, int] = defaultdict(int)
    for row in FOLDER.facts("districts"):
        there = given.pop(row["code"])
        assert [row["name"], row["people_2019"], row["lon"], row["lat"]] == [
            there["unit"], there["resident_pop_2019"], there["lng_wgs84"], there["lat_wgs84"],
        ]  # fmt: skip
        whole[row["merged_into"] or row["name"]] += int(there["scaled_to_end2021_12742000"])
    assert not given
    for row in FOLDER.facts("townships"):
        whole[row["district"]] -= int(row["people_2021"])
    assert all(abs(left) <= 5 for left in whole.values())


@with_case
def test_the_storm_is_that_of_the_case() -> None:
    given = [row["mm"] for row in rows_of(CASE / "rainfall_event_facts.csv")]
    storm = {row["id"]: row["value"] for row in FOLDER.facts("storm")}
    for fact in ("three_days_mm", "hour_mm", "city_mean_mm", "xinzhong_mm", "day_mm"):
        assert storm[fact] in given
