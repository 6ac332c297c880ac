"""What a process takes: CPU, and memory at its peak, as Linux tells them."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from allocopt.serve.limits import Limits
from cli.command import COMMAND, environment

MEASURED = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the system does not tell what a process takes"
)
_NEW_PEAK = "5"  # of proc(5): the peak of the resident set counts from now on


@dataclass
class Cost:
    """Seconds of a process and of its children that have ended; MB by which it has grown, at its peak."""

    cpu: float = 0.0
    peak_mb: float = 0.0


@contextmanager
def cost(pid: int) -> Iterator[Cost]:
    """What a process takes meanwhile."""
    found = Cost()
    Path(f"/proc/{pid}/clear_refs").write_text(_NEW_PEAK, encoding="ascii")
    cpu, memory = _cpu(pid), _status_mb(pid, "VmRSS")
    yield found
    found.cpu, found.peak_mb = _cpu(pid) - cpu, _status_mb(pid, "VmHWM") - memory


def command_cost(words: Sequence[str], folder: Path) -> tuple[int, Cost]:
    """The exit code of the command line in a folder, and what it took, with no more memory than a worker has.

    Its peak is at least that of who starts it: so Linux counts.
    """
    with (folder / "out.json").open("wb") as out:
        child = Popen(
            [*COMMAND, *words], cwd=folder, env=environment(), stdout=out, stderr=DEVNULL, preexec_fn=_as_a_worker
        )
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _as_a_worker() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (Limits.memory, Limits.memory))


def _cpu(pid: int) -> float:
    """utime, stime, cutime and cstime of proc(5), which stand after the name in brackets."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _status_mb(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
