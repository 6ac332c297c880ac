"""The Shapley value: known games, its axioms, and its bounds."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from allocopt.games import Game, monotone, shapley
from games.drawn import LETTERS, PARTS, SOLVED, games, monotone_games, shares_by_orders, within
from games.known import airport, bankruptcy, glove, majority, unanimity

KNOWN = {
    "glove": (glove(), [2 / 3, 1 / 6, 1 / 6]),
    "majority": (majority(), [1 / 3] * 3),
    "unanimity": (unanimity("abcd", "bd"), [0, 1 / 2, 0, 1 / 2]),
    # by costs each pays its part of each stretch of the runway: 4, 4 + 5, 4 + 5 + 8 (Littlechild and Owen 1973)
    "airport": (airport({"a": 12, "b": 22, "c": 30}), [8, 13, 13]),
    "bankruptcy": (bankruptcy(200, {"a": 100, "b": 200, "c": 300}), [100 / 3, 250 / 3, 250 / 3]),
}


def plan(game: Game) -> list[float]:
    return [share.plan for share in shapley(game).values()]


@pytest.mark.parametrize("name", KNOWN)
def test_known_shares(name: str) -> None:
    game, shares = KNOWN[name]
    assert plan(game) == pytest.approx(shares, abs=1e-12)


@given(games(largest=5, least=-6))
def test_the_shares_are_those_of_all_orders(game: Game) -> None:
    assert plan(game) == pytest.approx(list(shares_by_orders(game).values()), abs=1e-9)


@given(games(largest=5, least=-6), st.floats(1e-3, 1e9))
def test_the_shares_add_up(game: Game, unit: float) -> None:
    in_unit = Game(game.players, game.low * unit, game.low * unit)
    assert math.fsum(plan(in_unit)) == pytest.approx(in_unit.value[-1], rel=1e-12)


@given(games(largest=4))
def test_who_adds_nothing_gets_nothing_and_twins_get_the_same(game: Game) -> None:
    """A player z joins who adds nothing, then one who may stand for the player a anywhere."""
    with_dummy = Game((*game.players, "z"), np.tile(game.low, 2), np.tile(game.low, 2))
    assert plan(with_dummy) == pytest.approx([*plan(game), 0.0], abs=1e-9)
    masks = np.arange(len(with_dummy.low))
    twin = (masks | masks >> len(game.players)) & (len(game.low) - 1)
    values = np.where(masks == 0, 0.0, game.low[twin])
    shares = plan(Game(with_dummy.players, values, values))
    assert shares[0] == pytest.approx(shares[-1], abs=1e-9)


@given(games(largest=4))
def test_shares_of_a_sum_are_sums_of_shares(game: Game) -> None:
    other = np.roll(game.low, 1)
    other[0] = 0.0
    both = Game(game.players, game.low + other, game.low + other)
    apart = np.array(plan(game)) + np.array(plan(Game(game.players, other, other)))
    assert plan(both) == pytest.approx(apart.tolist(), abs=1e-9)


@given(st.one_of(games(width=6, least=-6), monotone_games(width=6)), PARTS)
def test_the_bounds_hold_for_every_game_within(game: Game, part: list[float]) -> None:
    bounds = shapley(game)
    for player, share in shapley(within(game, part)).items():
        assert bounds[player].low - 1e-9 <= share.plan <= bounds[player].high + 1e-9
        assert bounds[player].low <= bounds[player].plan <= bounds[player].high


@SOLVED
@given(monotone_games(largest=3, width=6))
def test_the_bounds_of_a_monotone_game_are_met(game: Game) -> None:
    """A linear programme over all monotone games within the intervals finds no wider ones, and no narrower ones."""
    size, players = len(game.low), len(game.players)
    never_falls = [
        np.eye(size)[mask] - np.eye(size)[mask | 1 << i]
        for mask in range(size)
        for i in range(players)
        if not mask >> i & 1
    ]
    for i, bounds in enumerate(shapley(game).values()):
        unit_games = [Game(game.players, row, row) for row in np.eye(size)[1:]]
        cost = np.array([0.0, *(plan(unit)[i] for unit in unit_games)])
        for sign, met in ((1, bounds.low), (-1, bounds.high)):
            found = linprog(
                sign * cost,
                A_ub=np.array(never_falls),
                b_ub=np.zeros(len(never_falls)),
                bounds=list(zip(game.low, game.high, strict=True)),
            )
            assert found.fun is not None
            assert sign * found.fun == pytest.approx(met, abs=1e-7)


def test_exact_values_have_exact_shares() -> None:
    for share in shapley(glove()).values():
        assert share.low == pytest.approx(share.plan)
        assert share.high == pytest.approx(share.plan)


def test_twelve_players_take_no_time() -> None:
    values = np.random.default_rng(1).uniform(0, 1e7, 1 << 12)
    values[0] = 0.0
    game = monotone(Game(tuple(LETTERS[:12]), values, values * 1.01))
    start = time.monotonic()
    shares = shapley(game)
    assert time.monotonic() - start < 1
    assert math.fsum(share.plan for share in shares.values()) == game.value[-1]
