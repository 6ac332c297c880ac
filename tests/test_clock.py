"""What the clock tells of each step."""

from __future__ import annotations

import sys

import pytest

from allocopt.clock import Clock, peak_mb

WIDE = 64 * 1024**2


def test_a_step_adds_up_and_others_stand_at_nothing() -> None:
    clock = Clock("load", "solve")
    for _ in range(2):
        with clock("load"):
            sum(range(10_000))
    assert clock.seconds["load"] > 0.0
    assert clock.seconds["solve"] == 0.0


def test_a_step_that_fails_is_counted() -> None:
    clock = Clock()
    with pytest.raises(KeyError), clock("load"):
        raise KeyError
    assert clock.seconds["load"] > 0.0


def test_what_another_clock_told_is_taken_over() -> None:
    clock, other = Clock("load", "build"), Clock("build")
    with other("build"):
        pass
    clock.take(other.told())
    assert clock.told() == {"seconds": {"load": 0.0, **other.seconds}, "peak_mb": other.peak_mb}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_memory_that_was_given_back_still_counts() -> None:
    before = peak_mb()
    assert before is not None
    held = bytearray(WIDE)
    held[::1024] = b"x" * len(held[::1024])
    size = len(held) / 1024**2
    del held
    after = peak_mb()
    assert after is not None and after >= min(before, size)
    assert after < 1e6
