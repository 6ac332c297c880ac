"""The relaxation with rows of odd sets: a bound that holds, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from allocopt.solver import LiveModel
from allocopt.solving.cover.as_arrays import as_arrays
from allocopt.solving.cover.odd_sets import SMALL
from allocopt.solving.cover.regions import halved
from allocopt.solving.cover.relaxed import Relaxation
from allocopt.solving.covering import Problem
from solving.cover.problems import drawn, most_covered


def relaxation(problem: Problem) -> Relaxation:
    live = LiveModel(as_arrays(problem, halved(problem.reached)), threads=1)
    return Relaxation(problem, live, deadline=None, stop=lambda: False)


def least_missed(problem: Problem) -> float:
    return float(problem.weight.sum()) - most_covered(problem)


@pytest.mark.parametrize("seed", range(6))
def test_rows_raise_the_bound_and_no_higher_than_the_best_plan(seed: int) -> None:
    problem = drawn(seed, groups=60, stations=14, p=4, radius=0.35)
    found, best = relaxation(problem), least_missed(problem)
    assert found.look()
    without = found.proved()
    found.tighten(np.inf, best, SMALL)
    assert without - 1e-6 <= found.proved() <= best + 1e-6
    assert found.missed == pytest.approx(found.proved(), abs=1e-4)
    assert not len(found.live.added) or found.proved() > without


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_out_is_in_no_better_plan(seed: int) -> None:
    """Within the narrowed bounds the best plan is still to be had, where it misses less than was asked for."""
    problem = drawn(seed, groups=60, stations=14, p=4, radius=0.35)
    found, best = relaxation(problem), least_missed(problem)
    found.tighten(np.inf, best, SMALL)
    found.narrow(best + 1.0)
    assert found.live.solve().objective == pytest.approx(best)
