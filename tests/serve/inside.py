"""A server in a thread of the tests, whose limits and rows a test sets as it likes. It starts no jobs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from allocopt.cli.serve import find
from allocopt.serve import run
from allocopt.serve.app import make
from allocopt.serve.limits import Limits
from allocopt.serve.server import Server, server
from allocopt.serve.store import Instance, Job, new_id
from allocopt.serve.tokens import hashed, new_token
from serve.running import PATIENCE, Client, until


@contextmanager
def inside(data: Path, **limits: float) -> Iterator[tuple[Server, Client]]:
    """The server and a client with a token."""
    here = server(data, Limits(**{"jobs": 0} | limits), find)  # type: ignore[arg-type]
    token = new_token()
    here.store.put_token("mayor", hashed(token))
    with socket.create_server(("127.0.0.1", 0)) as door:
        program = uvicorn.Server(run._config(make(here), here.limits))
        thread = threading.Thread(target=program.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        until(lambda: program.started)
        yield here, Client(door.getsockname()[1], token)
        program.should_exit = True
        thread.join(timeout=PATIENCE)


def put_instance(here: Server, owner: str = "mayor", id_: str | None = None) -> str:
    """A row of an instance; there is nothing in its folder."""
    row = Instance(id_ or new_id(), owner, "town", 1, 1000, time.time())
    here.places.city(row.id).mkdir(parents=True, exist_ok=True)
    here.store.put_instance(row)
    return row.id


def put_job(here: Server, instance: str, state: str = "queued", owner: str = "mayor", id_: str | None = None) -> str:
    """A row of a job, in this state."""
    row = Job(id_ or new_id(), owner, "town", "solve", instance, None, {}, ["solve"], 10.0, made=time.time())
    assert here.store.put_job(row, 10**6, 10**6)
    here.places.job(row.id).mkdir(exist_ok=True)
    if state != "queued":
        assert here.store.start(row.id)
    if state not in ("queued", "running"):
        here.store.end(row.id, state, 0 if state == "done" else 1, None, 5000)
    return row.id
