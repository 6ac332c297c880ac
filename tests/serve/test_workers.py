"""One worker in its folder: its limits, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from allocopt.serve.starting import Ended, answer, ask, ended, held, start
from allocopt.serve.worker import CANCEL, ERR, REQUEUE
from serve.running import PATIENCE, until

GB = 1_000_000_000


def begun(folder: Path, town: Path, **limits: float) -> subprocess.Popen[bytes]:
    words = ["solve", str(town), "--out=result", "--json", "--gap=0", "--threads=1"]
    return start(folder, words, **{"seconds": 60, "grace": 20, "memory": 4 * GB, "disk": GB} | limits)


def until_said(folder: Path) -> None:
    """Until the command line itself is at work."""
    until((folder / "out.txt").exists)


def test_one_at_a_time_works_in_a_folder_and_is_told_to_stop(tmp_path: Path, town: Path) -> None:
    worker = begun(tmp_path, town)
    assert held(tmp_path)
    with pytest.raises(BlockingIOError):
        begun(tmp_path, town)
    ask(tmp_path, CANCEL)
    worker.wait(PATIENCE)
    assert not held(tmp_path)
    found = ended(tmp_path)
    assert found is not None and found.ended_by == CANCEL
    assert found.exit_code in (130, 0, -signal.SIGINT)  # the last where Python itself had not begun


def test_time_is_up(tmp_path: Path, town: Path) -> None:
    begun(tmp_path, town, seconds=0.01, grace=0.0).wait(PATIENCE)
    found = ended(tmp_path)
    assert found is not None and found.ended_by == "time"
    assert found.exit_code in (-signal.SIGKILL, 130, -signal.SIGINT)


def test_memory_is_limited(tmp_path: Path, town: Path) -> None:
    begun(tmp_path, town, memory=120_000_000).wait(PATIENCE)
    found = ended(tmp_path)
    assert found is not None and found.exit_code not in (0, 2, 3, 4, 130) and found.ended_by is None
    assert answer(tmp_path) is None or set(answer(tmp_path) or {}) == {"error"}


def test_disk_is_limited(tmp_path: Path, town: Path) -> None:
    begun(tmp_path, town, disk=2000).wait(PATIENCE)
    found = ended(tmp_path)
    assert found is not None and found.exit_code != 0
    assert not (tmp_path / "result").exists()


def test_told_to_requeue_it_leaves_no_ending(tmp_path: Path, town: Path) -> None:
    worker = begun(tmp_path, town)
    ask(tmp_path, REQUEUE)
    worker.wait(PATIENCE)
    assert ended(tmp_path) is None and not held(tmp_path)


@pytest.mark.skipif(not Path("/proc").exists(), reason="the system has no signal for a lost parent")
def test_a_killed_worker_takes_the_command_line_with_it(tmp_path: Path, town: Path) -> None:
    worker = begun(tmp_path, town)
    until_said(tmp_path)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(PATIENCE)
    until(lambda: not held(tmp_path))
    assert ended(tmp_path) is None


def test_nothing_is_imported_from_where_it_works_and_nothing_secret_is_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is named like a module of Python's is not run; the environment is a chosen few."""
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    for name in ("json", "yaml", "allocopt", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')\nraise SystemExit(99)\n", encoding="utf-8")
    worker = start(tmp_path, ["schema"], seconds=60, grace=1, memory=4 * GB, disk=GB)
    names = Path(f"/proc/{worker.pid}/environ")
    if names.exists():
        assert b"SECRET" not in names.read_bytes()
    worker.wait(PATIENCE)
    assert ended(tmp_path) == Ended(0, None), (tmp_path / ERR).read_text("utf-8")
    assert not (tmp_path / "ran").exists()
    assert json.loads((tmp_path / "out.txt").read_bytes())
