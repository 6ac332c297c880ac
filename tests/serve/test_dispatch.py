"""What becomes of jobs whose workers are lost, without any worker."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from allocopt.cli.serve import find
from allocopt.serve.dispatch import Dispatcher
from allocopt.serve.limits import Limits
from allocopt.serve.server import Server, server
from allocopt.serve.worker import OWN
from serve.inside import put_instance, put_job


@pytest.fixture
def here(tmp_path: Path) -> Server:
    return server(tmp_path, Limits(jobs=0), find)


def test_a_lost_job_is_done_again_but_not_for_ever(here: Server, caplog: pytest.LogCaptureFixture) -> None:
    """What its worker itself said at last is in the log each time: the end of it."""
    job = put_job(here, put_instance(here), "running")
    said = ["", "MemoryError", "x" * 5000 + " 内存不足"]
    states = []
    for words in said:
        (here.places.job(job) / OWN).write_text(words, encoding="utf-8")
        here.dispatcher.round()
        found = here.store.job("mayor", job)
        assert found is not None
        states.append((found.state, found.losses, found.ended_by))
        here.store.start(job)
    assert len(said) == here.limits.losses
    assert states == [("queued", 1, None), ("queued", 2, None), ("failed", 2, "lost")]
    told = [record.message for record in caplog.records if "lost" in record.message]
    assert [message.partition("last words: ")[2] for message in told[:2]] == [repr(words) for words in said[:2]]
    assert told[2].endswith("x 内存不足'")
    assert len(told[2]) < 1200


def test_a_lost_job_that_was_cancelled_is_not_done_again(here: Server) -> None:
    job = put_job(here, put_instance(here), "running")
    assert here.store.cancel("mayor", job)
    here.dispatcher.round()
    found = here.store.job("mayor", job)
    assert found is not None and (found.state, found.ended_by) == ("cancelled", "cancel")


@pytest.mark.parametrize(
    ("exit_code", "ended_by", "state"),
    [
        (0, None, "done"),
        (3, None, "done"),
        (4, "time", "done"),
        (130, "time", "stopped"),
        (130, "cancel", "cancelled"),
        (2, None, "failed"),
        (1, None, "failed"),
        (-9, "disk", "failed"),
        (-9, "time", "stopped"),
        (-6, None, "failed"),
    ],
)
def test_an_ending_that_no_server_saw_is_booked(here: Server, exit_code: int, ended_by: str | None, state: str) -> None:
    job = put_job(here, put_instance(here), "running")
    told = {"exit_code": exit_code, "ended_by": ended_by}
    (here.places.job(job) / "ended.json").write_text(json.dumps(told), encoding="utf-8")
    here.dispatcher.round()
    found = here.store.job("mayor", job)
    assert found is not None and (found.state, found.exit_code, found.losses) == (state, exit_code, 0)


def test_tokens_take_turns(here: Server) -> None:
    """Who has fewer that run comes first; then who waits longest."""
    instance = put_instance(here)
    first, second = (put_job(here, instance) for _ in range(2))
    other = put_job(here, put_instance(here, "other"), owner="other")
    order = []
    while (waiting := here.store.waiting()) is not None:
        order.append(waiting.id)
        here.store.start(waiting.id)
    assert order == [first, other, second]


def test_a_clock_that_is_set_back_changes_no_order(here: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = put_instance(here)
    first = put_job(here, instance)
    monkeypatch.setattr(time, "time", lambda: 1e9)
    second = put_job(here, instance)
    assert [job.id for job in here.store.jobs("mayor", 10, 0)] == [second, first]
    waiting = here.store.waiting()
    assert waiting is not None and waiting.id == first


def test_a_worker_that_cannot_be_started_fails_its_job_alone(here: Server) -> None:
    job = put_job(here, put_instance(here))
    folder = here.places.job(job)
    folder.rmdir()
    folder.write_bytes(b"in the way")
    Dispatcher(here.places, here.store, replace(here.limits, jobs=1)).round()
    found = here.store.job("mayor", job)
    assert found is not None and (found.state, found.ended_by) == ("failed", "server")


def test_what_no_row_speaks_of_is_swept_away(here: Server) -> None:
    instance = put_instance(here)
    job = put_job(here, instance)
    for folder in (here.places.instances, here.places.jobs, here.places.short):
        (folder / ("f" * 32)).mkdir()
    (here.places.short / f"{'e' * 32}.zip").touch()
    (here.places.instances / "town").mkdir()
    here.places.sweep(*here.store.known())
    # A town that somebody put there stays.
    assert {entry.name for entry in here.places.instances.iterdir()} == {instance, "town"}
    assert [entry.name for entry in here.places.jobs.iterdir()] == [job]
    assert not list(here.places.short.iterdir())
