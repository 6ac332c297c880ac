"""Zhejiang's four months: what is promised for the instance, and what surely holds."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict

import pytest

from allocopt.instance.load import load
from allocopt.solving.run import solve
from instance_folder import ROOT, InstanceFolder, by_id, rows_of

FOLDER = InstanceFolder("zhejiang")
CASE = ROOT.parent / "shared" / "data" / "cases" / "zhejiang"
HOSPITALS = ("lead", "designated", "clinic")

with_case = pytest.mark.skipif(not CASE.is_dir(), reason="the folder with the case's data is not there")


def _known(name: str) -> float:
    return float(by_id(FOLDER.facts("known"))[name]["value"])


def _phases() -> dict[str, tuple[datetime.date, datetime.date]]:
    day = datetime.date.fromisoformat
    return {row["id"]: (day(row["first_day"]), day(row["last_day"])) for row in FOLDER.facts("phases")}


def test_eleven_cities_336_clinics_and_six_bodies() -> None:
    sites = FOLDER.table("sites")
    kinds = Counter(site["type"] for site in sites)
    assert sum(kinds[kind] for kind in HOSPITALS) == _known("clinics") == 336
    assert kinds["lead"] + kinds["designated"] == 94
    assert [kinds[kind] for kind in ("lead", "community", "works", "quarantine", "lab")] == [11] * 5
    assert {site["area"].split("/")[0] for site in sites} == {"浙江省"}
    assert {site["area"].split("/")[1] for site in sites} == {row["name"] for row in FOLDER.facts("cities")}
    assert all(site["source"].startswith("assumed: placed") for site in sites if site["type"] in HOSPITALS)
    assert len({(site["lon"], site["lat"]) for site in sites if site["type"] in HOSPITALS}) == 336
    assert [row["id"] for row in FOLDER.table("bodies")] == ["gov", "cdc", "hosp", "ent", "comm", "soc"]


def test_the_people_are_those_of_the_census() -> None:
    people = {row["id"]: int(row["people"]) for row in FOLDER.facts("cities")}
    assert sum(people.values()) == _known("people") == 64567588
    for site in FOLDER.table("sites"):
        if site["type"] == "community":
            assert int(site["people"]) == people[site["id"].removeprefix("k_")]
            assert "Census 2020" in site["source"]


def test_the_phases_fill_the_four_months() -> None:
    phases = _phases()
    assert len(phases) >= 5
    days = [day for first, last in phases.values() for day in (first, last)]
    assert (days[0], days[-1]) == (datetime.date(2020, 1, 20), datetime.date(2020, 4, 30))
    assert all((days[i + 1] - days[i]).days == 1 for i in range(1, len(days) - 1, 2))
    periods = {period.id: period.hours for period in load(FOLDER.path).settings.periods}
    assert periods == {phase: 24 * ((last - first).days + 1) for phase, (first, last) in phases.items()}


def test_the_cases_sum_to_the_record() -> None:
    cases = FOLDER.facts("cases")
    assert len(cases) == 11 * len(_phases())
    parts = ("new_local", "imported", "prison")
    total = {part: sum(int(row[part]) for row in cases) for part in parts}
    assert sum(total.values()) == _known("confirmed") == 1268
    assert (total["imported"], total["prison"]) == (_known("imported"), _known("prison"))
    ends = {(row["city"], row["phase"]): int(row["recorded_at_end"]) for row in cases}
    assert (ends["wz", "p1"], ends["wz", "p2"], ends["wz", "p5"]) == (241, 464, 504)
    assert all(row["note"] for row in cases if row["imported"] != "0" or row["prison"] != "0")


def test_the_makers_capacity_is_the_real_one() -> None:
    capacity = {(row["id"], row["period"]): float(row["capacity"]) for row in FOLDER.table("suppliers")}
    for phase, (first, last) in _phases().items():
        days = (last - first).days + 1
        assert capacity["old_lines", phase] == _known("masks_before") * days == 80 * days
        if phase != "p1":
            assert capacity["new_lines", phase] == _known("masks_more") * days == 500 * days
    assert capacity["new_lines_first", "p1"] == 2 * 500
    sources = {row["id"]: row["source"] for row in FOLDER.table("suppliers")}
    assert not sources["old_lines"].startswith("assumed")
    assert "30 January 2020" in sources["new_lines"]


def test_ten_scenarios_that_see_no_future() -> None:
    scenarios = FOLDER.table("scenarios")
    assert len(scenarios) >= 10
    assert 0.9 < sum(float(row["probability"]) for row in scenarios) <= 1
    order = list(_phases())
    known = {row["id"]: order.index(row["known_from"]) for row in scenarios}
    assert min(known.values()) >= 1
    assert len(set(known.values())) >= 4  # some share one phase, some two, three or four
    needs: dict[tuple[str, str], dict[tuple[str, str], str]] = defaultdict(dict)
    for row in FOLDER.table("needs"):
        needs[row["scenario"], row["period"]][row["site"], row["commodity"]] = row["amount"]
    for place, phase in enumerate(order):
        alike = [scenario for scenario, start in known.items() if place < start]
        assert all(needs[scenario, phase] == needs[alike[0], phase] for scenario in alike)
    for scenario, start in known.items():
        assert start == len(order) - 1 or needs[scenario, order[start]] != needs["s01", order[start]]


def test_heavy_regions_are_heavy() -> None:
    by_city: dict[tuple[str, str], float] = defaultdict(float)
    for row in FOLDER.table("needs"):
        if row["site"].startswith("l_") and row["period"] == "p2":
            by_city[row["scenario"], row["site"]] += float(row["amount"])
    for scenario, city in (("s06", "wz"), ("s07", "nb"), ("s08", "hz")):
        assert by_city[scenario, f"l_{city}"] > 2 * by_city["s01", f"l_{city}"]
    assert by_city["s06", "l_nb"] < by_city["s01", "l_nb"]


def test_every_clinic_needs_something() -> None:
    needy = {row["site"] for row in FOLDER.table("needs")}
    assert needy == {site["id"] for site in FOLDER.table("sites")}


@pytest.mark.parametrize(
    ("table", "column", "mechanism", "ids"),
    [
        ("links", "id", "unified", {"gov_hosp", "gov_comm", "gov_comm_rounds"}),
        ("links", "id", "requisition", {"ent_gov", "ent_comm", "ent_comm_rounds"}),
        ("pools", "id", "requisition", {"drivers"}),
        ("links", "id", "mobilise", {"soc_hosp", "soc_comm", "soc_comm_rounds"}),
        ("pools", "id", "mobilise", {"volunteers"}),
        ("effects", "id", "code", {"trace", "trace_joint", "trace_doc", "screen", "screen_cadre", "screen_rider",
                                   "screen_vol"}),
        ("powers", "body", "delegate", {"hosp"}),
        ("kinds", "id", "delegate", {"trace_doc"}),
        ("links", "id", "delegate", {"hosp_cdc"}),
    ],
)  # fmt: skip
def test_what_each_mechanism_unlocks(table: str, column: str, mechanism: str, ids: set[str]) -> None:
    assert {row[column] for row in FOLDER.table(table) if row["mechanism"] == mechanism} == ids


def test_prices_go_from_line_to_line() -> None:
    lines = by_id(FOLDER.table("budgets"))
    priced = [row for row in FOLDER.table("links") if row["price_cny"]]
    assert {row["id"] for row in priced} == {"ent_gov", "ent_comm", "ent_cdc"}
    for row in priced:
        assert lines[row["payer_line"]]["body"] == row["helped"]
        assert lines[row["helper_line"]]["body"] == row["helper"]


def test_the_vulnerable_have_a_floor_in_every_scenario() -> None:
    standards = by_id(FOLDER.table("standards"))
    for name in ("vulnerable_floor", "vulnerable_peak", "suits_peak", "suits_first"):
        row = standards[name]
        assert (row["rule"], row["per"], row["level"], row["scenario"]) == ("fill_rate", "area", "2", "each")
        assert not row["price_cny"]
    for name in ("kits_peak", "kits_first"):
        assert (standards[name]["scenario"], standards[name]["price_cny"]) == ("each", "")
    assert standards["vulnerable_aim"]["price_cny"]


def test_rows_say_where_they_come_from() -> None:
    for name in ("needs", "risks", "effects", "pools", "kinds", "crews", "measures", "budgets", "links", "travel"):
        assert all(row["source"].startswith("assumed") for row in FOLDER.table(name)), name
    for file in [*FOLDER.path.glob("*.csv"), *(FOLDER.path / "facts").glob("*.csv")]:
        assert all(row["source"] for row in rows_of(file)), file.name


def test_the_readme_names_every_mechanism_link_and_scenario() -> None:
    text = (FOLDER.path / "README.md").read_text(encoding="utf-8")
    for name in ("mechanisms", "links", "hazards", "bodies", "kinds", "measures"):
        for row in FOLDER.table(name):
            assert f"`{row['id']}`" in text, (name, row["id"])


@with_case
def test_cities_are_those_of_the_case() -> None:
    given = {row["city"]: row for row in rows_of(CASE / "zhejiang_11_cities.csv")}
    ours = {row["name"]: row for row in FOLDER.facts("cities")}
    assert set(ours) == set(given)
    ends = {(row["city"], row["phase"]): row["recorded_at_end"] for row in FOLDER.facts("cases")}
    for name, row in ours.items():
        there = given[name]
        assert [row["people"], row["lon"], row["lat"]] == [
            there["pop_census2020"], there["lng_wgs84"], there["lat_wgs84"],
        ]  # fmt: skip
        assert ends[row["id"], "p1"] == there["confirmed_20200131"]
        assert ends[row["id"], "p2"] == there["confirmed_20200210"]
        assert ends[row["id"], "p5"] == there["confirmed_20200430"]


@with_case
def test_cases_are_those_of_the_daily_counts() -> None:
    daily: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in rows_of(CASE / "covid_daily_zhejiang_cities_20200110_20200430.csv"):
        daily[row["city"]][row["date"]] = row
    name = {row["id"]: row["name"] for row in FOLDER.facts("cities")}
    phases = {phase: (first.isoformat(), last.isoformat()) for phase, (first, last) in _phases().items()}
    for row in FOLDER.facts("cases"):
        first, last = phases[row["phase"]]
        days = daily[name[row["city"]]]
        until = max((day for day in days if day <= last), default="")
        assert int(row["recorded_at_end"]) == int(days[until]["confirmed"] if until else 0)
        care = sum(_in_care(there) for day, there in days.items() if first <= day <= last)
        assert int(row["patient_days"]) == care
    assert int(daily[""]["2020-04-30"]["confirmed"]) == _known("confirmed")
    assert int(daily["境外输入"]["2020-04-30"]["confirmed"]) == _known("imported")
    assert int(daily["省十里丰监狱"]["2020-04-30"]["confirmed"]) == _known("prison")
    late = [there for day, there in daily["境外输入"].items() if phases["p5"][0] <= day]
    assert sum(_in_care(there) for there in late) == _known("imported_care_p5")


def _in_care(row: dict[str, str]) -> int:
    return max(0, int(row["confirmed"]) - int(row["cured"]) - int(row["dead"]))


@with_case
def test_clinics_are_those_of_the_case() -> None:
    name = {row["id"]: row["name"] for row in FOLDER.facts("cities")}
    given = rows_of(CASE / "fever_clinics_designated_hospitals_202001.csv")
    ours = FOLDER.facts("clinics")
    assert [(name[row["city"]], row["listed_county"], row["designated"]) for row in ours] == [
        (row["city"], row["county"], row["is_designated"]) for row in given
    ]
    for row, there in zip(ours, given, strict=True):
        same = row["name"] == there["name"].replace("（", "(").replace("）", ")")
        assert same or "listed" in row["note"] or "the list has" in row["note"]


@with_case
def test_counties_stand_where_the_case_has_them() -> None:
    given = {
        (row["lng_wgs84"], row["lat_wgs84"])
        for row in rows_of(CASE / "zhejiang_counties_coords.csv")
        if row["lng_wgs84"]
    }
    for row in FOLDER.facts("counties"):
        assert (row["lon"], row["lat"]) in given or row["source"].startswith("assumed")
    assert sum(row["source"].startswith("assumed") for row in FOLDER.facts("counties")) == 1


@pytest.mark.slow
def test_every_mechanism_is_bought_in_the_linked_plan() -> None:
    tables = solve(load(FOLDER.path), gap=0.02, gap_avoided=0.10, threads=1).tables
    assert set(tables["mechanisms"]["mechanism"]) == {row["id"] for row in FOLDER.table("mechanisms")}
    for table in ("visits", "stock", "shipments", "orders", "measures", "transfers"):
        assert len(tables[table]) > 1, table
