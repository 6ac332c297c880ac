"""How far the work is, on standard error: on a terminal one line that is written over, else plain lines for a log."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

from allocopt.cli.streams import say, show

if TYPE_CHECKING:
    from allocopt.progress import Progress

_BACK_AND_CLEAR = "\r\x1b[K"
# Seconds between two looks at how far it is; and without a line in a log, after which it gives a sign of life.
_TICK, _HEARTBEAT = 0.5, 60.0
_MINUTE, _HOUR = 60.0, 3600.0


class Display:
    """Called with how far it is. On a terminal the line is gone at the end. In a log stands what is begun and each part
    that ended, if there are several; and a sign of life when nothing else was written for long."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._began = self._written = self._heard = time.monotonic()
        self._latest: Progress | None = None
        self._over = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)

    def __call__(self, progress: Progress) -> None:
        before, self._latest, self._heard = self._latest, progress, time.monotonic()
        if not self._live and progress.total > 1:
            if progress.doing and (before is None or progress.doing != before.doing):
                self._say(progress.doing)
            if progress.done and (before is None or progress.done != before.done):
                self._say(how_far(progress, progress.seconds_left))

    def __enter__(self) -> Display:
        self._ticking.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._ticking.join()
        if self._live and self._latest is not None:
            show(_BACK_AND_CLEAR)

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            progress, now = self._latest, time.monotonic()
            if progress is None:
                continue
            if self._live:
                self._rewrite(progress, now)
            elif now - self._written >= _HEARTBEAT:
                self._say(f"{_in_words(progress, self._left(progress, now))}, {lasting(now - self._began)} so far")

    def _left(self, progress: Progress, now: float) -> float | None:
        """What is left by now of what was left when that was told."""
        left = progress.seconds_left
        return None if left is None else max(0.0, left - (now - self._heard))

    def _say(self, text: str) -> None:
        self._written = time.monotonic()
        say(text)

    def _rewrite(self, progress: Progress, now: float) -> None:
        from rich.cells import set_cell_size

        text = f"{_clock(now - self._began)}  {_in_words(progress, self._left(progress, now))}"
        columns = shutil.get_terminal_size().columns - 1
        show(_BACK_AND_CLEAR + set_cell_size(text, columns).rstrip())


def how_far(progress: Progress, seconds_left: float | None) -> str:
    """12 of 20 done, about 8 minutes left"""
    left = "" if seconds_left is None or progress.done == progress.total else f", {lasting(seconds_left)} left"
    return f"{progress.done:,} of {progress.total:,} done{left}"


def lasting(seconds: float) -> str:
    """A span of time, as nearly as one would say it."""
    if seconds < _MINUTE / 2:
        return "less than a minute"
    if seconds < 1.5 * _HOUR:
        minutes = max(1, round(seconds / _MINUTE))
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    return f"about {max(2, round(seconds / _HOUR))} hours"


def _in_words(progress: Progress, seconds_left: float | None) -> str:
    if progress.total <= 1:
        return progress.doing
    return ": ".join(filter(None, (how_far(progress, seconds_left), progress.doing)))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
