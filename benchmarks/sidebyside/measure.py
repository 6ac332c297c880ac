"""Runs in processes of their own, clocked from before the interpreter starts until it has ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidebyside.answers import Answer
from sidebyside.cases.case import ALLOCOPT, Case
from sidebyside.limits import Limits
from sidebyside.one import TOLD

# So many times its time limit, and this many seconds more, a run may take with all that comes before and after.
PATIENCE, MORE = 3, 300
# Nobody's arrays are worked on by more threads than the solver has.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# What is installed has its bytecode beside it; where Python may not write it, every run would compile allocopt anew.
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


class FailedError(Exception):
    """A run ended without an answer; the words say how."""


@dataclass(frozen=True)
class Run:
    """One run: `seconds` and `peak_mb` by step; `whole` has the seconds from before the interpreter starts to its end.

    `seconds` also has `start`, all that is no step: the interpreter and its imports.
    """

    case: str
    rival: str
    seconds: Mapping[str, float]
    peak_mb: Mapping[str, float]
    answer: Answer | None

    @property
    def whole(self) -> float:
        return sum(self.seconds.values())

    @property
    def peak(self) -> float:
        return max(self.peak_mb.values(), default=0.0)


def measured(case: Case, rival: str, city: Path, limits: Limits) -> Run:
    """Run somebody on a city. Raises FailedError."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out"
        program = _command(case, city, out, limits) if rival == ALLOCOPT else _other(case, rival, city, out, limits)
        started = time.monotonic()
        said = _run(program, limits)
        whole = time.monotonic() - started
        told = _of_allocopt(said) if rival == ALLOCOPT else json.loads((out / TOLD).read_text(encoding="utf-8"))
    steps = {step: told["seconds"].get(step, 0.0) for step in case.steps}
    answer = None if told["answer"] is None else Answer(**told["answer"])
    return Run(case.name, rival, {"start": whole - sum(steps.values()), **steps}, told["peak_mb"], answer)


def _command(case: Case, city: Path, out: Path, limits: Limits) -> list[str]:
    how = {"--gap": limits.gap, "--time-limit": limits.time_limit, "--threads": limits.threads, "--out": out}
    words = [str(word) for pair in how.items() for word in pair]
    return [sys.executable, "-m", "allocopt.cli", "solve", str(city), *case.options, *words, "--json"]


def _other(case: Case, rival: str, city: Path, out: Path, limits: Limits) -> list[str]:
    out.mkdir()
    words = (case.name, rival, city, out, limits.gap, limits.time_limit, limits.threads)
    return [sys.executable, "-m", "sidebyside.one", *map(str, words)]


def _of_allocopt(said: str) -> dict[str, Any]:
    plan = json.loads(said)
    if plan["plan"] is None:
        raise FailedError(f"no plan: {plan['status']}")
    answer = {"objective": plan["objective"], "bound": plan["bound"], "done": plan["status"] == "optimal"}
    return {"answer": answer, "seconds": plan["seconds"], "peak_mb": plan["peak_mb"]}


def _run(program: list[str], limits: Limits) -> str:
    patience = PATIENCE * limits.time_limit + MORE
    here = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(entry for entry in (here, os.environ.get("PYTHONPATH", "")) if entry)
    try:
        done = subprocess.run(
            program,
            env={name: value for name, value in os.environ.items() if name != _NO_BYTECODE}
            | dict.fromkeys(_THREADS, str(limits.threads))
            | {"PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as gone:
        raise FailedError(f"stopped after {patience:.0f} s") from gone
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        raise FailedError(f"ended with {done.returncode}: {last}")
    return done.stdout
