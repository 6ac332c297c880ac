"""What is too large, too slow, too deep or too many is refused, soon and in little memory."""

from __future__ import annotations

import errno
import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from allocopt.serve import patience
from allocopt.serve.server import Server
from serve.inside import inside, put_instance, put_job
from serve.measure import MEASURED, cost
from serve.running import PATIENCE, Answer, Client, Running, made_zip

GIB = 2**30
IDLE = 0.5
ROOM_MB = 60
# 2 MB are allowed; the rest lies in the buffers of the line.
IN_BUFFERS = 30_000_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Client]]:
    with inside(tmp_path_factory.mktemp("guard"), per_token=2, in_all=3, quota=100_000) as found:
        yield found


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Client]:
    """A server that waits for nobody."""
    with inside(tmp_path, idle=IDLE) as (_, client):
        yield client


def sent(client: Client, head: str, *pieces: bytes, pause: float = 0.0, most: int = 2 * GIB) -> tuple[str, int]:
    """What comes back for raw bytes, and how many went out; pieces are sent again and again up to so many bytes."""
    found = 0
    with socket.create_connection(("127.0.0.1", client.port), timeout=PATIENCE) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n")
        try:
            while pieces and found < most:
                for piece in pieces:
                    line.sendall(piece)
                    found += len(piece)
                time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return received(line), found


def received(line: socket.socket) -> str:
    """All that comes until the other side closes."""
    data = b""
    try:
        while piece := line.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data.decode()


def full_store() -> sqlite3.Error:
    """What SQLite says when it has no more room."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("PRAGMA max_page_count = 2")
        try:
            db.execute("CREATE TABLE t AS SELECT zeroblob(1000000) AS x")
        except sqlite3.Error as error:
            return error
    raise AssertionError("there was room")


def head(client: Client, *more: str) -> str:
    lines = ["POST /instances HTTP/1.1", "Host: x", f"Authorization: Bearer {client.token}", *more]
    return "\n".join(lines) + "\n"


@MEASURED
@pytest.mark.parametrize(
    ("told", "piece", "most"),
    [
        (f"Content-Length: {2 * GIB}", b"", 0),
        (f"Content-Length: {2 * GIB}", bytes(0x10000), IN_BUFFERS),
        ("Transfer-Encoding: chunked", b"10000\r\n" + bytes(0x10000) + b"\r\n", IN_BUFFERS),
    ],
)
def test_two_gibibytes_are_refused(server: Running, mayor: Client, told: str, piece: bytes, most: int) -> None:
    """By what the request tells of itself, whether it goes on or waits; by counting, where it tells nothing."""
    assert server.process is not None
    with cost(server.process.pid) as spent:
        answer, out = sent(mayor, head(mayor, told), *filter(None, [piece]))
    assert answer.startswith("HTTP/1.1 413 ") and '"faults"' in answer and "connection: close" in answer.lower()
    assert out <= most and spent.cpu < 3.0 and spent.peak_mb < ROOM_MB, (out, spent)
    assert not list((server.data / "short").iterdir())


def test_without_a_token_no_body_is_read(world: tuple[Server, Client]) -> None:
    told, out = sent(
        Client(world[1].port, "wrong"), head(Client(0, "wrong"), "Transfer-Encoding: chunked"), b"1\r\nx\r\n"
    )
    assert told.startswith("HTTP/1.1 401 ") and "connection: close" in told.lower() and out < 30_000_000


def test_a_body_that_comes_too_slowly_is_left(hasty: Client) -> None:
    told, _ = sent(hasty, head(hasty, "Content-Length: 1000"))
    assert told.startswith("HTTP/1.1 408 ")


def test_a_head_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch, world: tuple[Server, Client]) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", world[1].port), timeout=PATIENCE) as line:
        try:
            line.sendall(b"GET / HTTP/1.1\r\n")
            for _ in range(1000):  # less than a server would take as the head of a request
                line.sendall(b"X: 1\r\n")
                time.sleep(0.1)
            raise AssertionError("it is still listened to")
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert received(line) == ""
    with socket.create_connection(("127.0.0.1", world[1].port), timeout=PATIENCE) as line:
        assert received(line) == ""  # nor one that never begins


def test_a_connection_that_is_kept_may_rest_but_its_next_head_must_come(
    monkeypatch: pytest.MonkeyPatch, world: tuple[Server, Client]
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 2.0)
    with socket.create_connection(("127.0.0.1", world[1].port), timeout=PATIENCE) as line:
        for _ in range(2):
            line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            told = b""
            while not told.endswith(b"}"):
                told += line.recv(65536)
            time.sleep(2.5)
        line.sendall(b"GET /health HTTP/1.1\r\nX-More")
        assert received(line) == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 200_000, 400),
        (b'{"a":' * 40_000, 400),
        (b"1" * 100_000, 400),
        (b'{"kind": "solve", "options": {"gap": ' + b"9" * 4000 + b"}}", 422),
        (b'{"kind": "solve", "options": {"gap": NaN}}', 422),
        (b'{"kind": "solve", "name": "\\ud800"}', 422),
        (b'{"kind": "\\ud800\\u0000"}', 422),
        (b"\xff\xfe\x00", 400),
        (b"x" * 300_000, 413),
        (b"", 422),
        (b'{"kind": "solve"' + b', "a": 1' * 20_000 + b"}", 422),
    ],
)
def test_odd_json_is_refused(world: tuple[Server, Client], body: bytes, status: int) -> None:
    start = time.process_time()
    answer = world[1].call("POST", "/jobs", body, {"Content-Type": "application/json"})
    assert answer.status in (status, 422) and answer.faults
    assert len(answer.body) < 20_000
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/..%2f..%2fstore.db/result",
        "/jobs/../../store.db",
        "/jobs/%00",
        "/jobs/%2e%2e/files",
        "/jobs/%ff%fe",
        "/instances/..%5c..%5cstore.db",
        "/jobs/" + "a" * 10_000,
        "/jobs/' OR 1=1 --".replace(" ", "%20"),
        "//jobs",
        "/jobs/",
    ],
)
def test_no_path_leads_out(world: tuple[Server, Client], path: str) -> None:
    answer = world[1].get(path)
    assert answer.status == 404 and answer.faults


def test_another_method_is_told_which_there_are(world: tuple[Server, Client]) -> None:
    for path, methods in (("/jobs", "GET, POST"), (f"/jobs/{'0' * 32}", "GET, DELETE"), ("/health", "GET")):
        for method in ("PUT", "PATCH", "OPTIONS", "HEAD"):
            answer = world[1].call(method, path)
            assert (answer.status, answer.headers["allow"]) == (405, methods)


def test_artefacts_are_chosen_by_name_only(world: tuple[Server, Client]) -> None:
    here, client = world
    job = put_job(here, put_instance(here), "done")
    (here.places.result(job)).mkdir()
    (here.places.result(job) / "plan.json").write_text("{}", encoding="utf-8")
    for name in ("..%2fcall.json", "call.json", "out.txt", "summary.txt", "%00", "Summary"):
        assert client.get(f"/jobs/{job}/artefacts/{name}").status == 404


def test_every_answer_has_its_headers_and_no_other_site_may_read_it(world: tuple[Server, Client]) -> None:
    client = world[1]
    for path in ("/health", "/jobs", "/nothing", "/docs"):
        for method in ("GET", "OPTIONS"):
            sent_ = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
            headers = client.call(method, path, headers=sent_).headers
            assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert not [name for name in headers if name.startswith("access-control") or name == "server"]


def test_queues_are_bounded_for_a_token_and_in_all(world: tuple[Server, Client]) -> None:
    here, client = world
    instance = put_instance(here)

    def asked() -> Answer:
        return client.call("POST", "/jobs", {"kind": "solve", "instance": instance})

    first = asked()
    assert (first.status, asked().status, asked().status) == (202, 202, 429)
    assert client.call("POST", f"/jobs/{first.json['id']}/cancel").json["state"] == "cancelled"
    put_job(here, put_instance(here, "other"), owner="other")
    put_job(here, put_instance(here, "third"), owner="third")
    assert asked().status == 429


def test_a_token_that_has_used_its_quota_adds_nothing(world: tuple[Server, Client]) -> None:
    here, client = world
    full = put_instance(here)
    here.store.end(put_job(here, full), "done", 0, None, 10**6)
    assert client.upload(made_zip({"city.yaml": b""})).status == 409
    assert client.call("POST", "/jobs", {"kind": "solve", "instance": full}).status == 409


def test_an_error_of_ours_is_one_fault_and_shows_nothing(
    world: tuple[Server, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, client = world

    def fails(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(type(here.store), "instances", fails)
    answer = client.get("/instances")
    assert answer.status == 500 and answer.faults
    assert "secret" not in json.dumps(answer.json)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "no space"), OSError(errno.EDQUOT, "quota"), full_store()], ids=repr
)
def test_a_full_disk_is_told(world: tuple[Server, Client], monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    here, client = world

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(type(here.store), "used", fails)
    answer = client.upload(made_zip({"city.yaml": b""}))
    assert answer.status == 507 and "full" in answer.faults[0]["found"]
