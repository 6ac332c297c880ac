"""A study that is killed again and again, or whose workers are, ends with the tables of one that nobody disturbed; it
goes on with its own instance only, and alone."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import allocopt.study
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.progress import Progress
from allocopt.study.workers import InterruptedStudyError
from cities import build
from cli.command import COMMAND, environment
from study.towns import newsvendor, two_sites


@dataclass(frozen=True)
class Case:
    """A study of the town that `allocopt new` makes: its options, as words and as the function takes them; and how
    often it is killed."""

    words: tuple[str, ...]
    how: dict[str, Any]
    kills: int


CASES = {
    "budget": Case(
        ("--from", "70%", "--to", "130%", "--points", "9", "--gap", "0.005"),
        {"start": "70%", "end": "130%", "points": 9, "gap": 0.005},
        30,
    ),
    "collaboration": Case(("--gap", "0.005"), {"gap": 0.005}, 12),
    "information": Case(("--gap", "0.005", "--draws", "4"), {"gap": 0.005, "draws": 4}, 12),
}
KINDS = sorted(CASES)


def run(kind: str, town: Path, out: Path, **how: Any) -> Path:
    """The study of the town in a folder, which is returned."""
    getattr(allocopt.study, kind)(load(town), out, **how)
    return out


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town, and a folder for each of its studies."""
    folder = tmp_path_factory.mktemp("whole")
    create(folder / "town")
    for kind, case in CASES.items():
        run(kind, folder / "town", folder / kind, workers=1, **case.how)
    return folder


def same_tables(one: Path, other: Path) -> None:
    tables = sorted(table.name for table in one.glob("*.csv"))
    assert tables and tables == sorted(table.name for table in other.glob("*.csv"))
    for name in tables:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def begun(kind: str, town: Path, out: Path) -> subprocess.Popen[bytes]:
    words = [*COMMAND, "study", kind, str(town), *CASES[kind].words, "--workers", "2", "--out", str(out)]
    return subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_many_moments_it_ends_with_the_same_tables(undisturbed: Path, tmp_path: Path, kind: str) -> None:
    moments = random.Random(1)
    for _ in range(CASES[kind].kills):
        started = begun(kind, undisturbed / "town", tmp_path / "study")
        try:
            started.wait(timeout=moments.uniform(0.2, 8.0))
        except subprocess.TimeoutExpired:
            started.send_signal(signal.SIGKILL)
            started.wait()
    last = begun(kind, undisturbed / "town", tmp_path / "study")
    told = last.communicate()[1].decode()
    assert last.returncode == 0, told
    same_tables(undisturbed / kind, tmp_path / "study")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("killed", [False, True])
def test_a_cluster_finds_the_same_tables_also_when_it_loses_a_worker(
    undisturbed: Path, tmp_path: Path, kind: str, killed: bool
) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        if killed:
            pid = cluster.workers[0].pid

            def kill() -> None:
                time.sleep(6)
                os.kill(pid, signal.SIGKILL)

            threading.Thread(target=kill, daemon=True).start()
        run(kind, undisturbed / "town", tmp_path / "study", dask=cluster.scheduler_address, **CASES[kind].how)
    same_tables(undisturbed / kind, tmp_path / "study")


# What does not take minutes: a tiny town, of which every study has some tasks.


@pytest.fixture
def town(tmp_path: Path) -> Path:
    visits, kits = two_sites((1000, 900), {"s0": (0.5, 2.0)}), newsvendor({"dry": (0.5, 10), "wet": (0.3, 50)})
    tables = {**kits, **visits, "bodies": [*visits["bodies"], *kits["bodies"]]}
    tables["hazards"] = [*visits["hazards"], *kits["hazards"]]
    tables["needs"] = [row | {"site": "s0"} for row in kits["needs"]]
    tables["budgets"] = [{"id": "all", "amount_cny": 60}]
    return build(tmp_path / "town", tables)


@pytest.mark.parametrize("kind", KINDS)
def test_stopped_now_and_then_it_ends_with_the_same_tables(town: Path, tmp_path: Path, kind: str) -> None:
    whole, study, stops = run(kind, town, tmp_path / "whole", workers=1), tmp_path / "study", 0
    done = [0]
    while True:
        told: list[Progress] = []
        enough = done[-1] + 2
        try:
            run(
                kind,
                town,
                study,
                workers=1,
                progress=told.append,
                interrupted=lambda told=told, enough=enough: bool(told) and told[-1].done >= enough,
            )
            break
        except InterruptedStudyError:
            stops += 1
            done.append(told[-1].done)
    assert stops >= 1 and done == sorted(done)
    same_tables(whole, study)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_another_instance_and_a_folder_in_use(town: Path, tmp_path: Path, kind: str) -> None:
    study = tmp_path / "study"
    with pytest.raises(InterruptedStudyError):
        run(kind, town, study, workers=1, interrupted=lambda: True)
    with FileLock(study / "kept" / ".lock"), pytest.raises(InputError, match="another process"):
        run(kind, town, study, workers=1)
    (town / "budgets.csv").write_text((town / "budgets.csv").read_text().replace("60", "61"))
    with pytest.raises(InputError, match=r"budgets\.csv") as refused:
        run(kind, town, study, workers=1)
    assert "--start-over" in refused.value.faults[0].expected
