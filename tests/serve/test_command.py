"""The command itself: what it refuses, in one fault and with exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

from allocopt.serve.tokens import new_token
from cli.command import SOURCES, allocopt
from serve.running import Client, Running, folder_zip


def test_a_missing_extra_is_told(tmp_path: Path) -> None:
    (tmp_path / "fastapi.py").write_text("raise ImportError('none', name='fastapi')\n", encoding="utf-8")
    sources = os.pathsep.join([str(tmp_path), *SOURCES])
    run = allocopt("serve", "--data", tmp_path / "data", PYTHONPATH=sources)
    assert run.returncode == 2 and "no fastapi" in run.stderr and "allocopt[serve]" in run.stderr
    assert allocopt("serve", "--data", tmp_path / "data", "--new-token", "x", PYTHONPATH=sources).returncode == 0


def test_one_server_a_folder_and_one_a_port(server: Running, tmp_path: Path) -> None:
    run = allocopt("serve", "--data", server.data, "--port", "0")
    assert run.returncode == 2 and "another server" in run.stderr
    assert allocopt("serve", "--data", tmp_path / "data", "--new-token", "x").returncode == 0
    run = allocopt("serve", "--data", tmp_path / "data", "--port", str(server.port))
    assert run.returncode == 2 and f"127.0.0.1:{server.port}" in run.stderr


def test_what_it_keeps_is_nobody_elses_to_read(server: Running, solved: str) -> None:
    for file in (server.data / "jobs" / solved).rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_what_others_can_read_is_told(server: Running, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"clerk {new_token()}\n", encoding="utf-8")
    for mode, told in ((0o644, True), (0o600, False)):
        (tmp_path / "tokens").chmod(mode)
        run = allocopt("serve", "--data", tmp_path, "--tokens", tmp_path / "tokens", "--port", str(server.port))
        assert run.returncode == 2 and ("chmod 600" in run.stderr) == told


def test_a_folder_that_is_none_and_a_store_that_is_none_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "store.db").write_bytes(b"no database at all" * 100)
    for name in ("file", "odd"):
        run = allocopt("serve", "--data", tmp_path / name, "--new-token", "x")
        assert run.returncode == 2 and name in run.stderr and run.stderr.startswith("1 fault"), run.stderr
    assert allocopt("serve", "--data", tmp_path / "new", "--new-token", "x").returncode == 0
    (tmp_path / "new" / ".lock").mkdir()  # what cannot be locked, as on a disk that is read-only
    run = allocopt("serve", "--data", tmp_path / "new", "--port", "0")
    assert run.returncode == 2 and run.stderr.startswith("1 fault"), run.stderr


def test_the_log_tells_of_jobs_and_of_nothing_secret(tmp_path: Path, town: Path) -> None:
    server = Running(tmp_path / "data")
    client = server.client()
    client.port = server.start().port
    city = client.upload(folder_zip(town), name="secret-town").json["id"]
    job = client.job("solve", city, options={"gap": 0.05})
    client.until(job)
    Client(server.port, "a-wrong-token").get("/jobs")
    said = server.end()
    assert f"job {job} of mayor (solve) has begun" in said and f"job {job} of mayor is done with exit code 0" in said
    assert not [secret for secret in (str(client.token), "a-wrong-token", "secret-town") if secret in said]
