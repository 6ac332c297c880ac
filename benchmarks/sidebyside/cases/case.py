"""What a case is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from allocopt.clock import Clock
from sidebyside.answers import Answer
from sidebyside.limits import Limits

# The name of the one that runs from its command line; everybody else is a function.
ALLOCOPT = "allocopt"
# Given the city's folder, a folder for its result, the limits and the clock. Who only builds has no answer.
Rival = Callable[[Path, Path, Limits, Clock], Answer | None]
# Given the folder of published problems, writes the city.
Make = Callable[[Path, Path], None]


class AbsentError(Exception):
    """What a case needs is not there; the words say what."""


@dataclass(frozen=True)
class Case:
    """`make` writes the city as a folder; `rivals` are the others; `options` go to `allocopt solve` besides the limits.

    `steps` are those that a run is told in; `base` is whom times and memory are divided by.
    """

    name: str
    title: str
    make: Make
    rivals: Mapping[str, Rival]
    gap: float = 0.0
    options: tuple[str, ...] = ()
    base: str = ALLOCOPT
    steps: tuple[str, ...] = ("load", "reduce", "build", "solve", "write", "check")
    needs: Mapping[str, str] = field(default_factory=dict)
    """The package that a rival needs, where this project's own dependencies are not enough."""

    @property
    def is_solved(self) -> bool:
        return self.base == ALLOCOPT

    @property
    def runners(self) -> tuple[str, ...]:
        """Everybody who runs, the base first."""
        return (self.base, *(name for name in self.rivals if name != self.base))
