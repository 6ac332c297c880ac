"""`new`, `validate`, `solve` and `check` together, as an analyst calls them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.command import COMMAND, allocopt, environment

KEYS = {
    "instance",
    "status",
    "objective",
    "bound",
    "gap",
    "gap_avoided",
    "loss",
    "loss_if_nobody_acts",
    "spending",
    "seconds",
    "plan",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities") / "town"
    assert allocopt("new", folder).returncode == 0
    return folder


def test_new_refuses_a_folder_in_use(town: Path) -> None:
    before = sorted(town.iterdir())
    assert allocopt("new", town).returncode == 2
    assert sorted(town.iterdir()) == before


def test_validate(town: Path) -> None:
    assert "No fault found" in allocopt("validate", town).stdout
    assert json.loads(allocopt("validate", town, "--json").stdout) == {"faults": []}


def test_validate_names_every_fault_with_its_place(town: Path, tmp_path: Path) -> None:
    city = tmp_path / "city"
    assert allocopt("new", city).returncode == 0
    for table, extra in (("sites", "x"), ("bodies", "y")):
        file = city / f"{table}.csv"
        file.write_text(file.read_text("utf-8-sig") + f"{extra}\n", "utf-8")
    found = allocopt("validate", city, "--json")
    assert found.returncode == 2
    faults = json.loads(found.stdout)["faults"]
    assert {fault["file"] for fault in faults} >= {"sites.csv", "bodies.csv"}
    assert all(fault["line"] > 1 for fault in faults)
    assert "sites.csv:" in found.stderr and "bodies.csv:" in found.stderr


def test_schema_is_json() -> None:
    assert json.loads(allocopt("schema").stdout)


def test_solve_writes_checks_and_tells(town: Path, tmp_path: Path) -> None:
    found = allocopt("solve", town, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "results" / "town" / "plan.json").exists()
    assert "Who goes where" in found.stdout
    assert "Checked: every rule" in found.stdout
    checked = allocopt("check", "results/town", "--json", cwd=tmp_path)
    assert checked.returncode == 0
    assert json.loads(checked.stdout)["ok"] is True


def test_solve_as_json_is_one_object(town: Path, tmp_path: Path) -> None:
    found = allocopt("solve", town, "--regime", "silo", "--json", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert set(answer) >= KEYS
    steps = {"load", "reduce", "build", "solve", "write", "check"}
    assert set(answer["seconds"]) == steps
    assert set(answer["peak_mb"]) in (steps, set())  # not every system tells
    assert answer["plan"] == os.path.join("results", "town-silo")  # noqa: PTH118
    assert answer["violations"] == []
    assert answer["bound"] <= answer["objective"]
    manifest = json.loads((tmp_path / answer["plan"] / "plan.json").read_text("utf-8"))
    assert manifest["objective"] == answer["objective"]


def test_solve_does_not_touch_a_folder_in_use(town: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    found = allocopt("solve", town, "--out", tmp_path / "mine", "--json")
    assert found.returncode == 2
    assert "a folder that holds other things" in json.loads(found.stdout)["faults"][0]["found"]
    assert [entry.name for entry in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_change_that_meets_nothing(town: Path, tmp_path: Path) -> None:
    found = allocopt("solve", town, "--set", "budgets.nobody.amount_cny=1", "--out", tmp_path / "out")
    assert found.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_standards_that_cannot_hold_together(town: Path, tmp_path: Path) -> None:
    found = allocopt("solve", town, "--set", "budgets.*.amount_cny=0", "--json", "--out", tmp_path / "out")
    answer = json.loads(found.stdout)
    if answer["status"] == "infeasible":
        assert found.returncode == 3
        assert answer["conflict"]["standards"]
        assert answer["plan"] is None
        assert list(tmp_path.iterdir()) == []
    else:
        assert found.returncode == 0


def test_no_plan_in_no_time(town: Path, tmp_path: Path) -> None:
    found = allocopt("solve", town, "--time-limit", "0.000001", "--json", "--out", tmp_path / "out")
    assert found.returncode == 4
    assert json.loads(found.stdout)["status"] == "no_plan"
    assert list(tmp_path.iterdir()) == []


def test_check_notices_a_plan_changed_by_hand(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert allocopt("solve", town, "--out", out).returncode == 0
    table = out / "visits.csv"
    lines = table.read_text("utf-8-sig").splitlines(keepends=True)
    table.write_text("".join(lines[:-1]), "utf-8")
    found = allocopt("check", out, "--json")
    assert found.returncode == 3
    told = json.loads(found.stdout)
    assert set(told) == {"ok", "loss", "objective", "bound", "spending", "violations", "not_checked"}
    assert told["ok"] is False
    assert "hash" in {violation["rule"] for violation in told["violations"]}
    edited = allocopt("check", out, "--edited", "--json")
    assert "hash" not in {violation["rule"] for violation in json.loads(edited.stdout)["violations"]}


def test_check_of_a_plan_whose_instance_is_elsewhere(town: Path, tmp_path: Path) -> None:
    shutil.copytree(town, tmp_path / "before")
    assert allocopt("solve", tmp_path / "before", "--out", tmp_path / "out").returncode == 0
    (tmp_path / "before").rename(tmp_path / "after")
    lost = allocopt("check", tmp_path / "out", "--json")
    assert lost.returncode == 3
    assert json.loads(lost.stdout)["ok"] is False
    assert f"no longer in {tmp_path / 'before'}" in lost.stderr and "--city" in lost.stderr
    assert allocopt("check", tmp_path / "out", "--city", tmp_path / "after").returncode == 0
    nowhere = allocopt("check", tmp_path / "out", "--city", tmp_path / "nowhere")
    assert nowhere.returncode == 2
    assert "no such folder" in nowhere.stderr


def test_what_is_no_instance_is_told_at_once(town: Path, tmp_path: Path) -> None:
    assert allocopt("solve", town, "--time-limit", "9", "--gap", "0.1", "--out", tmp_path / "out").returncode == 0
    for folder, says in ((tmp_path, "a folder without any of these"), (tmp_path / "out", "the folder of a plan")):
        found = allocopt("validate", folder, cwd=tmp_path)
        assert found.returncode == 2
        assert f"{folder}: found {says}; expected a folder with city.yaml" in found.stderr


def test_ctrl_c_while_solving_ends_with_130(town: Path, tmp_path: Path) -> None:
    run = subprocess.Popen(
        [*COMMAND, "solve", town, "--gap", "0", "--out", tmp_path / "out"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    time.sleep(1.0)
    run.send_signal(signal.SIGINT)
    _, error = run.communicate(timeout=60)
    assert b"Traceback" not in error
    assert run.returncode in (0, 130)
    if (tmp_path / "out").exists():
        assert allocopt("check", tmp_path / "out").returncode == 0
