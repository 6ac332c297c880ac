from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from allocopt.instance.new import create
from serve.running import Client, Running, folder_zip


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample town."""
    folder = tmp_path_factory.mktemp("serve") / "town"
    create(folder)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server for all tests that leave it as it was."""
    running = Running(tmp_path_factory.mktemp("data"), ("--jobs", "2", "--upload", "2"))
    running.client()
    running.start()
    yield running
    said = running.end()
    assert "Traceback" not in said, said


@pytest.fixture(scope="session")
def mayor(server: Running) -> Client:
    return server.client()


@pytest.fixture(scope="session")
def uploaded(mayor: Client, town: Path) -> str:
    """The id of the sample town."""
    answer = mayor.upload(folder_zip(town))
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


@pytest.fixture(scope="session")
def solved(mayor: Client, uploaded: str) -> str:
    """The id of a job that has solved the sample town."""
    job = mayor.job("solve", uploaded, name="苏州 用直镇", options={"gap": 0.05})
    assert mayor.until(job)["state"] == "done"
    return job
