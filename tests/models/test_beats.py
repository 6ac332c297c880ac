"""Beats: every assignment of drawn tiny cities, and published p-medians."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyomo.environ import Binary, ConcreteModel, Constraint, Expression, Set, Var, value
from scipy.sparse.csgraph import floyd_warshall
from scipy.spatial.distance import cdist

from allocopt_models.beats import Beats, add_beats, settle_beats
from models.solved import benchmark, minimised


def least_minutes(data: Beats, open_cost: dict[str, float]) -> tuple[float | None, dict[str, str]]:
    """The best response time plus costs of opening, and the beats; None when there are none."""
    m = ConcreteModel()
    m.opened = Var(sorted(open_cost), domain=Binary)
    opened = {post: m.opened[post] for post in open_cost}
    made = add_beats(m, data, opened=opened)
    best = minimised(m, made.response_time + sum(open_cost[post] * m.opened[post] for post in open_cost))
    if best is None:
        return None, {}
    settle_beats(m, data, opened=opened)
    beats = {site: post for (post, site), x in made.assigned.items() if value(x) == 1.0}
    paid = sum(open_cost[post] * round(value(m.opened[post])) for post in open_cost)
    assert value(made.response_time) + paid == pytest.approx(best, abs=1e-6)
    return best, beats


def least_of_all(data: Beats, open_cost: dict[str, float]) -> float:
    """The same by trying every assignment."""
    sites = sorted(data.people)
    best, people = math.inf, sum(data.people.values())
    for posts in product(*(data.posts_of[site] for site in sites)):
        beats = dict(zip(sites, posts, strict=True))
        if keeps(data, beats):
            minutes = sum(data.people[s] * data.minutes[p, s] for s, p in beats.items()) / people
            best = min(best, minutes + sum(open_cost.get(post, 0.0) for post in set(posts)))
    return best


def keeps(data: Beats, beats: dict[str, str]) -> bool:
    posts = sorted(set(beats.values()))
    members = {post: {site for site, own in beats.items() if own == post} for post in posts}
    if data.number is not None and len(posts) != data.number:
        return False
    if data.most_people is not None and any(
        sum(data.people[site] for site in members[post]) > data.most_people + 1e-9 for post in posts
    ):
        return False
    return data.neighbours is None or all(hangs_together(members[post], data.neighbours) for post in posts)


def hangs_together(sites: set[str], neighbours: Sequence[tuple[str, str]]) -> bool:
    reached = {min(sites)}
    while (
        more := {b for a, b in (*neighbours, *((b, a) for a, b in neighbours)) if a in reached and b in sites} - reached
    ):
        reached |= more
    return reached == sites


SITES = ("a", "b", "c", "d", "e")
POSTS = ("p", "q", "r")


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Beats, dict[str, float]]:
    pairs = [(a, b) for a in SITES for b in SITES if a < b]
    reached = [(p, s) for p in POSTS for s in SITES if p == "p" or draw(st.booleans())]
    minutes = {pair: float(draw(st.integers(0, 9))) for pair in reached}
    people = {s: float(draw(st.integers(1, 6))) for s in SITES}
    number = draw(st.none() | st.integers(1, 3))
    balance = draw(st.none() | st.sampled_from([0.1, 0.5, 1.0])) if number else None
    data = Beats(
        people,
        minutes,
        number,
        None if balance is None or number is None else (1 + balance) * sum(people.values()) / number,
        draw(st.none() | st.lists(st.sampled_from(pairs), unique=True)),
    )
    return data, {p: float(draw(st.integers(0, 4))) for p in POSTS if draw(st.booleans())}


@settings(max_examples=120, deadline=None)
@given(drawn())
def test_beats_against_every_assignment(city: tuple[Beats, dict[str, float]]) -> None:
    data, open_cost = city
    best, beats = least_minutes(data, open_cost)
    true = least_of_all(data, open_cost)
    if math.isinf(true):
        assert best is None
        return
    assert best == pytest.approx(true, abs=1e-6)
    assert beats.keys() == data.people.keys()
    assert keeps(data, beats)


def test_a_beat_hangs_together_without_the_post_being_in_it() -> None:
    # The post is nearest to the ends of a row of five, which hang together only through all that lies between.
    row = list(pairwise(SITES))
    near = {"a": 1.0, "b": 9.0, "c": 9.0, "d": 9.0, "e": 1.0}
    minutes = {("p", s): near[s] for s in SITES} | {("q", s): 3.0 for s in SITES}
    best, beats = least_minutes(Beats(dict.fromkeys(SITES, 1.0), minutes, 2, None, row), {})
    assert best == pytest.approx((1 + 3 * 4) / 5)
    assert sorted(beats.values()).count("p") == 1


def test_nearest_open_post_without_further_wishes() -> None:
    minutes = {("p", "a"): 5.0, ("q", "a"): 1.0, ("p", "b"): 2.0, ("q", "b"): 2.0}
    best, beats = least_minutes(Beats({"a": 1.0, "b": 3.0}, minutes), {"q": 0.5})
    assert best == pytest.approx((1 + 6) / 4 + 0.5)
    assert beats == {"a": "q", "b": "p"}


def test_a_site_out_of_reach_is_named() -> None:
    with pytest.raises(ValueError, match="no post reaches b"):
        add_beats(ConcreteModel(), Beats({"a": 1.0, "b": 1.0}, {("p", "a"): 1.0}), opened={})


def test_nobody_living_there_is_no_fault() -> None:
    made = add_beats(ConcreteModel(), Beats({"a": 0.0}, {("p", "a"): 1.0}), opened={})
    assert made.response_time == 0.0


def test_every_component_says_what_it_is() -> None:
    m = ConcreteModel()
    add_beats(m, Beats({"a": 1.0, "b": 1.0}, {("p", "a"): 1.0, ("p", "b"): 1.0}, 1, 2.0, [("a", "b")]), opened={})
    assert all(part.doc for kind in (Set, Var, Constraint, Expression) for part in m.component_objects(kind))


def median(metres: np.ndarray, people: list[float], number: int) -> float:
    n = len(people)
    minutes = {(f"p{i:03}", f"s{j:03}"): float(metres[i, j]) for i in range(n) for j in range(n)}
    data = Beats({f"s{j:03}": weight for j, weight in enumerate(people)}, minutes, number)
    best, _ = least_minutes(data, {})
    assert best is not None
    return best * sum(people)


def test_known_p_median_on_a_network() -> None:
    n, _, number, *edges = map(int, benchmark("orlib-pmed/pmed1.txt").read_text().split())
    length = np.full((n, n), np.inf)
    for a, b, metres in zip(edges[::3], edges[1::3], edges[2::3], strict=True):
        length[a - 1, b - 1] = length[b - 1, a - 1] = metres
    assert median(floyd_warshall(length), [1.0] * n, number) == pytest.approx(5819)


@pytest.mark.parametrize(("number", "optimum"), [(2, 4614.7655), (4, 3283.8604)])
def test_known_p_median_in_the_plane(number: int, optimum: float) -> None:
    rows = [line.split() for line in benchmark("swain/swain_medrano.txt").read_text().splitlines()[1:] if line.strip()]
    at = np.array([[float(x), float(y)] for _, x, y, _ in rows])
    assert median(cdist(at, at), [float(weight) for *_, weight in rows], number) == pytest.approx(optimum, rel=1e-7)
