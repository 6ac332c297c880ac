"""Work cut into runs for several processes: the same whatever their number."""

from __future__ import annotations

import pytest

from allocopt.study.workers import chunks


@pytest.mark.parametrize(
    ("items", "sizes"),
    [(0, []), (1, [1]), (3, [1, 1, 1]), (6, [2, 2, 2]), (9, [3, 3, 3]), (40, [10] * 4), (70, [16] * 4 + [6])],
)
def test_runs_are_many_enough_and_short_enough(items: int, sizes: list[int]) -> None:
    found = chunks(range(items), 16)
    assert [len(run) for run in found] == sizes
    assert [item for run in found for item in run] == list(range(items))
