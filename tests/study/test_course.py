"""How far a study is: an estimate from the tasks that ended, and none before there is something to go by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from allocopt.progress import Progress
from allocopt.study import course as module
from allocopt.study.course import Course


def solve(_: Any) -> None:
    """A task."""


def tell(_: Any) -> None:
    """A task of another sort."""


class Bench:
    """A course whose clock is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        self.told: list[Progress] = []
        self.course = Course(self.told.append)

    def round(self, function: Any, seconds: Sequence[float], kept: int = 0) -> None:
        """A round of tasks, of which each but those that were kept ends so many seconds after the one before."""
        with self.course.round(function, kept + len(seconds), kept) as ended:
            for each in seconds:
                self.now += each
                ended()

    @property
    def left(self) -> list[float | None]:
        return [progress.seconds_left for progress in self.told]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_two_tasks_must_end_before_the_others_are_estimated(bench: Bench) -> None:
    bench.round(solve, [10, 20, 30, 40])
    assert [(each.done, each.total) for each in bench.told] == [(n, 4) for n in range(5)]
    assert bench.left == [None, None, 30, 20, 0]


def test_kept_tasks_count_as_done_and_cost_nothing(bench: Bench) -> None:
    bench.round(solve, [10, 10, 10], kept=5)
    assert (bench.told[0].done, bench.told[0].total) == (5, 8)
    assert bench.left == [None, None, 10, 0]


def test_later_rounds_are_counted_from_the_beginning(bench: Bench) -> None:
    bench.course.expect(solve, 6)
    bench.round(solve, [10])
    assert bench.told[0].total == 6 and bench.left[-1] == 50  # a whole round of one is enough
    bench.now += 1000  # what lies between rounds is no task's
    bench.round(solve, [10] * 5)
    assert bench.left[-2:] == [10, 0]


def test_side_by_side_they_take_so_much_less(bench: Bench) -> None:
    """Two at a time, of ten seconds each: two end together every ten seconds."""
    bench.round(solve, [10, 0, 10, 0, 10, 0])
    assert bench.left[2] == 20


def test_nothing_is_said_while_a_sort_of_task_is_unknown(bench: Bench) -> None:
    bench.course.expect(tell, 2)
    bench.round(solve, [10, 10])
    assert bench.left == [None] * 3
    bench.round(tell, [5, 5])
    assert bench.left[3:] == [None, None, 0]


@pytest.mark.parametrize(("how", "left"), [({"like": solve}, 20), ({"brief": True}, 0)])
def test_a_sort_may_be_like_another_or_brief_until_it_is_known(bench: Bench, how: Any, left: float) -> None:
    bench.course.expect(tell, 2, **how)
    bench.round(solve, [10, 10])
    assert bench.left[-1] == left
    bench.round(tell, [3, 3])
    assert bench.left[-1] == 0


def test_fewer_tasks_than_were_expected(bench: Bench) -> None:
    bench.course.expect(solve, 9)
    bench.round(solve, [10, 10])
    bench.course.expect(solve, 1)
    bench.round(solve, [10])
    assert (bench.told[-1].done, bench.told[-1].total) == (3, 3)


def test_nobody_need_listen() -> None:
    course = Course(None)
    course.say("anything")
    with course.round(solve, 1, 0) as ended:
        ended()
