"""A real server in a process of its own, and a client that knows nothing but HTTP."""

from __future__ import annotations

import http.client
import io
import json
import re
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allocopt.serve.places import Places
from allocopt.serve.store import Store
from allocopt.serve.tokens import hashed, new_token
from cli.command import COMMAND, environment

# A busy machine takes its time; who waits for something waits so many seconds at most.
PATIENCE = 300.0
# A study of the sample town that nobody waits for: to be cancelled, or stopped.
ENDLESS = {"from": "70%", "to": "130%", "points": 100, "gap": 0.05}


def until(there: Callable[[], Any]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "it is still not so"
        time.sleep(0.05)


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The faults, after a look at their shape."""
        (key,) = self.json
        assert key == "faults" and self.json[key]
        for fault in self.json[key]:
            assert set(fault) == {"file", "line", "field", "found", "expected"}
        return self.json[key]  # type: ignore[no-any-return]


@dataclass
class Client:
    port: int
    token: str | None = None

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = {}) -> Answer:
        sent = dict(headers)
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(body, dict | list):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def upload(self, zipped: bytes, name: str = "town") -> Answer:
        return self.call("POST", f"/instances?name={name}", zipped, {"Content-Type": "application/zip"})

    def job(self, kind: str, instance: str = "", **more: Any) -> str:
        about = {"instance": instance} if instance else {}
        answer = self.call("POST", "/jobs", {"kind": kind, **about, **more})
        assert answer.status == 202, answer.body
        return str(answer.json["id"])

    def until(self, job: str, *states: str) -> dict[str, Any]:
        """The job once it is in one of these states, or over."""
        found: dict[str, Any] = {}

        def there() -> bool:
            found.update(self.get(f"/jobs/{job}").json)
            return found["state"] in states or found["state"] not in ("queued", "running")

        until(there)
        return found


@dataclass
class Running:
    """A server that runs in a folder; it may be killed and started again there."""

    data: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    port: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def start(self) -> Running:
        words = [*COMMAND, "serve", "--data", str(self.data), "--port", "0", *self.options]
        self.process = subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)$", line.strip())
        assert found, line
        self.port = int(found.group(1))
        until(lambda: Client(self.port).get("/health").status == 200)
        return self

    def client(self, name: str = "mayor") -> Client:
        if name not in self.tokens:
            self.tokens[name] = new_token()
            places = Places(self.data)
            places.make()
            Store(places.store).put_token(name, hashed(self.tokens[name]))
        return Client(self.port, self.tokens[name])

    def end(self, how: signal.Signals = signal.SIGTERM) -> str:
        """What it said."""
        assert self.process is not None and self.process.stderr is not None
        self.process.send_signal(how)
        said = self.process.stderr.read()
        self.process.wait(timeout=PATIENCE)
        return said


def folder_zip(folder: Path, top: str = "") -> bytes:
    """A folder as a zip."""
    return made_zip({f"{top}{file.relative_to(folder)}": file.read_bytes() for file in sorted(folder.rglob("*.*"))})


def made_zip(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()
