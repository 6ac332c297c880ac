"""What every run of a case is given alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The relative gap at which to stop, the seconds after which to stop without it, and the threads of a solver."""

    gap: float
    time_limit: float
    threads: int = 1
