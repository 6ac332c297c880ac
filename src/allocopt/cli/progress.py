"""One line on standard error that tells how far a search is, on a terminal only."""

from __future__ import annotations

import os
import shutil
import sys
import time
from types import TracebackType

_BACK_AND_CLEAR = "\r\x1b[K"
_SECONDS_BETWEEN = 0.1


class Progress:
    """`progress("solving: loss 1,200, gap 3 %")` shows a line in place of the last one; it is gone at the end."""

    def __init__(self) -> None:
        self._visible = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last = -1.0

    def __call__(self, text: str) -> None:
        now = time.monotonic()
        if self._visible and now - self._last >= _SECONDS_BETWEEN:
            from rich.cells import set_cell_size

            columns = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_BACK_AND_CLEAR + set_cell_size(text, columns).rstrip())
            sys.stderr.flush()
            self._last = now

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._visible and self._last >= 0:
            sys.stderr.write(_BACK_AND_CLEAR)
            sys.stderr.flush()
