"""What one server allows."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1_000_000
GB = 1000 * MB


@dataclass(frozen=True)
class Limits:
    """Amounts are bytes or seconds. `per_token` and `in_all` count jobs that wait or run."""

    jobs: int = 1
    per_token: int = 20
    in_all: int = 200
    seconds: float = 3600.0
    memory: int = 4 * GB
    upload: int = 50 * MB
    unpacked: int = 500 * MB
    quota: int = 2 * GB
    # After an interrupt, what was found is written; who takes longer is killed.
    grace: float = 30.0
    # Checking an upload, or making a summary.
    short_seconds: float = 120.0
    short_side_by_side: int = 2
    short_waiting: int = 8
    # A job whose worker is lost so many times is not tried again.
    losses: int = 3
    # A request other than an upload.
    request: int = 256_000
    # A client that sends nothing, or takes nothing, for so long is left; a request must have come within `arriving`.
    idle: float = 20.0
    arriving: float = 900.0
    connections: int = 100
