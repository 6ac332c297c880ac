"""How long each step takes, and how much memory the process has needed by its end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_MEGABYTE = 1024**2


class Clock:
    """`with clock("load"): …` adds up what a step takes, on a clock that nobody can set back.

    `peak_mb` has the most memory that was resident at once, from the start of the process to the end of the step; it is
    empty where the system does not tell.
    """

    def __init__(self, *steps: str) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(steps, 0.0)
        self.peak_mb: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.monotonic() - start
            if (peak := peak_mb()) is not None:
                self.peak_mb[step] = peak

    def told(self) -> dict[str, dict[str, float]]:
        """What was measured, as it stands in a plan's manifest."""
        return {"seconds": dict(self.seconds), "peak_mb": dict(self.peak_mb)}

    def take(self, manifest: Mapping[str, Any]) -> None:
        """Take over what another clock told of its steps."""
        self.seconds |= {step: float(value) for step, value in manifest.get("seconds", {}).items()}
        self.peak_mb |= {step: float(value) for step, value in manifest.get("peak_mb", {}).items()}


def peak_mb() -> float | None:
    """The most megabytes that this process has had resident at once; None where the system does not tell."""
    if _STATUS.exists():  # what `getrusage` says begins, on Linux, with the peak of the process that started this one
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
        told = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
        return None if told is None else int(told) / 1024
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / _MEGABYTE if sys.platform == "darwin" else most / 1024
