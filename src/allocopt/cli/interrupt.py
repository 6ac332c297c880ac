"""Ctrl-C while a plan is sought: once to stop and keep the best found, twice to stop at once.

SIGTERM, with which schedulers and `timeout` stop a program, is taken as a Ctrl-C.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from allocopt.cli.streams import say

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """While entered, the first Ctrl-C only makes this say yes when called; the second raises KeyboardInterrupt.

    `then` tells what becomes of what was found."""

    def __init__(self, then: str = "the best plan found so far is kept") -> None:
        self._then = then
        self._asked = threading.Event()
        self._insisted = False
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        return self._asked.is_set()

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = {sign: signal.signal(sign, self._stop) for sign in _SIGNALS}
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for sign, before in self._before.items():
            signal.signal(sign, before)
        if self._insisted and not isinstance(error, KeyboardInterrupt):
            # The solver swallows the exception where it is called, and then fails in a way of its own.
            raise KeyboardInterrupt from None

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        if self._asked.is_set():
            self._insisted = True
            raise KeyboardInterrupt
        self._asked.set()
        say(f"\nstopping; {self._then} (Ctrl-C again: stop at once)")
