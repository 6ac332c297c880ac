"""`show` and `compare` on folders of plans."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from allocopt.plan import write
from cli.command import allocopt
from summary.samples import changed, plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(plan(), tmp_path / "计划")
    return tmp_path / "计划"


@pytest.mark.parametrize("columns", [80, 100])
def test_show_fits_the_terminal(folder: Path, columns: int) -> None:
    found = allocopt("show", folder, COLUMNS=str(columns))
    assert found.returncode == 0
    assert found.stderr == ""
    assert "甪直水乡" in found.stdout
    assert max(map(cell_len, found.stdout.splitlines())) <= columns
    assert "\x1b" not in found.stdout


def test_show_as_json_is_the_manifest(folder: Path) -> None:
    found = allocopt("show", folder, "--json")
    assert json.loads(found.stdout) == json.loads((folder / "plan.json").read_text("utf-8"))


def test_a_plan_changed_by_hand(folder: Path) -> None:
    table = folder / "measures.csv"
    table.write_text(table.read_text("utf-8-sig").replace("30000.0", "40000.0"), "utf-8")
    found = allocopt("show", folder)
    assert found.returncode == 2
    assert "measures.csv: found another sha256" in found.stderr
    assert "40,000" in allocopt("show", folder, "--edited").stdout


def test_compare(folder: Path, tmp_path: Path) -> None:
    other = write(changed("measures", [], loss=4_200_000.0), tmp_path / "other").folder
    assert other is not None
    found = allocopt("compare", folder, other)
    assert found.returncode == 0
    assert "+76,543" in found.stdout
    told = json.loads(allocopt("compare", folder, other, "--json").stdout)
    assert told["changes"][0]["sites by measure"] == {"lamp": [1.0, 0.0]}


def test_compare_names_the_faults_of_all_plans(folder: Path, tmp_path: Path) -> None:
    found = allocopt("compare", tmp_path / "a", folder, tmp_path / "b", "--json")
    assert found.returncode == 2
    assert len(json.loads(found.stdout)["faults"]) == 2
