"""What stands on standard error while it works: one line on a terminal, plain lines in a log, never anything else."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import time
from pathlib import Path

import pytest

from allocopt.cli import progress as module
from allocopt.cli.progress import Display, how_far, lasting
from allocopt.progress import Progress
from cities import build
from cli.command import COMMAND, allocopt, environment
from study.towns import newsvendor


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return build(tmp_path / "town", newsvendor({"dry": (0.5, 10), "wet": (0.3, 50)}), objective="loss_and_spending")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (29, "less than a minute"),
        (31, "about 1 minute"),
        (8 * 60 + 20, "about 8 minutes"),
        (80 * 60, "about 80 minutes"),
        (95 * 60, "about 2 hours"),
        (7 * 3600, "about 7 hours"),
    ],
)
def test_spans_of_time_in_words(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_how_far_in_words() -> None:
    assert how_far(Progress(12, 20, "x", 480.0), 480.0) == "12 of 20 done, about 8 minutes left"
    assert how_far(Progress(12, 20, "x"), None) == "12 of 20 done"
    assert how_far(Progress(20, 20, "x", 0.0), 0.0) == "20 of 20 done"


def test_a_log_has_a_line_for_each_part_that_ended(capsys: pytest.CaptureFixture[str]) -> None:
    with Display() as display:
        for done in (0, 0, 3, 4, 4):
            display(Progress(done, 5, "points", 600.0 if done else None))
        display(Progress(4, 5, "sharing"))
        display(Progress(5, 5, "sharing"))
    left = ", about 10 minutes left"
    lines = ["points", f"3 of 5 done{left}", f"4 of 5 done{left}", "sharing", "5 of 5 done"]
    assert capsys.readouterr().err.splitlines() == lines


def test_a_long_solve_gives_a_sign_of_life_in_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TICK", 0.05)
    monkeypatch.setattr(module, "_HEARTBEAT", 0.2)
    with Display() as display:
        for bound in range(50):
            display(Progress(0, 1, f"solving: none below {bound}"))
            time.sleep(0.01)
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= 3
    assert all(re.fullmatch(r"solving: none below \d+, less than a minute so far", line) for line in lines)


def test_in_a_pipe_there_are_plain_lines_and_one_json_object(town: Path, tmp_path: Path) -> None:
    words = ("study", "information", town, "--workers", "1", "--out", tmp_path / "study", "--json")
    found = allocopt(*words)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["instance"] == "tiny"
    lines = found.stderr.splitlines()
    assert [line for line in lines if line.startswith("1 of ")] and lines[-1] == "5 of 5 done"
    assert "\x1b" not in found.stderr and "\r" not in found.stderr
    again = allocopt(*words)
    assert json.loads(again.stdout) == json.loads(found.stdout) | {"seconds": json.loads(again.stdout)["seconds"]}
    assert "left" not in again.stderr  # nothing was done, so nothing is known of how long it takes


def test_a_short_solve_says_nothing_in_a_pipe(town: Path, tmp_path: Path) -> None:
    found = allocopt("solve", town, "--out", tmp_path / "plan", "--json")
    assert found.returncode == 0 and found.stderr == ""


def on_a_terminal(*words: str | Path, **more: str) -> tuple[str, str]:
    """Standard output, and what the terminal got that standard error was."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen([*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=theirs, env=environment(**more))
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    answer = run.communicate(timeout=60)[0].decode()
    assert run.returncode == 0, shown
    return answer, shown.decode()


def test_on_a_terminal_one_line_is_written_over_and_gone_at_the_end(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "study"
    answer, shown = on_a_terminal(
        "study", "information", town, "--workers", "1", "--out", out, "--json", TERM="xterm", COLUMNS="60"
    )
    assert json.loads(answer)["instance"] == "tiny"
    assert "\n" not in shown and shown.endswith("\r\x1b[K")
    lines = [line for line in shown.split("\r\x1b[K") if line]
    assert all(re.match(r"\d+:\d\d  \d+ of 5 done", line) and len(line) < 60 for line in lines), lines


def test_a_dumb_terminal_is_a_log(town: Path, tmp_path: Path) -> None:
    _, shown = on_a_terminal("study", "information", town, "--workers", "1", "--out", tmp_path / "study", TERM="dumb")
    assert "\x1b" not in shown and "5 of 5 done" in shown
