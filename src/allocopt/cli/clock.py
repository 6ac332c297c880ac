"""Seconds spent on each step."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_STEPS = ("load", "build", "solve", "write", "check")


class Clock:
    """`with clock("load"): …` adds up what a step takes, on a clock that nobody can set back."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(_STEPS, 0.0)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step] += time.monotonic() - start

    def take(self, seconds: Mapping[str, float]) -> None:
        """Take over what the library measured itself."""
        self.seconds |= {step: float(value) for step, value in seconds.items() if step in ("build", "solve")}
