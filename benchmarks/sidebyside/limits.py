"""What every run of a case is given alike."""

from __future__ import annotations

from dataclasses import dataclass

THREADS = 1


@dataclass(frozen=True)
class Limits:
    """The relative gap at which to stop, and the seconds after which to stop without it."""

    gap: float
    time_limit: float
