"""`--set` and the scenarios of city.yaml: what they change, and what is said when they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.city import City
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.schema.money import BudgetRow
from allocopt.schema.people import PoolRow
from allocopt.schema.prevention import MechanismCostRow
from allocopt.schema.risk import EffectRow, RiskRow
from instance.broken import faults_of, line_of, places, swap


@pytest.fixture
def town(tmp_path: Path) -> Path:
    create(tmp_path / "town")
    return tmp_path / "town"


def amount(city: City, line: str) -> float:
    return next(row.amount_cny for row in city.of(BudgetRow) if row.id == line)


def test_a_cell_takes_the_text(town: Path) -> None:
    city = load(town, changes=["budgets.total.amount_cny=5"])
    assert amount(city, "total") == 5
    assert city.changes == ("budgets.total.amount_cny=5",)


def test_a_number_is_multiplied_exactly(town: Path) -> None:
    city = load(town, changes=["budgets.*.amount_cny=x1.1", "pools.*.headcount=x1.5", "effects.*.share=x0.1"])
    assert amount(city, "total") == 1_650_000
    assert [row.headcount for row in city.of(PoolRow)] == [3, 6]
    assert min(row.share for row in city.of(EffectRow)) == 0.00006


def test_a_blank_cell_with_a_default_is_multiplied_too(town: Path) -> None:
    assert {row.worth for row in load(town, changes=["pools.*.worth=x0.5"]).of(PoolRow)} == {0.5}


def test_trailing_blank_keys_may_be_left_out(town: Path) -> None:
    city = load(town, changes=["risks.school/fire.loss_cny=7", "risks.*/flood/*.supply_share=0"])
    assert next(row.loss_cny for row in city.of(RiskRow) if row.site == "school") == 7
    assert {row.supply_share for row in city.of(RiskRow) if row.hazard == "flood"} == {0}


def test_a_key_in_the_middle_may_be_blank(town: Path) -> None:
    city = load(town, changes=["effects.kind/screening/fire///platform.share=0.3"])
    assert {row.share for row in city.of(EffectRow) if row.id == "screening"} == {0.02, 0.3}


def test_an_empty_value_makes_a_cell_blank(town: Path) -> None:
    assert load(town, changes=["standards.police_in_reach.price_cny="]).tables["standards"]["price_cny"].isna().any()


def test_settings_are_changed_by_key_and_id(town: Path) -> None:
    settings = load(
        town,
        changes=[
            "city.periods.wet.hours=x0.5",
            "city.travel.speeds_kmh.car=x2",
            "city.travel.walk_kmh=6",
            "city.worst_area.level=2",
            "city.objective=worst_area",
            "city.shifts.day.loss_share_of.theft=0.40",
        ],
    ).settings
    assert [period.hours for period in settings.periods] == [4380, 2190]
    assert settings.travel.speeds_kmh == {"car": 60, "foot": 5}
    assert (settings.travel.walk_kmh, settings.worst_area.level, settings.objective) == (6, 2, "worst_area")


def test_changes_apply_in_order_after_those_of_the_scenario(town: Path) -> None:
    changes = ["budgets.total.amount_cny=x2", "budgets.total.amount_cny=x0.5", "budgets.total.amount_cny=x10"]
    city = load(town, scenario="lean", changes=changes)
    assert amount(city, "total") == 10_500_000
    assert (city.scenario, city.changes) == ("lean", tuple(changes))


def test_a_scenario_is_chosen_by_name(town: Path) -> None:
    assert load(town, scenario="no_platform").of(MechanismCostRow)[0].cost_cny == 1e8


def test_files_and_their_hashes_stay_as_they_were(town: Path) -> None:
    before = (town / "budgets.csv").read_bytes()
    assert load(town, changes=["budgets.total.amount_cny=5"]).hashes == load(town).hashes
    assert (town / "budgets.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("budgets.total.amount_cny", "PATH=VALUE"),
        ("=5", "PATH=VALUE"),
        ("", "PATH=VALUE"),
        ("budgets=5", "PATH=VALUE"),
        ("budgets.total=5", "TABLE.ROW.COLUMN"),
        ("budget.total.amount_cny=5", "'budgets'"),
        ("budgets.totel.amount_cny=5", "'total'"),
        ("budgets.total.amuont_cny=5", "'amount_cny'"),
        ("budgets.tot*x.amount_cny=5", "the key of a row"),
        ("suppliers.*.capacity=5", "no suppliers.csv"),
        ("posts.*.units=xfast", ""),
        ("units.*.crew=x2", "a number to multiply"),
        ("budgets.total.amount_cny=x1.2.3", "such as x1.2"),
        ("city.titel=x", "'title'"),
        ("city.periods.wett.hours=5", "'wet'"),
        ("city.travel.speeds_kmh.boat=5", "one of car, foot"),
        ("city.travel=5", "a single value"),
        ("city.name.x=5", "a path that ends before"),
        ("city=5", "PATH=VALUE"),
    ],
)
def test_a_change_that_meets_nothing_is_a_fault_of_the_call(town: Path, change: str, says: str) -> None:
    (fault, *others) = faults_of(town, changes=[change])
    assert not others or change.endswith("xfast")
    assert says in str(fault)
    if not change.endswith("xfast"):
        assert (fault.file, fault.line, fault.field) == (f"--set {change}", 0, "")


def test_a_wrong_value_is_a_fault_of_its_cell_and_names_the_change(town: Path) -> None:
    (fault,) = faults_of(town, changes=["budgets.total.amount_cny=-5"])
    assert places((fault,)) == [("budgets.csv", line_of(town / "budgets.csv", "total,"), "amount_cny")]
    assert fault.found == "'-5' (by --set budgets.total.amount_cny=-5)"


def test_half_a_person_by_a_change(town: Path) -> None:
    (fault,) = faults_of(town, changes=["pools.inspectors.headcount=x1.1"])
    assert "'2.2' (by --set" in fault.found and "whole number" in fault.expected


def test_a_wrong_setting_names_the_change(town: Path) -> None:
    (fault,) = faults_of(town, changes=["city.periods.wet.hours=many"])
    assert places((fault,)) == [("city.yaml", line_of(town / "city.yaml", "id: wet"), "periods.wet.hours")]
    assert "(by --set city.periods.wet.hours=many)" in fault.found


def test_a_rule_broken_by_a_change_names_it(town: Path) -> None:
    (fault,) = faults_of(town, changes=["links.*.helped=office", "links.*.payer_line=total"])
    assert (fault.file, fault.field) == ("links.csv", "helped")
    assert "(by --set links.*.helped=office)" in fault.found


def test_an_unknown_scenario(town: Path) -> None:
    (fault,) = faults_of(town, scenario="leen")
    assert (fault.file, fault.found) == ("--scenario leen", "no such scenario")
    assert "lean, no_platform" in fault.expected and "'lean'" in fault.expected


def test_every_scenario_is_checked_also_when_it_is_not_chosen(town: Path) -> None:
    swap(town / "city.yaml", "budgets.*.amount_cny=x0.7", "budgets.*.amuont_cny=x0.7")
    (fault,) = faults_of(town)
    assert places((fault,)) == [("city.yaml", line_of(town / "city.yaml", "amuont"), "scenarios.lean.set")]


def test_a_value_made_wrong_by_a_scenario_names_it(town: Path) -> None:
    swap(town / "city.yaml", "amount_cny=x0.7", "amount_cny=-1")
    assert not faults_of(town)
    assert {fault.found for fault in faults_of(town, scenario="lean")} == {
        "'-1' (by scenario lean: budgets.*.amount_cny=-1)"
    }
