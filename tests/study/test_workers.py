"""Work on several processes or on a cluster: the same answers whatever their number, also when one is killed."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from allocopt.faults import InputError
from allocopt.study.workers import InterruptedStudyError, LostWorkersError, chunks, runner


@dataclass(frozen=True)
class Doubling:
    """Double a number; kill the process that does it, as often as there is a file in the folder to take away."""

    number: int
    lives: Path | None = None


def double(task: Doubling) -> int:
    for life in sorted(task.lives.iterdir()) if task.lives else ():
        life.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * task.number


def always_killed(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_come_in_order_and_each_is_told_once(workers: int) -> None:
    told: dict[int, int] = {}
    with runner(workers) as run:
        assert run(double, [Doubling(n) for n in range(5)], told.__setitem__) == [0, 2, 4, 6, 8]
    assert told == {n: 2 * n for n in range(5)}


def test_a_killed_worker_loses_no_task(tmp_path: Path) -> None:
    for life in ("a", "b"):
        (tmp_path / life).touch()
    told: list[int] = []
    with runner(2) as run:
        tasks = [Doubling(n, tmp_path if n == 2 else None) for n in range(6)]
        assert run(double, tasks, lambda place, _: told.append(place)) == [0, 2, 4, 6, 8, 10]
    assert sorted(told) == list(range(6))


def test_workers_that_are_always_lost_are_told_of() -> None:
    with pytest.raises(LostWorkersError, match="3 times"), runner(2) as run:
        run(always_killed, [1, 2])


@pytest.mark.parametrize("workers", [1, 2])
def test_it_stops_when_told_to(workers: int) -> None:
    with pytest.raises(InterruptedStudyError), runner(workers, lambda: True) as run:
        run(double, [Doubling(n) for n in range(50)])


def test_a_cluster_that_is_not_there_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocopt.study.workers.PATIENCE_S", 1)
    with pytest.raises(InputError, match="--dask"), runner(dask="tcp://127.0.0.1:9"):
        pass


def test_tasks_go_to_a_cluster(tmp_path: Path) -> None:
    from distributed import LocalCluster

    (tmp_path / "life").touch()
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        runner(dask=cluster.scheduler_address) as run,
    ):
        tasks = [Doubling(n, tmp_path if n == 1 else None) for n in range(4)]
        assert run(double, tasks) == [0, 2, 4, 6]


@pytest.mark.parametrize(
    ("items", "sizes"),
    [(0, []), (1, [1]), (3, [1, 1, 1]), (6, [2, 2, 2]), (9, [3, 3, 3]), (40, [10] * 4), (70, [16] * 4 + [6])],
)
def test_runs_are_many_enough_and_short_enough(items: int, sizes: list[int]) -> None:
    found = chunks(range(items), 16)
    assert [len(run) for run in found] == sizes
    assert [item for run in found for item in run] == list(range(items))
