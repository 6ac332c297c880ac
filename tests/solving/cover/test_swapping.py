"""Walks from plan to plan by swaps: what they keep account of, the swap they take, and what they come to."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocopt.solving.cover import swapping
from allocopt.solving.cover.anew import missed_by
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.steps import Account, walk
from allocopt.solving.cover.swapping import LEAST_PAIRS, MOST_PAIRS, Walks, can_walk
from allocopt.solving.covering import Problem
from solving.cover.problems import coverable, drawn, most_covered


def never() -> bool:
    return False


def walks(problem: Problem, seed: int = 0) -> Walks:
    return Walks(problem, np.random.default_rng(seed), never)


def any_plan(problem: Problem, seed: int = 0) -> Whole:
    return np.random.default_rng(seed).permutation(problem.reached.shape[1])[: problem.p]


def walked(problem: Problem, steps: int, seed: int, insistent: bool) -> tuple[Account, Whole, tuple[float, float]]:
    """The account after so many steps, the best plan on the way, and what is missed then, and at least."""
    along, taken = walks(problem, seed), any_plan(problem, seed)
    now, best, missed = along.account(taken), taken.copy(), missed_by(problem, taken)
    return now, best, walk(along.reach, now, best, (missed, missed), 0, *along.stays(steps, insistent), insistent)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("insistent", [False, True])
def test_the_account_is_that_of_a_count_by_hand(seed: int, insistent: bool) -> None:
    """Where it is insistent, some groups weigh more than they did, and what is missed is what it was."""
    problem = drawn(seed, groups=150, stations=60, p=7, radius=0.15)
    now, best, (missed, least) = walked(problem, 300, seed, insistent)
    assert len(set(best.tolist())) == len(set(now.taken.tolist())) == problem.p
    assert missed_by(problem, best) == least <= missed == missed_by(problem, now.taken)
    reached, count = problem.reached.toarray(), problem.reaching(now.taken)
    assert now.times.tolist() == count.tolist()
    assert (now.weight > problem.weight).any() == insistent
    assert now.gain.tolist() == (now.weight * (count == 0) @ reached).tolist()
    for place, taken in enumerate(now.taken):
        alone = now.weight * (count == 1) * reached[:, taken]
        assert now.loss[place] == alone.sum()
        assert now.extra[place].tolist() == (alone @ reached).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_the_first_step_is_the_best_swap_of_all(seed: int) -> None:
    problem = drawn(seed, groups=150, stations=60, p=7, radius=0.15)
    start = any_plan(problem, seed)
    swaps = product(range(problem.p), np.setdiff1d(np.arange(60), start).tolist())
    least = min(missed_by(problem, np.append(np.delete(start, place), come)) for place, come in swaps)
    assert walked(problem, 1, seed, False)[2][0] == least


@pytest.mark.parametrize("seed", range(4))
def test_it_leaves_what_no_swap_betters(seed: int) -> None:
    """Plans of three stations, the best of which enumeration knows."""
    problem = drawn(seed, groups=80, stations=30, p=3, radius=0.2)
    best = walks(problem, seed).best(any_plan(problem, seed), 300)
    assert problem.weight.sum() - missed_by(problem, best) == most_covered(problem)


@pytest.mark.parametrize("seed", range(4))
def test_everything_is_covered_where_that_can_be(seed: int) -> None:
    problem = coverable(seed, groups=120, stations=60, radius=0.2)
    assert missed_by(problem, walks(problem).best(any_plan(problem), 2000, insistent=True)) == 0


def test_what_stays_missed_is_come_for() -> None:
    """A city where swaps alone leave somebody out on each of three walks."""
    problem, seeds = coverable(2, groups=600, stations=300, radius=0.1), range(3)
    by_swaps, insistent = (
        sorted(
            missed_by(problem, walks(problem, seed).best(any_plan(problem, seed), 4000, insistent)) for seed in seeds
        )
        for insistent in (False, True)
    )
    assert min(by_swaps) > 0
    assert insistent[1] == 0


def test_it_stops_when_told_and_waits_where_nothing_may_move() -> None:
    problem = drawn(6, groups=150, stations=60, p=7, radius=0.15)
    start = any_plan(problem)
    assert Walks(problem, np.random.default_rng(0), lambda: True).best(start, 1000).tolist() == sorted(start.tolist())
    everything = Problem(csr_array(problem.reached[:, :7]), problem.weight, 7)
    assert walks(everything).best(np.arange(7), 50).tolist() == list(range(7))


def test_only_what_fits_is_kept_account_of() -> None:
    def walks_with(p: int, everything: int) -> bool:
        """So many of a thousand stations, and so many groups that all of them reach."""
        return can_walk(Problem(csr_array(np.ones((everything, 1000))), np.ones(everything), p))

    most, least = MOST_PAIRS // 1000, LEAST_PAIRS // 1000
    assert [walks_with(p, 1) for p in (least - 1, least, most, most + 1)] == [False, True, True, False]
    assert [walks_with(least, everything) for everything in (most // 1000, most // 1000 + 1)] == [True, False]


def test_nothing_walks_without_what_compiles_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem(csr_array((1, 1000)), np.ones(1), 100)
    assert can_walk(problem)
    monkeypatch.setattr(swapping, "find_spec", lambda name: None)
    assert not can_walk(problem)
