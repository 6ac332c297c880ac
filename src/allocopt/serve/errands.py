"""Short errands of the command line, waited for: checking an upload, making a summary. A few at a time."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from allocopt.serve.limits import Limits
from allocopt.serve.places import Places
from allocopt.serve.refusals import refused
from allocopt.serve.starting import Ended, ended, start
from allocopt.serve.store import new_id

_GRACE_SECONDS = 2.0
_ROOM = 500_000_000


class Errands:
    def __init__(self, places: Places, limits: Limits) -> None:
        self._places, self._limits = places, limits
        self._free = threading.BoundedSemaphore(limits.short_side_by_side)
        # Who waits holds a thread, of which other calls need some.
        self._seats = threading.BoundedSemaphore(limits.short_side_by_side + limits.short_waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One's turn for work that takes long. Raises RefusedError when too many wait."""
        if not self._seats.acquire(blocking=False):
            raise refused(429, "the server", "too many uploads and downloads at a time", "another try, later")
        try:
            with self._free:
                yield
        finally:
            self._seats.release()

    @contextmanager
    def run(self, words: Sequence[str]) -> Iterator[tuple[Path, Ended | None]]:
        """The folder in which it was run, gone afterwards, and how it ended; None where its worker was lost. To be
        called in one's turn."""
        folder = self._places.short / new_id()
        try:
            with start(
                folder,
                words,
                seconds=self._limits.short_seconds,
                grace=_GRACE_SECONDS,
                memory=self._limits.memory,
                disk=_ROOM,
            ) as worker:
                worker.wait()
            yield folder, ended(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
