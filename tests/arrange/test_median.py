"""The reduction of the p-median problem keeps the least cost."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from allocopt.arrange.median import reduce_median
from allocopt_models.beats import Beats


def drawn(seed: int, posts: int, sites: int, number: int, most: int = 50) -> Beats:
    """Minutes and people are whole and small, so that many plans cost the same."""
    draw = np.random.default_rng(seed)
    people = {f"s{i}": float(draw.integers(0, 4)) for i in range(sites)}
    minutes = {(f"p{j}", site): float(draw.integers(0, most)) for j in range(posts) for site in people}
    return Beats(people, minutes, number=number)


def least(beats: Beats) -> float:
    """The least cost by looking at every choice of a post for every site, in which so many posts answer."""
    costs = [
        sum(beats.people[s] * beats.minutes[p, s] for s, p in zip(beats.posts_of, chosen, strict=True))
        for chosen in product(*beats.posts_of.values())
        if len(set(chosen)) == beats.number
    ]
    return min(costs, default=math.inf)


@pytest.mark.parametrize("seed", range(60))
def test_the_least_cost_stays(seed: int) -> None:
    beats = drawn(seed, posts=3 + seed % 4, sites=2 + seed % 5, number=1 + seed % 4, most=(2, 6, 50)[seed % 3])
    reduced = reduce_median(beats)
    assert least(reduced) == pytest.approx(least(beats), abs=1e-9)
    assert reduced.minutes.items() <= beats.minutes.items()


def test_most_is_dropped() -> None:
    draw = np.random.default_rng(1)
    at = draw.uniform(size=(60, 2))
    minutes = {(f"p{i:02d}", f"s{j:02d}"): float(np.linalg.norm(at[i] - at[j])) for i in range(60) for j in range(60)}
    beats = Beats({f"s{j:02d}": 1.0 for j in range(60)}, minutes, number=4)
    reduced = reduce_median(beats)
    assert len(reduced.minutes) < 0.2 * len(minutes)
    assert set(reduced.posts_of) == set(beats.people)


@pytest.mark.parametrize(
    "beats",
    [
        Beats({"s": 1.0}, {("p", "s"): 1.0, ("q", "s"): 2.0}),
        Beats({"s": 1.0, "t": 1.0}, {("p", "s"): 1.0, ("q", "t"): 2.0}, number=1),
        Beats({"s": 1.0}, {("p", "s"): 1.0, ("q", "s"): 2.0}, number=2),
        Beats({"s": 1.0}, {("p", "s"): 1.0, ("q", "s"): 2.0}, number=1, most_people=1.0),
        Beats({"s": 1.0}, {("p", "s"): 1.0, ("q", "s"): 2.0}, number=1, neighbours=[]),
    ],
)
def test_other_problems_stay_as_they_are(beats: Beats) -> None:
    assert reduce_median(beats) is beats


@pytest.mark.parametrize("seed", range(12))
def test_a_search_tree_leaves_the_best_plan_alone(seed: int) -> None:
    """Of these few posts a tree of some nodes tells the best; its posts stay, each with its sites."""
    beats = drawn(seed + 100, posts=7, sites=6, number=3, most=30)
    beats = Beats({site: people + 0.5 for site, people in beats.people.items()}, beats.minutes, number=3)
    reduced = reduce_median(beats)
    assert least(reduced) == pytest.approx(least(beats), abs=1e-9)
    if reduced is not beats:
        assert len(reduced.sites_of) == 3
