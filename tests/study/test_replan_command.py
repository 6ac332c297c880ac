"""`allocopt study replan`, as a planner calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cities import build
from cli.command import allocopt
from score.hand_made import tables, visits
from solving.towns import INSPECTION


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = build(tmp_path / "town", INSPECTION)
    tables(folder / "current", visits=[visits("s1", 2)])
    return folder


def test_todays_plan_and_a_plan_are_both_present_plans(town: Path, tmp_path: Path) -> None:
    call = ("--changes", "2", "--workers", "1", "--json", "--out", tmp_path / "study")
    run = allocopt("study", "replan", town, *call)
    assert run.returncode == 0, run.stderr
    points = json.loads(run.stdout)["points"]
    assert [point["changes"] for point in points] == [0, 1, 2, None]
    assert [point["objective"] for point in points] == pytest.approx([1150, 1150, 800, 725])
    assert points[2]["done"] == [
        {"table": "visits", "what": "check", "place": site, "period": "t1", "shift": "", "via": ""} | numbers
        for site, numbers in (("s0", {"before": 0, "after": 1}), ("s1", {"before": 2, "after": 1}))
    ]
    assert allocopt("check", tmp_path / "study" / "plans" / "within-0002").returncode == 0
    shown = allocopt("show", tmp_path / "study" / "plans" / "within-0002").stdout
    assert "No plan within 2 changes of the present one can have less" in " ".join(shown.split())

    run = allocopt(
        "study", "replan", tmp_path / "study" / "plans" / "within-0002", *call[:4], "--out", tmp_path / "next"
    )
    assert run.returncode == 0, run.stderr
    assert "The present plan has 800 CNY" in run.stdout and "any: +2 check at s0; −1 check at s1" in run.stdout
    assert max(map(len, run.stdout.splitlines())) <= 100


def test_the_command_in_the_study_makes_it_again(town: Path, tmp_path: Path) -> None:
    first = allocopt("study", "replan", town, "--changes", "1", "--workers", "1", "--out", tmp_path / "study")
    assert first.returncode == 0, first.stderr
    words = json.loads((tmp_path / "study" / "study.json").read_text("utf-8"))["command"].split()
    again = allocopt(*words[1:], "--workers", "1", "--out", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    for name in ("replan.csv", "changes.csv"):
        assert (tmp_path / "study" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_what_is_no_plan_is_refused(town: Path, tmp_path: Path) -> None:
    run = allocopt("study", "replan", tmp_path / "nothing", "--changes", "1")
    assert run.returncode == 2 and "Traceback" not in run.stderr
    run = allocopt("study", "replan", build(tmp_path / "bare", INSPECTION), "--changes", "1")
    assert run.returncode == 2 and "current/" in run.stderr
    run = allocopt("study", "replan", town)
    assert run.returncode == 2 and "--changes" in run.stderr
