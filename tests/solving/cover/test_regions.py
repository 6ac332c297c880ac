"""Regions part the stations, by halves."""

from __future__ import annotations

import numpy as np
import pytest

from allocopt.solving.cover import regions
from allocopt.solving.cover.regions import halved
from solving.cover.problems import drawn


@pytest.mark.parametrize("islands", [1, 3])
def test_halves_part_a_region(islands: int) -> None:
    problem = drawn(0, groups=300, stations=200, p=3, radius=0.15, islands=islands)
    found = halved(problem.reached)
    assert found[0].stations.tolist() == list(range(200))
    for region in found:
        halves = [found[half].stations for half in region.halves]
        assert bool(halves) == (len(region.stations) > regions.SMALLEST)
        if halves:
            assert sorted(np.concatenate(halves)) == region.stations.tolist()
            assert abs(len(halves[0]) - len(halves[1])) <= 1
