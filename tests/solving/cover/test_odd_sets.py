"""Rows of odd sets: every plan keeps them, the solution they were made for does not, and they raise the bound."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from allocopt.solver import LiveModel
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.cover import odd_sets
from allocopt.solving.cover.as_arrays import as_arrays, as_columns
from allocopt.solving.cover.odd_sets import BROKEN, GREAT, SMALL, Effort, OddSets
from allocopt.solving.cover.regions import halved
from allocopt.solving.covering import Problem
from solving.cover.problems import drawn


def relaxed(problem: Problem) -> Floats:
    result = LiveModel(as_arrays(problem, halved(problem.reached)), threads=1).solve(relaxed=True)
    assert result.x is not None
    return result.x


def over(row: Row, x: Floats) -> float:
    """How much more a row has than it asks for."""
    level, columns, values = row
    return float(np.dot(values, x[list(columns)])) - level


@pytest.mark.parametrize("effort", [SMALL, GREAT])
@pytest.mark.parametrize("seed", range(4))
def test_every_plan_keeps_what_the_relaxation_breaks(seed: int, effort: Effort) -> None:
    problem = drawn(seed, groups=60, stations=14, p=4, radius=0.35)
    x = relaxed(problem)
    rows = OddSets(problem.reached).broken(x, 1000, effort)
    assert rows or (np.abs(x - np.round(x)) < 1e-6).all()
    assert all(over(row, x) < -BROKEN / 2 for row in rows)
    regions = halved(problem.reached)
    plans = [as_columns(problem, regions, np.array(some)) for some in combinations(range(14), 4)]
    assert all(over(row, plan) >= -1e-9 for row in rows for plan in plans)


def test_three_groups_that_no_station_reaches_all_of() -> None:
    """Three stations, each of which reaches two of three groups: half of each covers all, whole ones need two."""
    reached = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
    problem = drawn(0, groups=3, stations=3, p=1, radius=9.0)
    sets = OddSets(type(problem.reached)(reached))
    (row,) = sets.broken(np.repeat([0.5, 0.0], 3), 10, SMALL)
    assert row == (2.0, [0, 1, 2, 3, 4, 5], [1.0] * 6)
    assert sets.broken(np.repeat([0.5, 0.0], 3), 10, SMALL) == []  # known now
    sets.forget_all_but([])
    assert sets.broken(np.repeat([0.5, 0.0], 3), 10, SMALL) == [row]


def test_at_most_so_many_the_worst() -> None:
    problem = drawn(3, groups=400, stations=120, p=8, radius=0.15)
    x = relaxed(problem)
    every = OddSets(problem.reached).broken(x, 1000, SMALL)
    few = OddSets(problem.reached).broken(x, 3, SMALL)
    assert len(every) > 3
    assert few == every[:3]
    assert sorted(over(row, x) for row in every) == pytest.approx([over(row, x) for row in every], abs=1e-6)


def test_told_to_stop_it_looks_no_further() -> None:
    problem = drawn(3, groups=400, stations=120, p=8, radius=0.15)
    assert OddSets(problem.reached, stop=lambda: True).broken(relaxed(problem), 1000, SMALL) == []


def test_a_group_with_more_around_it_than_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other rows are found, and plans keep them still."""
    problem = drawn(3, groups=400, stations=120, p=8, radius=0.15)
    x = relaxed(problem)
    every = OddSets(problem.reached).broken(x, 1000, SMALL)
    monkeypatch.setattr(odd_sets, "MOST_AROUND", 12)
    monkeypatch.setattr(odd_sets, "AT_ONCE", 7)
    some = OddSets(problem.reached).broken(x, 1000, SMALL)
    assert some
    assert some != every
    draw, regions = np.random.default_rng(0), halved(problem.reached)
    plans = [as_columns(problem, regions, draw.choice(120, 8, replace=False)) for _ in range(200)]
    assert all(over(row, plan) >= -1e-9 for row in some for plan in plans)
