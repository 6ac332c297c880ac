"""Open the door: one server a folder, on one socket."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout

from allocopt.faults import Fault, InputError
from allocopt.serve.app import make
from allocopt.serve.kinds import Find
from allocopt.serve.limits import Limits
from allocopt.serve.patience import PatientProtocol
from allocopt.serve.places import Places
from allocopt.serve.server import server

KEEP_ALIVE_SECONDS, LEAVING_SECONDS = 5, 10
MOST_HEAD = 16_384


def serve(root: Path, host: str, port: int, limits: Limits, find: Find, say: Callable[[str], None]) -> None:
    """Serve until told to stop. Raises InputError when the folder or the address cannot be had."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("allocopt.serve").setLevel(logging.INFO)
    with _locked(root):
        app = make(server(root, limits, find))
        with _socket(host, port) as door:
            address, number = door.getsockname()[:2]
            say(f"serving on http://{f'[{address}]' if ':' in address else address}:{number}")
            uvicorn.Server(_config(app, limits)).run(sockets=[door])


def _locked(root: Path) -> AbstractContextManager[object]:
    """The folder, in which no other server works meanwhile."""
    places = Places(root)
    try:
        places.make()
        return FileLock(places.lock, mode=0o600).acquire(timeout=0)
    except Timeout:
        found = "a folder in which another server works"
        raise InputError([Fault(str(root), 0, "", found, "a folder of its own")]) from None
    except OSError as error:
        raise InputError([Fault(str(root), 0, "", error.strerror or str(error), "a folder to write in")]) from None


def _config(app: object, limits: Limits) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=PatientProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LEAVING_SECONDS,
        h11_max_incomplete_event_size=MOST_HEAD,
    )


def _socket(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        number = getattr(error, "errno", None) or 0
        # Below zero, or none, where the name of the host is wrong.
        reason = os.strerror(number) if number > 0 else getattr(error, "strerror", None) or str(error)
        raise InputError([Fault(f"{host}:{port}", 0, "", reason, "an address that is free")]) from None
