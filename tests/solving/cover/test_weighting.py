"""Walks from plan to plan: what they keep account of, and what they come to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocopt.solving.cover.anew import missed_by
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.weighting import Walks
from allocopt.solving.covering import Problem
from solving.cover.problems import coverable, drawn


def never() -> bool:
    return False


def walks(problem: Problem, many: int, seed: int = 0) -> Walks:
    draw = np.random.default_rng(seed)
    starts = [draw.permutation(problem.reached.shape[1])[: problem.p] for _ in range(many)]
    return Walks(problem, starts, draw)


def by_hand(problem: Problem, weight: np.ndarray, taken: Whole) -> np.ndarray:
    """By station, what would be missed without it, or less with it."""
    count = problem.reaching(taken)
    worth = np.asarray(problem.reached.T @ np.where(count == 0, weight, 0.0))
    worth[taken] = np.asarray(problem.reached.T @ np.where(count == 1, weight, 0.0))[taken]
    return worth


@pytest.mark.parametrize("seed", range(3))
def test_the_account_is_that_of_a_count_by_hand(seed: int) -> None:
    """After some hundred steps, when many groups weigh more than they did."""
    problem = drawn(seed, groups=150, stations=60, p=7, radius=0.15)
    search = walks(problem, many=3, seed=seed)
    search.on(300, never)
    assert (search.weight[:, :-1] > problem.weight).any(axis=1).all()
    for walk, taken in enumerate(search.taken):
        assert len(set(taken.tolist())) == problem.p
        assert search.missed[walk] == missed_by(problem, taken)
        assert search.count[walk, :-1].tolist() == problem.reaching(taken).tolist()
        assert search.worth[walk, :-1].tolist() == by_hand(problem, search.weight[walk, :-1], taken).tolist()
        assert search.least[walk] == missed_by(problem, search.best[walk])


@pytest.mark.parametrize("seed", range(4))
def test_everything_is_covered_where_that_can_be(seed: int) -> None:
    problem = coverable(seed, groups=120, stations=60, radius=0.2)
    plans = walks(problem, many=8).on(2000, never)
    assert len(plans) == 8
    assert {len(plan) for plan in plans} == {problem.p}
    assert min(missed_by(problem, plan) for plan in plans) == 0


def test_walks_go_on_from_where_they_are() -> None:
    problem = drawn(5, groups=150, stations=60, p=7, radius=0.15)
    search = walks(problem, many=4)
    first = [missed_by(problem, plan) for plan in search.on(20, never)]
    later = [missed_by(problem, plan) for plan in search.on(400, never)]
    assert search.steps == 420
    assert all(now <= before for now, before in zip(later, first, strict=True))
    assert sum(later) < sum(first)


def test_short_plans_are_filled_and_nobody_waits_for_what_nobody_reaches() -> None:
    problem = drawn(6, groups=150, stations=60, p=7, radius=0.15)
    lonely = Problem(
        csr_array(np.vstack([problem.reached.toarray(), np.zeros((1, 60))])), np.append(problem.weight, 9.0), 7
    )
    start = np.arange(7)
    stopped = Walks(lonely, [start, start[:4], start[:6]], np.random.default_rng(0)).on(10, lambda: True)
    assert [plan.tolist() for plan in stopped] == [start.tolist(), [0, 1, 2, 3], [0, 1, 2, 3, 4, 5]]
    search = Walks(lonely, [start, start[:4], start[:6]], np.random.default_rng(0))
    plans = search.on(200, never)
    assert [len(plan) for plan in plans] == [7, 7, 7]
    assert all(missed_by(lonely, plan) >= 9 for plan in plans)
    assert search.least.tolist() == [missed_by(lonely, plan) for plan in plans]
    assert search.missed.tolist() == [missed_by(lonely, taken) for taken in search.taken]
