"""The command itself: what it refuses, in one fault and with exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

from cli.command import SOURCES, allocopt
from serve.running import Running


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
