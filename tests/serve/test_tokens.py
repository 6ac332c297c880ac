"""Who may call: every call needs a token, and a token sees its own only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from allocopt.faults import InputError
from allocopt.serve.tokens import hashed, new_token, owner, read_tokens
from cli.command import allocopt
from serve.running import Client, Running

NOBODYS = "0" * 32


def calls(mayor: Client) -> list[tuple[str, str]]:
    """Every call of the description."""
    paths = mayor.get("/openapi.json").json["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods if path != "/health"]


def test_every_call_but_health_needs_a_token(server: Running, mayor: Client) -> None:
    assert Client(server.port).get("/health").status == 200
    unknown = [("GET", "/"), ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/nothing"), ("OPTIONS", "/jobs")]
    for method, path in calls(mayor) + unknown:
        for authorization in (None, "Bearer", "Bearer ", f"Bearer {new_token()}", f"Basic {mayor.token}", "Bearer 密"):
            headers = {} if authorization is None else {"Authorization": authorization.encode()}
            answer = Client(server.port).call(method, path.format(id=NOBODYS, name="summary"), headers=headers)  # type: ignore[arg-type]
            assert answer.status == 401 and answer.headers["www-authenticate"] == "Bearer", (method, path)
            assert answer.faults[0]["file"] == "Authorization"


def test_what_is_anothers_is_not_there(server: Running, mayor: Client, uploaded: str, solved: str) -> None:
    other = server.client("other")
    assert other.get("/jobs").json == [] and other.get("/instances").json == []
    for method, path in calls(mayor):
        if "{id}" in path:
            id_ = uploaded if path.startswith("/instances") else solved
            told = other.call(method, path.format(id=id_, name="summary"))
            never = other.call(method, path.format(id=NOBODYS, name="summary"))
            assert (told.status, never.status) == (404, 404), (method, path)
            assert told.body.replace(id_.encode(), b"") == never.body.replace(NOBODYS.encode(), b"")
    for body in ({"kind": "solve", "instance": uploaded}, {"kind": "stress", "plan": solved}):
        assert other.call("POST", "/jobs", body).status == 404
    assert mayor.get(f"/jobs/{solved}").json["state"] == "done"


def test_tokens_are_made_and_dropped_and_kept_as_hashes_only(tmp_path: Path) -> None:
    made = allocopt("serve", "--data", tmp_path / "data", "--new-token", "clerk")
    token = made.stdout.strip()
    assert made.returncode == 0 and len(token) == len("allocopt_") + 43
    with sqlite3.connect(tmp_path / "data" / "store.db") as db:
        assert db.execute("SELECT name, sha256 FROM tokens").fetchall() == [("clerk", hashed(token))]
    assert all(token.encode() not in file.read_bytes() for file in (tmp_path / "data").iterdir() if file.is_file())
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "data", tmp_path / "data" / "store.db"))
    assert allocopt("serve", "--data", tmp_path / "data", "--new-token", "clerk").returncode == 2
    assert allocopt("serve", "--data", tmp_path / "data", "--drop-token", "clerk").returncode == 0
    without = allocopt("serve", "--data", tmp_path / "data", "--port", "0")
    assert without.returncode == 2 and "--new-token" in without.stderr


def test_tokens_of_a_file_are_read_strictly(tmp_path: Path) -> None:
    good, short = new_token(), "too-short"
    (tmp_path / "tokens").write_text(f"# tokens\nclerk {good}\n\n", encoding="utf-8")
    assert read_tokens(tmp_path / "tokens") == {"clerk": good}
    (tmp_path / "tokens").write_text(
        f"clerk {short}\nclerk {good}\nmayor {good}\na/b {good}x\nalone\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_tokens(tmp_path / "tokens")
    assert [fault.line for fault in caught.value.faults] == [1, 3, 4, 5]
    assert good not in str(caught.value) and short not in str(caught.value)


def test_a_token_is_found_by_its_hash_alone() -> None:
    tokens = {name: new_token() for name in ("a", "b", "c")}
    known = [(name, hashed(token)) for name, token in tokens.items()]
    assert [owner(token, known) for token in tokens.values()] == ["a", "b", "c"]
    assert owner(tokens["a"][:-1], known) is None and owner("", known) is None and owner(hashed("a"), known) is None
