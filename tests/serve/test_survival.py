"""Kill -9, of the server, of a worker, of both: nothing that was found is lost, and all goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from serve.running import ENDLESS, Client, Running, folder_zip, until

STUDY = {"from": "70%", "to": "130%", "points": 6, "gap": 0.3}


def workers(data: Path, job: str) -> list[int]:
    """The processes of a worker, by the folder that they were given."""
    listed = subprocess.run(["pgrep", "-f", str(data.resolve() / "jobs" / job)], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]


def until_at_work(data: Path, job: str) -> None:
    """A job counts as running a moment before its worker is there."""
    until(lambda: workers(data, job))


def kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # it went together with another one
            os.kill(pid, signal.SIGKILL)


def until_kept(client: Client, job: str, parts: int) -> None:
    until(lambda: client.get(f"/jobs/{job}").json["progress"]["kept"] >= parts)


def test_server_and_worker_are_killed_in_the_middle_of_a_study(tmp_path: Path, town: Path) -> None:
    server = Running(tmp_path / "data")
    client = server.client()
    server.start()
    client.port = server.port
    instance = client.upload(folder_zip(town)).json["id"]
    solved = client.job("solve", instance, options={"gap": 0.05})
    client.until(solved)
    before = [client.get(f"/jobs/{solved}/{what}").body for what in ("result", "files")]
    study, waiting = client.job("budget", instance, options=STUDY), client.job("solve", instance, options={"gap": 0.05})
    until_kept(client, study, 1)
    server.end(signal.SIGKILL)
    kill(workers(server.data, study))
    client.port = server.start().port
    told = client.until(study)
    assert (told["state"], told["losses"]) == ("done", 1), told
    assert client.get(f"/jobs/{study}/result").json["points"]
    assert client.get(f"/jobs/{waiting}").json["state"] in ("queued", "running", "done")
    assert [client.get(f"/jobs/{solved}/{what}").body for what in ("result", "files")] == before
    server.end()


def test_a_worker_outlives_a_killed_server(tmp_path: Path, town: Path) -> None:
    server = Running(tmp_path / "data")
    client = server.client()
    client.port = server.start().port
    instance = client.upload(folder_zip(town)).json["id"]
    job = client.job("solve", instance, options={"gap": 0.05})
    until_at_work(server.data, job)
    before = client.get(f"/jobs/{job}").json["started"]
    server.end(signal.SIGKILL)
    client.port = server.start().port
    told = client.until(job)
    assert (told["state"], told["losses"], told["started"]) == ("done", 0, before)
    server.end()


def test_a_server_that_is_told_to_stop_stops_its_workers(tmp_path: Path, town: Path) -> None:
    server = Running(tmp_path / "data")
    client = server.client()
    client.port = server.start().port
    instance = client.upload(folder_zip(town)).json["id"]
    job = client.job("budget", instance, options=ENDLESS)
    until_at_work(server.data, job)
    server.end()
    assert workers(server.data, job) == []
    client.port = server.start().port
    assert client.get(f"/jobs/{job}").json["losses"] == 0
    assert client.call("POST", f"/jobs/{job}/cancel").status == 202
    assert client.until(job)["state"] == "cancelled"
    server.end()


@pytest.mark.slow
def test_killed_at_many_moments_all_jobs_end(tmp_path: Path, town: Path) -> None:
    server, moments = Running(tmp_path / "data", ("--jobs", "2")), random.Random(1)
    client = server.client()
    client.port = server.start().port
    instance = client.upload(folder_zip(town)).json["id"]
    jobs = [client.job("budget", instance, options=STUDY)]
    jobs += [client.job("solve", instance, options={"gap": gap}) for gap in (0.05, 0.03, 0.02)]
    for _ in range(12):
        time.sleep(moments.uniform(0.1, 4.0))
        server.end(signal.SIGKILL)
        done = {job for job in jobs if (server.data / "jobs" / job / "ended.json").exists()}
        client.port = server.start().port
        assert all(client.until(job)["state"] == "done" for job in done)
    for job in jobs:
        assert client.until(job)["state"] == "done"
        assert client.get(f"/jobs/{job}/result").status == 200
    server.end()
