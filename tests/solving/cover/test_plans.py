"""Plans of a covering problem, bettered: place by place, by exchanges, and by weights of what stays missed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array

from allocopt.solver import LiveModel
from allocopt.solving.cover.anew import Anew, missed_by
from allocopt.solving.cover.as_arrays import as_arrays
from allocopt.solving.cover.exchanges import Exchanges
from allocopt.solving.cover.regions import halved
from allocopt.solving.cover.weighting import weighted
from allocopt.solving.covering import Problem
from solving.cover.problems import drawn, most_covered


def least_missed(problem: Problem) -> float:
    return float(problem.weight.sum()) - most_covered(problem)


def draw() -> np.random.Generator:
    return np.random.default_rng(0)


def anew(problem: Problem, stop: Callable[[], bool] = lambda: False) -> Anew:
    return Anew(problem, near=0.5, threads=1, deadline=None, stop=stop)


@pytest.mark.parametrize(("seed", "islands"), [(0, 1), (1, 1), (2, 3)])
def test_place_by_place_and_by_exchanges(seed: int, islands: int) -> None:
    """Near the best of all, with as many stations at most; as it was where nothing may be looked for, or all is
    near."""
    problem = drawn(seed, groups=500, stations=240, p=14, radius=0.1, islands=islands)
    start = np.arange(problem.p)
    best = LiveModel(as_arrays(problem, halved(problem.reached)), threads=1).solve().objective
    placed = anew(problem).better(start, free=(30, 60))
    exchanged = Exchanges(anew(problem), draw()).better(placed, patience=20, free=(30, 60))
    assert len(placed) <= problem.p
    assert len(exchanged) <= problem.p
    assert best - 1e-6 <= missed_by(problem, exchanged) <= missed_by(problem, placed) < missed_by(problem, start)
    assert missed_by(problem, exchanged) <= 1.02 * best
    stopped = anew(problem, stop=lambda: True)
    for plan in (
        stopped.better(start, free=(30, 60)),
        Exchanges(stopped, draw()).better(start, patience=20, free=(30,)),
    ):
        assert plan.tolist() == start.tolist()
    for plan in (anew(problem).better(start), Exchanges(anew(problem), draw()).better(start, patience=20)):
        assert plan.tolist() == start.tolist()


def test_stations_left_over_are_taken() -> None:
    problem = drawn(3, groups=40, stations=30, p=3, radius=0.15)
    assert len(anew(problem).better(np.array([0]), free=(7,))) == 3


def test_stations_move_to_another_island() -> None:
    """Two islands out of each other's reach, and all stations of the plan on the one where few live."""
    few, many = (drawn(seed, groups=40, stations=30, p=3, radius=0.15) for seed in (1, 2))
    reached = csr_array(block_diag([few.reached, many.reached]))
    problem = Problem(reached, np.concatenate([few.weight, 100.0 * many.weight]), 3)
    better = Exchanges(anew(problem), draw()).better(np.arange(3), patience=100, free=(15,))
    assert (better >= 30).all()
    assert missed_by(problem, better) == few.weight.sum() + 100.0 * least_missed(many)


@pytest.mark.parametrize("seed", range(4))
def test_weights_find_a_plan_that_misses_nothing(seed: int) -> None:
    """As many stations as reach everything at least: greedy choice leaves something out."""
    drawing = np.random.default_rng(seed)
    hidden = np.zeros((60, 10))
    hidden[np.arange(60), drawing.permutation(np.repeat(np.arange(10), 6))] = 1.0
    others = (drawing.random((60, 80)) < 0.12).astype(float)
    problem = Problem(csr_array(np.hstack([others, hidden])), drawing.integers(1, 50, 60).astype(float), 10)
    start = np.arange(10)
    found = weighted(problem, start, draw(), stop=lambda: False)
    assert len(found) == 10
    assert missed_by(problem, found) == 0.0 < missed_by(problem, start)
    assert weighted(problem, start, draw(), stop=lambda: True).tolist() == start.tolist()
    assert weighted(problem, found, draw(), stop=lambda: False).tolist() == found.tolist()


def test_weights_let_be_what_nobody_reaches() -> None:
    problem = Problem(csr_array(np.array([[1.0, 0.0], [0.0, 0.0]])), np.array([3.0, 5.0]), 1)
    found = weighted(problem, np.array([1]), draw(), stop=lambda: False)
    assert found.tolist() == [0]
    assert missed_by(problem, found) == 5.0
