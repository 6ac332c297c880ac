"""Every kind of fault is found once, where it is, in words that help."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.instance.new import create
from instance import cases_of_files, cases_of_rules
from instance.broken import Case, broken, faults_of, places, swap

CASES = [*cases_of_files.ALL, *cases_of_rules.ALL]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_thing_broken_is_one_fault_in_its_place(case: Case, tmp_path: Path) -> None:
    folder = broken(case, tmp_path / "city")
    faults = faults_of(folder)
    assert places(faults) == [case.place(folder)], "\n".join(map(str, faults))
    assert case.says in str(faults[0])
    assert not any(word in str(faults[0]).lower() for word in ("input should", "pydantic", "value error", "validat"))


def test_no_two_cases_have_one_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 100


def test_faults_of_several_files_are_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    create(folder)
    swap(folder / "budgets.csv", "1500000", "-1")
    swap(folder / "sites.csv", ",1200,", ",many,")
    swap(folder / "city.yaml", "detour: 1.3", "detour: 0.3")
    swap(folder / "risks.csv", "school,fire", "schol,fire")
    swap(folder / "kinds.csv", "8,check,0.05", "8,,0.05")
    swap(folder / "pools.csv", "skills", "skils")
    (folder / "预算.csv").write_text("id")
    (folder / "links.csv").write_text("")
    found = {(fault.file, fault.field) for fault in faults_of(folder)}
    assert found == {
        ("budgets.csv", "amount_cny"),
        ("sites.csv", "people"),
        ("city.yaml", "travel.detour"),
        ("risks.csv", "site"),
        ("kinds.csv", "refers_to"),
        ("pools.csv", "skils"),
        ("预算.csv", ""),
        ("links.csv", ""),
    }


def test_many_wrong_ids_are_all_told_and_soon(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    create(folder)
    rows = "".join(f"site{i},fire,5,assumed\n" for i in range(3000))
    (folder / "risks.csv").write_text("site,hazard,loss_cny,source\n" + rows)
    assert len(faults_of(folder)) == 3000
