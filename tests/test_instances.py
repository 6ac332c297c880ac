"""What every city's folder promises: it loads, its tables follow from its facts, its hard standards can be kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from allocopt.instance.load import load
from allocopt.solving.run import solve
from instance_folder import CITIES, ROOT, InstanceFolder, rows_of

pytestmark = pytest.mark.parametrize("name", CITIES)


def test_it_loads_with_each_of_its_changes(name: str) -> None:
    folder = ROOT / "instances" / name
    city = load(folder)
    assert city.settings.name == name
    assert "half_money" in city.settings.scenarios
    for scenario in city.settings.scenarios:
        load(folder, scenario=scenario)


def test_its_tables_are_made_from_the_facts_byte_for_byte(name: str, tmp_path: Path) -> None:
    folder = ROOT / "instances" / name
    shutil.copytree(folder / "facts", tmp_path / "facts")
    shutil.copy(folder / "make.py", tmp_path)
    subprocess.run([sys.executable, str(tmp_path / "make.py")], cwd=tmp_path, check=True)
    made = {file.name: file.read_bytes() for file in tmp_path.glob("*.csv")}
    assert made == {file.name: file.read_bytes() for file in folder.glob("*.csv")}


def test_every_row_says_where_it_comes_from(name: str) -> None:
    for file in (ROOT / "instances" / name).glob("*.csv"):
        assert all(row["source"] for row in rows_of(file)), file.name


def test_a_dozen_sites_and_more_say_how_far_their_figures_may_be_off(name: str) -> None:
    if name == "luzhi":
        pytest.skip("no figure of the water town carries low and high")
    risks = InstanceFolder(name).table("risks")
    assert len({row["site"] for row in risks if row["low"] and row["high"]}) >= 12


@pytest.mark.slow
def test_the_bodies_alone_keep_the_hard_standards_with_half_of_the_money(name: str) -> None:
    plan = solve(load(ROOT / "instances" / name, scenario="half_money"), regime="silo", gap=0.5, threads=1)
    assert plan.status == "optimal"
