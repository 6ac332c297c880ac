"""Ctrl-C while a plan is sought: once to stop and keep the best found, twice to stop at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from allocopt.cli.streams import say

INTERRUPTED = 130


class Interrupt:
    """While entered, the first Ctrl-C only makes this say yes when called; the second raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._before: Any = None

    def __call__(self) -> bool:
        return self._asked.is_set()

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()
        say("\nstopping; the best plan found so far is kept (Ctrl-C again: stop at once)")
