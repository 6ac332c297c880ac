"""`allocopt study collaboration`, as a planner calls it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cities import build
from cli.command import COMMAND, allocopt, environment

TOWN = {
    "bodies": [{"id": "a", "name": "消防 Fire"}, {"id": "b", "name": "志愿者 Volunteers"}],
    "hazards": [{"id": "fire", "lead": "a"}],
    "sites": [{"id": "s"}],
    "risks": [{"site": "s", "hazard": "fire", "loss_cny": 1000}],
    "pools": [{"id": "people", "body": "b", "hours": 1}],
    "kinds": [{"id": "check", "most": 2}],
    "crews": [{"of": "check", "role": "inspector"}],
    "effects": [{"by": "kind", "id": "check", "hazard": "fire", "share": 0.5}],
    "links": [{"id": "helps", "helper": "b", "helped": "a", "programme": "inspection"}],
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("cities") / "小镇 town", TOWN)


def test_it_tells_shares_payments_and_worth(town: Path, tmp_path: Path) -> None:
    found = allocopt("study", "collaboration", town, "--out", tmp_path / "study", "--workers", "1")
    assert found.returncode == 0, found.stderr
    assert "消防 Fire" in found.stdout and "500" in found.stdout and "helps" in found.stdout
    assert "(the core): they exist, proved." in found.stdout
    assert "worse off" not in found.stdout  # the volunteers' hour costs nothing
    assert max(len(line) for line in found.stdout.splitlines()) <= 100


def test_one_json_object(town: Path, tmp_path: Path) -> None:
    found = allocopt("study", "collaboration", town, "--out", tmp_path / "study", "--workers", "1", "--json")
    answer = json.loads(found.stdout)
    assert set(answer["regimes"]) == {"silo", "linked", "joint"}
    assert answer["regimes"]["silo"].keys() == {"objective", "bound", "gap", "loss", "spending"}
    assert answer["shapley"] == pytest.approx({"a": 250, "b": 250}, abs=1e-3)
    assert answer["coalitions"]["a+b"]["value"] == pytest.approx(500, abs=1e-3)
    assert answer["core"]["verdict"] == "non-empty, proved"
    assert answer["payments"]["a"] == pytest.approx(-answer["payments"]["b"])
    assert allocopt("check", Path(answer["study"]) / "plans" / "joint").returncode == 0


def test_other_folders_are_left_alone(town: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine", "utf-8")
    found = allocopt("study", "collaboration", town, "--out", tmp_path)
    assert found.returncode == 2 and "Traceback" not in found.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["kept.txt"]


def test_a_standard_that_bodies_cannot_keep_alone_is_named(town: Path, tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(town, city)
    (city / "standards.csv").write_text(
        "id,rule,at_least,kinds,source\nonce,visits,1,check,assumed: test\n", encoding="utf-8"
    )
    found = allocopt("study", "collaboration", city, "--out", tmp_path / "study", "--workers", "1")
    assert found.returncode == 3
    assert "silo" in found.stdout and "once" in found.stdout and "price" in found.stdout
    answer = json.loads(allocopt("study", "collaboration", city, "--out", tmp_path / "study", "--json").stdout)
    assert (answer["status"], answer["regime"]) == ("infeasible", "silo")
    assert answer["conflict"]["standards"] == ["once"]


@pytest.mark.parametrize(
    "wrong", [("--near", "-1"), ("--workers", "0"), ("--permutations", "3"), ("--gap", "x"), ("--seed", "-1")]
)
def test_wrong_options(town: Path, tmp_path: Path, wrong: tuple[str, str]) -> None:
    found = allocopt("study", "collaboration", town, "--out", tmp_path / "study", *wrong)
    assert found.returncode == 2 and "Traceback" not in found.stderr


def test_an_unknown_study_is_named(town: Path) -> None:
    found = allocopt("study", "colaboration", town)
    assert found.returncode == 2 and "collaboration" in found.stderr


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_stopped_or_killed_it_takes_its_processes_along(tmp_path: Path, sign: signal.Signals, code: int) -> None:
    assert allocopt("new", tmp_path / "town").returncode == 0
    words = [*COMMAND, "study", "collaboration", str(tmp_path / "town"), "--out", str(tmp_path / "study")]
    told = tmp_path / "told.txt"
    with told.open("wb") as out:
        run = subprocess.Popen(
            [*words, "--workers", "2"], stderr=out, env=environment(), start_new_session=True, cwd=tmp_path
        )
        time.sleep(6)
        run.send_signal(sign)
        assert run.wait(timeout=60) == code
    assert b"Traceback" not in told.read_bytes()
    assert not (tmp_path / "study" / "study.json").exists()
    deadline = time.monotonic() + 15
    while _alive(run.pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _alive(run.pid)


def _alive(session: int) -> bool:
    """Whether a process of the session is left."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True
