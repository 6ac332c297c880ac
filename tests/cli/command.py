"""Run the real command in a process of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

from allocopt.cli.program import run

SOURCES = [str(Path(__file__).parents[2] / root) for root in ("src", "models")]
COMMAND = [sys.executable, "-m", "allocopt.cli"]


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(SOURCES), "COLUMNS": "100"} | more


def allocopt(*arguments: str | Path, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """What the command says and with which code it ends."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(**more),
        timeout=120,
    )


def called(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The same within this process, which saves starting another."""
    out, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
        code = run([str(argument) for argument in arguments])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), told.getvalue())
