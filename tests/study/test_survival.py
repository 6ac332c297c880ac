"""A study that is killed again and again, or whose workers are, ends with the tables of one that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.study.frontier.run import budget
from cli.command import COMMAND, environment

KILLS = 30
HOW: dict[str, Any] = {"start": "70%", "end": "130%", "points": 9, "gap": 0.005}
WORDS = ["--from", "70%", "--to", "130%", "--points", "9", "--gap", "0.005", "--workers", "2"]
TABLES = ("frontier.csv", "between.csv")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    create(folder / "town")
    budget(load(folder / "town"), folder / "study", workers=1, **HOW)
    return folder


def same_tables(one: Path, other: Path) -> None:
    for name in TABLES:
        assert (one / name).read_bytes() == (other / name).read_bytes()


def begun(town: Path, out: Path) -> subprocess.Popen[bytes]:
    words = [*COMMAND, "study", "budget", str(town), *WORDS, "--out", str(out)]
    return subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.mark.slow
def test_killed_at_thirty_moments_it_ends_with_the_same_tables(undisturbed: Path, tmp_path: Path) -> None:
    moments = random.Random(1)
    for _ in range(KILLS):
        run = begun(undisturbed / "town", tmp_path / "study")
        try:
            run.wait(timeout=moments.uniform(0.2, 8.0))
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
    last = begun(undisturbed / "town", tmp_path / "study")
    told = last.communicate()[1].decode()
    assert last.returncode == 0, told
    same_tables(undisturbed / "study", tmp_path / "study")


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True])
def test_a_cluster_finds_the_same_tables_also_when_it_loses_a_worker(
    undisturbed: Path, tmp_path: Path, killed: bool
) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        if killed:
            pid = cluster.workers[0].pid

            def kill() -> None:
                time.sleep(10)
                os.kill(pid, signal.SIGKILL)

            threading.Thread(target=kill, daemon=True).start()
        city = load(undisturbed / "town")
        budget(city, tmp_path / "study", dask=cluster.scheduler_address, **HOW)
    same_tables(undisturbed / "study", tmp_path / "study")
