"""Plans of a covering problem, bettered place by place, and with all that several of them hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_array

from allocopt.solver import LiveModel
from allocopt.solving.cover import family
from allocopt.solving.cover.anew import Anew, missed_by, one_fewer
from allocopt.solving.cover.as_arrays import as_arrays
from allocopt.solving.cover.family import NOBODY, Family
from allocopt.solving.cover.pool import Pool
from allocopt.solving.cover.regions import Whole, halved
from allocopt.solving.covering import Problem
from solving.cover.problems import coverable, drawn, most_covered


def least_missed(problem: Problem) -> float:
    return float(problem.weight.sum()) - most_covered(problem)


def anew(problem: Problem, stop: Callable[[], bool] = lambda: False) -> Anew:
    return Anew(problem, near=0.5, threads=1, deadline=None, stop=stop)


def merged(search: Anew, taken: Whole, patience: float, **free: Any) -> Whole:
    pool = Pool(search, np.random.default_rng(0), told=lambda missed, least: None, **free)
    return pool.better(taken, np.ones(search.problem.reached.shape[1]), 0.0, patience)


@pytest.mark.parametrize(("seed", "islands"), [(0, 1), (1, 1), (2, 3)])
def test_place_by_place_and_merged(seed: int, islands: int) -> None:
    """Near the best of all, with as many stations at most; as it was where nothing may be looked for, or all is
    near."""
    problem = drawn(seed, groups=500, stations=240, p=14, radius=0.1, islands=islands)
    start = np.arange(problem.p)
    best = LiveModel(as_arrays(problem, halved(problem.reached)), threads=1).solve().objective
    placed = anew(problem).better(start, free=(30, 60))
    plan = merged(anew(problem), placed, patience=0.1, free=(30,))
    assert len(placed) <= problem.p
    assert len(plan) <= problem.p
    assert best - 1e-6 <= missed_by(problem, plan) <= missed_by(problem, placed) < missed_by(problem, start)
    assert missed_by(problem, plan) <= 1.02 * best
    stopped = anew(problem, stop=lambda: True)
    assert stopped.better(start, free=(30, 60)).tolist() == start.tolist()
    assert merged(stopped, start, patience=0.1).tolist() == start.tolist()
    assert anew(problem).better(start, free=(100,)).tolist() == start.tolist()


def test_stations_left_over_are_taken() -> None:
    problem = drawn(3, groups=40, stations=30, p=3, radius=0.15)
    assert len(anew(problem).better(np.array([0]), free=(7,))) == 3


def test_stations_move_to_another_island() -> None:
    """Two islands out of each other's reach, and all stations of the plan on the one where few live: no place by itself
    can send one away."""
    few, many = (drawn(seed, groups=40, stations=30, p=3, radius=0.15) for seed in (1, 2))
    reached = csr_array(block_diag([few.reached, many.reached]))
    both = Problem(reached, np.concatenate([few.weight, 100.0 * many.weight]), 3)
    assert (anew(both).better(np.arange(3), free=(15,)) < 30).all()
    told = list[tuple[float, float]]()
    search = Pool(anew(both), np.random.default_rng(0), lambda *how_far: told.append(how_far), free=(15,))
    better = search.better(np.arange(3), np.ones(60), 7.0, patience=0.1)
    assert (better >= 30).all()
    assert missed_by(both, better) == few.weight.sum() + 100.0 * least_missed(many) == told[-1][0]
    assert told == sorted(told, reverse=True)
    assert {least for _, least in told} == {7.0}


@pytest.mark.parametrize("seed", [1, 2])
def test_one_more_is_taken_where_it_brings_most(seed: int) -> None:
    """Of two islands on the one where more is missed, as good as the best of all that take one more there; then on the
    other, where a second one would bring most."""
    few, many = (drawn(each, groups=60, stations=20, p=2, radius=0.35) for each in (seed, seed + 2))
    reached = csr_array(block_diag([few.reached, many.reached]))
    both = Problem(reached, np.concatenate([few.weight, 100.0 * many.weight]), 4)
    taken = np.array([0, 1, 20, 21])
    first, second = anew(both).one_more(taken, many=20)
    assert missed_by(many, first - 20) == least_missed(replace(many, p=3))
    assert missed_by(few, second) == least_missed(replace(few, p=3))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_station_that_is_needed_least_goes(seed: int) -> None:
    problem = drawn(seed, groups=40, stations=20, p=4, radius=0.15)
    taken, held = np.array([0, 1, 2, 7]), np.array([3, 5])
    missed = [missed_by(problem, np.array([3, 5, *others])) for others in combinations(taken, 3)]
    left = one_fewer(problem, taken, held)
    assert len(left) == 3
    assert set(left.tolist()) < set(taken.tolist())
    assert missed_by(problem, np.concatenate([held, left])) == min(missed)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_held_is_in_every_plan(seed: int) -> None:
    problem = drawn(seed, groups=40, stations=20, p=4, radius=0.15)
    held, taken = np.array([3, 5]), np.array([0, 1, 2, 7])
    search, stations = anew(problem).holding(held, taken)
    assert search.problem.p == 2
    assert not set(stations.tolist()) & {3, 5}
    others = LiveModel(as_arrays(search.problem, halved(search.problem.reached)), threads=1).solve()
    some = (np.array([3, 5, *pair]) for pair in combinations(range(20), 2))
    assert others.objective == pytest.approx(min(missed_by(problem, plan) for plan in some))


@pytest.mark.parametrize("seed", [0, 3])
def test_a_family_comes_to_the_best_of_its_stations(seed: int) -> None:
    """It begins with a plan and ends when nothing is open any more; its plans differ, none has too many stations, and
    the stations of all of them hold no better plan than its best."""
    problem = drawn(seed, groups=400, stations=200, p=12, radius=0.1)
    family, missed = Family(anew(problem), np.random.default_rng(0), np.ones(200), (15,)), list[float]()
    first = np.arange(problem.p)

    def open_still(its: float) -> float:
        missed.append(its)
        return float(len(missed) < 100)

    best = family.best([first], open_still)
    assert missed[0] <= missed_by(problem, first)
    assert missed == sorted(missed, reverse=True)
    assert missed[-1] == missed_by(problem, best) == min(missed_by(problem, plan) for plan in family.plans)
    assert len({tuple(plan) for plan in family.plans}) > 1
    assert all(len(np.unique(plan)) == len(plan) <= problem.p for plan in family.plans)
    assert (
        anew(problem).among(np.unique(np.concatenate(family.plans)), taken=best, kept=np.array([], dtype=int)) is None
    )


def test_what_families_begin_with_and_what_they_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """One begins with the plan that is known, one with the plans of a family of one station more, the others with
    nothing. What is held is taken where one more brings most, or far: what a good plan has beside half of it or more,
    near one place. The best plan of all is known."""
    problem, held = drawn(4, groups=150, stations=60, p=8, radius=0.12), list[Whole]()
    families = list[tuple[Family, list[Whole]]]()

    def holding(search: Anew, stations: Whole, taken: Whole) -> tuple[Anew, Whole]:
        held.append(stations)
        return hold(search, stations, taken)

    def best(family: Family, first: list[Whole], open_still: Callable[[float], float]) -> Whole:
        families.append((family, first))
        return come_to(family, first, open_still)

    hold, come_to = Anew.holding, Family.best
    monkeypatch.setattr(Anew, "holding", holding)
    monkeypatch.setattr(Family, "best", best)
    search = anew(problem)
    pool = Pool(search, np.random.default_rng(0), lambda missed, least: None, free=(15,))
    plan = pool.better(np.arange(problem.p), np.ones(60), 0.0, patience=1.2)
    assert [len(first) for _, first in families[:2]] == [1, 0]
    more = next(number for number, (family, _) in enumerate(families) if family.anew.problem.p == problem.p + 1)
    fewer = [one_fewer(problem, each, NOBODY).tolist() for each in families[more][0].plans]
    assert fewer == [each.tolist() for each in families[more + 1][1]]
    one_more = {tuple(each) for best in pool.bests for each in search.one_more(best, 15)}
    far = [each for each in held if tuple(each) not in one_more]
    assert 0 < len(far) < len(held)
    assert {len(each) for each in far} <= {2, 3, 4}
    assert all(any(set(each) < set(best) for best in pool.bests) for each in held)
    assert missed_by(problem, plan) == min(missed_by(problem, each) for each in pool.bests)


@pytest.mark.parametrize("p", [1, 2])
def test_plans_of_few_stations_leave_something_to_decide(p: int) -> None:
    """Where one more station is taken there may be more than a plan has, all near each other."""
    problem = drawn(2, groups=60, stations=40, p=p, radius=0.4)
    plan = merged(anew(problem), np.arange(p), patience=1.0, free=(10,))
    assert missed_by(problem, plan) == least_missed(problem)


def test_what_is_proved_is_let_be() -> None:
    problem = drawn(1, groups=40, stations=30, p=3, radius=0.15)
    search = anew(problem)
    best = merged(search, np.arange(3), patience=0.1, free=(15,))
    told = list[float]()
    pool = Pool(search, np.random.default_rng(0), lambda missed, least: told.append(missed))
    assert pool.better(best, np.ones(30), missed_by(problem, best), patience=0.1).tolist() == best.tolist()
    assert not told


@pytest.mark.parametrize("seed", [0, 2])
def test_all_is_covered_where_that_can_just_be(seed: int) -> None:
    """Walks insist once less is missed than a group mostly weighs, and the search ends as soon as nothing is."""
    problem = coverable(seed, groups=600, stations=300, radius=0.1)
    pool = Pool(anew(problem), np.random.default_rng(0), lambda missed, least: None, free=(20,))
    plan = pool.better(np.arange(problem.p), np.ones(300), 0.0, patience=2)
    assert missed_by(problem, plan) == 0
    assert len(plan) <= problem.p


@pytest.mark.parametrize("fits", [True, False])
def test_plans_come_with_or_without_walks(monkeypatch: pytest.MonkeyPatch, fits: bool) -> None:
    """Where a walk would keep account of too much, plans are decided anew place by place."""
    monkeypatch.setattr(family, "can_walk", lambda problem: fits)
    problem = drawn(1, groups=300, stations=120, p=10, radius=0.1)
    best = LiveModel(as_arrays(problem, halved(problem.reached)), threads=1).solve().objective
    plan = merged(anew(problem), np.arange(problem.p), patience=0.1, free=(30,))
    assert missed_by(problem, plan) <= 1.02 * best


def test_groups_too_heavy_to_be_missed_speak_for_those_reached_with_them() -> None:
    """Station 0 misses 24 people, so that no better plan misses 50; but it may miss 5."""
    reached = csr_array(np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1], [0, 0, 1]], dtype=float))
    heavy = Problem(reached, np.array([50.0, 3.0, 4.0, 20.0]), 1)
    assert anew(heavy).among(np.arange(3), taken=np.array([0]), kept=np.array([], dtype=int)).tolist() == [1]
    light = Problem(reached, np.array([5.0, 3.0, 4.0, 20.0]), 1)
    assert anew(light).among(np.arange(3), taken=np.array([0]), kept=np.array([], dtype=int)).tolist() == [2]
