"""Walks from plan to plan by swaps: what they keep account of, the swap they take, and what they come to."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocopt.solving.cover.anew import missed_by
from allocopt.solving.cover.swapping import MOST_PAIRS, Walk, can_walk
from allocopt.solving.covering import Problem
from solving.cover.problems import coverable, drawn, most_covered


def never() -> bool:
    return False


def walk(problem: Problem, seed: int = 0, insistent: bool = False) -> Walk:
    draw = np.random.default_rng(seed)
    return Walk(problem, draw.permutation(problem.reached.shape[1])[: problem.p], draw, insistent)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("insistent", [False, True])
def test_the_account_is_that_of_a_count_by_hand(seed: int, insistent: bool) -> None:
    """Where it is insistent, some groups weigh more than they did, and what is missed is what it was."""
    problem = drawn(seed, groups=150, stations=60, p=7, radius=0.15)
    along = walk(problem, seed, insistent)
    best = along.on(300, never)
    assert len(set(best.tolist())) == len(set(along.taken.tolist())) == problem.p
    assert missed_by(problem, best) <= missed_by(problem, along.taken) == along.missed
    reached, count = problem.reached.toarray(), problem.reaching(along.taken)
    assert along.count.tolist() == count.tolist()
    assert (along.weight > problem.weight).any() == insistent
    assert along.gain.tolist() == (along.weight * (count == 0) @ reached).tolist()
    for place, taken in enumerate(along.taken):
        alone = along.weight * (count == 1) * reached[:, taken]
        assert along.loss[place] == alone.sum()
        assert along.extra[place].tolist() == (alone @ reached).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_the_first_step_is_the_best_swap_of_all(seed: int) -> None:
    problem = drawn(seed, groups=150, stations=60, p=7, radius=0.15)
    along = walk(problem, seed)
    others = np.setdiff1d(np.arange(60), along.taken)
    swaps = product(range(problem.p), others.tolist())
    least = min(missed_by(problem, np.append(np.delete(along.taken, place), come)) for place, come in swaps)
    along.on(1, never)
    assert along.missed == least


@pytest.mark.parametrize("seed", range(4))
def test_it_leaves_what_no_swap_betters(seed: int) -> None:
    """Plans of three stations, the best of which enumeration knows."""
    problem = drawn(seed, groups=80, stations=30, p=3, radius=0.2)
    best = walk(problem, seed).on(300, never)
    assert problem.weight.sum() - missed_by(problem, best) == most_covered(problem)


@pytest.mark.parametrize("seed", range(4))
def test_everything_is_covered_where_that_can_be(seed: int) -> None:
    problem = coverable(seed, groups=120, stations=60, radius=0.2)
    assert missed_by(problem, walk(problem, insistent=True).on(2000, never)) == 0


def test_what_stays_missed_is_come_for() -> None:
    """A city where swaps alone leave somebody out on each of three walks."""
    problem = coverable(2, groups=600, stations=300, radius=0.1)
    by_swaps, insistent = (
        sorted(missed_by(problem, walk(problem, seed, insistent).on(4000, never)) for seed in range(3))
        for insistent in (False, True)
    )
    assert min(by_swaps) > 0
    assert insistent[1] == 0


def test_it_stops_when_told_and_waits_where_nothing_may_move() -> None:
    problem = drawn(6, groups=150, stations=60, p=7, radius=0.15)
    start = walk(problem).taken.tolist()
    assert walk(problem).on(1000, stop=lambda: True).tolist() == sorted(start)
    everything = Problem(csr_array(problem.reached[:, :7]), problem.weight, 7)
    assert walk(everything).on(50, never).tolist() == list(range(7))


def test_only_what_fits_is_kept_account_of() -> None:
    reached = csr_array((1, 1000))
    weight = np.ones(1)
    assert can_walk(Problem(reached, weight, MOST_PAIRS // 1000))
    assert not can_walk(Problem(reached, weight, MOST_PAIRS // 1000 + 1))
