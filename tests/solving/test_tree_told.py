"""Who waits for a search tree hears how far it is, in the thread that waits."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from allocopt.solver import Arrays, LiveModel


def knapsacks(things: int = 60, sacks: int = 30) -> Arrays:
    """More than a tree ends in a few seconds."""
    draw = np.random.default_rng(0)
    size = draw.integers(1, 100, (sacks, things)).astype(float)
    return Arrays(
        cost=-draw.integers(50, 100, things).astype(float),
        offset=0.0,
        lower=np.zeros(things),
        upper=np.ones(things),
        whole=np.ones(things, dtype=bool),
        starts=np.arange(0, sacks * things + 1, things, dtype=np.int32),
        columns=np.tile(np.arange(things, dtype=np.int32), sacks),
        values=size.ravel(),
        row_lower=np.full(sacks, -np.inf),
        row_upper=size.sum(axis=1) // 3,
        variables=(),
        constraints=(),
    )


def test_it_tells_the_best_plan_and_its_bound() -> None:
    told: list[tuple[float, float, bool]] = []
    here = threading.current_thread()

    def hear(best: float, bound: float) -> None:
        told.append((best, bound, threading.current_thread() is here))

    result = LiveModel(knapsacks(), threads=1).solve(deadline=time.monotonic() + 2.0, progress=hear)
    assert told
    assert told[-1][0] < 0
    assert all(bound <= result.bound + 1e-6 <= result.objective + 2e-6 <= best + 3e-6 for best, bound, _ in told)
    assert all(same for *_, same in told)


def test_what_goes_wrong_while_hearing_ends_the_tree() -> None:
    def hear(best: float, bound: float) -> None:
        raise RuntimeError("nobody listens")

    before, began = threading.active_count(), time.monotonic()
    with pytest.raises(RuntimeError, match="nobody listens"):
        LiveModel(knapsacks(), threads=1).solve(deadline=began + 60.0, progress=hear)
    assert time.monotonic() < began + 30.0
    assert threading.active_count() == before
