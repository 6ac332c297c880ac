"""How far a study is: its tasks as they end, and how long the others may take.

Tasks of one function are taken to last alike. Only those that were done here are gone by: what was kept from before
cost nothing. The time is that on the clock while such tasks were worked at, so that it counts how many are done side by
side. As long as too few of some function have ended, nothing is said of the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from allocopt.progress import Progress, Watcher

# So many tasks of a function must have ended here before others are expected to take as long: the first of several that
# are worked at side by side tells too little.
ENOUGH = 2
Function = Callable[[Any], Any]


@dataclass
class _Sort:
    """The tasks of one function: those to come after the present round, those of it that are open, all that ended, and
    of these the ones that were worked at here, with the seconds that passed meanwhile."""

    ahead: int = 0
    open: int = 0
    ended: int = 0
    worked: int = 0
    seconds: float = 0.0
    enough: int = ENOUGH
    like: Function | None = None
    brief: bool = False

    @property
    def left(self) -> int:
        return self.ahead + self.open

    @property
    def each(self) -> float | None:
        """The seconds for one, where enough have ended."""
        return self.seconds / self.worked if self.worked >= self.enough else None


class Course:
    """Tells `progress` how far a study is whenever something of it begins or ends."""

    def __init__(self, progress: Watcher | None) -> None:
        self._progress = progress
        self._sorts: dict[Function, _Sort] = {}
        self._doing = ""

    def say(self, doing: str) -> None:
        """What is worked at from now on."""
        self._doing = doing
        self._tell()

    def expect(self, function: Function, tasks: int, *, like: Function | None = None, brief: bool = False) -> None:
        """So many tasks of a function are yet to begin, whatever was expected before. Until some have ended, they are
        taken to last as long as those of the function `like`, or no time where they are `brief`."""
        sort = self._sorts.setdefault(function, _Sort())
        sort.ahead, sort.like, sort.brief = tasks, like, brief

    @contextmanager
    def round(self, function: Function, tasks: int, kept: int) -> Iterator[Callable[[], None]]:
        """A round of tasks, of which so many were kept; yields what is to be called as each of the others ends."""
        sort = self._sorts.setdefault(function, _Sort())
        sort.ahead = max(0, sort.ahead - tasks)
        sort.open, sort.ended = tasks - kept, sort.ended + kept
        last = time.monotonic()

        def ended() -> None:
            nonlocal last
            now = time.monotonic()
            sort.seconds, last = sort.seconds + now - last, now
            sort.open, sort.ended, sort.worked = sort.open - 1, sort.ended + 1, sort.worked + 1
            if not sort.open:
                sort.enough = 1  # a whole round tells as much as there is to tell
            self._tell()

        self._tell()
        yield ended

    def _tell(self) -> None:
        if self._progress is not None:
            sorts = self._sorts.values()
            done, left = sum(sort.ended for sort in sorts), sum(sort.left for sort in sorts)
            self._progress(Progress(done, done + left, self._doing, self._seconds_left()))

    def _seconds_left(self) -> float | None:
        seconds = [self._seconds_of(sort) for sort in self._sorts.values() if sort.left]
        known = [each for each in seconds if each is not None]
        return sum(known) if len(known) == len(seconds) and self._sorts else None

    def _seconds_of(self, sort: _Sort) -> float | None:
        other = self._sorts.get(sort.like) if sort.like is not None else None
        each = other.each if sort.each is None and other is not None else sort.each
        if each is None:
            return 0.0 if sort.brief else None
        return each * sort.left
