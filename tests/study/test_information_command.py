"""`allocopt study information`, as an analyst calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cities import build
from cli.command import allocopt
from study.towns import newsvendor, two_sites


@pytest.fixture
def town(tmp_path: Path) -> Path:
    tables = newsvendor({"dry": (0.5, 10), "wet": (0.3, 50)})
    tables["standards"] = [{"id": "most_served", "rule": "fill_rate", "at_least": 0.8}]
    return build(tmp_path / "town", tables, objective="loss_and_spending")


def test_the_study_is_told_written_and_checked(town: Path, tmp_path: Path) -> None:
    found = allocopt("study", "information", town, "--gap", "0.000001", cwd=tmp_path, COLUMNS="80")
    assert found.returncode == 0, found.stderr
    words = " ".join(found.stdout.split())
    assert "To know from the start which scenario comes would be worth 30 CNY" in words
    assert "has 55 CNY, and cannot keep what must be kept" in words
    assert "most_served" in words
    assert max(map(len, found.stdout.splitlines())) <= 80
    folder = tmp_path / "results" / "town-information"
    assert json.loads((folder / "study.json").read_text("utf-8"))["study"] == "information"
    assert allocopt("check", folder / "plans" / "plan").returncode == 0
    other = allocopt("study", "information", town, "--out", folder, cwd=tmp_path)
    assert other.returncode == 2 and "--gap" in other.stderr and "--start-over" in other.stderr
    again = allocopt("study", "information", town, "--out", folder, "--start-over", cwd=tmp_path)
    assert again.returncode == 0, again.stderr


def test_one_json_object(town: Path, tmp_path: Path) -> None:
    found = allocopt("study", "information", town, "--gap", "1e-6", "--out", tmp_path / "out", "--json")
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert answer["measures"]["perfect_information"]["value"] == pytest.approx(30)
    assert answer["measures"]["stochastic_solution"]["value"] is None
    assert [row["standard"] for row in answer["broken"]] == ["most_served"]
    assert {row["scenario"] for row in answer["scenarios"]} == {"", "dry", "wet"}
    assert answer["empty"].keys() == {"surveys"}
    assert answer["violations"] == []
    assert Path(answer["study"]) == tmp_path / "out"


def test_the_command_in_the_manifest_makes_it_again(tmp_path: Path) -> None:
    town = build(tmp_path / "two", two_sites((1000, 900), {"s0": (0.5, 2.0)}))
    call = ("--surveys", "areas", "--level", "2", "--draws", "4", "--seed", "5", "--gap", "1e-6")
    first = allocopt("study", "information", town, *call, "--out", tmp_path / "first")
    assert first.returncode == 0, first.stderr
    assert "Survey of this area" in first.stdout
    words = json.loads((tmp_path / "first" / "study.json").read_text("utf-8"))["command"].split()
    assert words[:3] == ["allocopt", "study", "information"]
    assert allocopt(*words[1:], "--out", tmp_path / "second").returncode == 0
    for table in ("surveys.csv", "information.csv"):
        assert (tmp_path / "first" / table).read_bytes() == (tmp_path / "second" / table).read_bytes()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--objective", "cvar"), "--objective"),
        (("--level", "1"), "--level"),
        (("--draws", "1"), "--draws"),
        (("--surveys", "nowhere"), "--surveys"),
        (("--set", "scenarios.*.probability=0"), "risks.csv"),
    ],
)
def test_what_cannot_be_asked_is_refused(town: Path, tmp_path: Path, options: tuple[str, ...], named: str) -> None:
    found = allocopt("study", "information", town, *options, "--out", tmp_path / "out", "--json")
    assert found.returncode == 2
    assert named in {fault["file"] for fault in json.loads(found.stdout)["faults"]}
    assert not (tmp_path / "out").exists()


def test_a_folder_in_use_is_refused(town: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "draft.txt").write_text("x")
    assert allocopt("study", "information", town, "--out", tmp_path / "thesis").returncode == 2


def test_standards_that_cannot_hold_together(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = allocopt("study", "information", town, "--set", "depots.d.capacity_m3=20", "--out", out, "--json")
    assert found.returncode == 3, found.stderr
    answer = json.loads(found.stdout)
    assert answer["status"] == "infeasible"
    assert answer["conflict"]["standards"] == ["most_served"]
    assert Path(answer["study"]) == out
    told = allocopt("study", "information", town, "--set", "depots.d.capacity_m3=20", "--out", out)
    assert told.returncode == 3
    assert "most_served" in told.stdout
