"""What a game is, what it refuses, and its monotone cover."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocopt.games import Game, GameError, Interval, game_of, monotone
from allocopt.games.exact import solved
from allocopt.games.game import summing_to, totals
from games.drawn import PARTS, games, monotone_games, within


def test_a_game_of_coalitions_by_name() -> None:
    values: dict[frozenset[str], float | tuple[float, float]] = {
        frozenset("b"): 2.0,
        frozenset("a"): (1.0, 1.5),
        frozenset("ab"): (4.0, 5.0),
    }
    game = game_of(values)
    assert game.players == ("a", "b")
    assert game.worth("a") == Interval(1.0, 1.0, 1.5)
    assert game.worth(["b", "a"]) == Interval(4.0, 4.0, 5.0)
    assert game.worth([]) == Interval(0.0, 0.0, 0.0)
    assert game.coalition(game.mask("ba")) == ("a", "b")


@pytest.mark.parametrize(
    ("players", "low", "high", "said"),
    [
        (("b", "a"), [0, 1, 1, 2], [0, 1, 1, 2], "not sorted"),
        (("a", "a"), [0, 1, 1, 2], [0, 1, 1, 2], "not distinct"),
        (("a", "b"), [0, 1], [0, 1], "4 coalitions"),
        (("a",), [1, 1], [1, 1], "nobody"),
        (("a",), [0, np.nan], [0, 1], "low of a is nan"),
        (("a", "b"), [0, 1, 1, 2], [0, 1, 1, 1], r"low of a \+ b is 2, above high, 1"),
        ((), [0], [0], "0 players"),
        (tuple("abcdefghijklmno"), [0], [0], "15 players"),
    ],
)
def test_what_is_no_game_is_refused(players: tuple[str, ...], low: list[float], high: list[float], said: str) -> None:
    with pytest.raises(GameError, match=said):
        Game(players, np.array(low), np.array(high))


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(GameError) as told:
        Game(("b", "a"), np.array([0, np.inf, 3, 2]), np.array([0, np.inf, 1, 2]))
    assert len(str(told.value).splitlines()) == 4


def test_a_game_that_falls_is_not_monotone() -> None:
    with pytest.raises(GameError, match="monotone"):
        Game(("a", "b"), np.array([0, 2, 0, 1]), np.array([0, 2, 0, 2]), monotone=True)


def test_missing_coalitions_and_strangers_are_named() -> None:
    with pytest.raises(GameError, match="1 coalitions have no value: b"):
        game_of({frozenset("a"): 1.0, frozenset("ab"): 2.0})
    with pytest.raises(GameError, match="no player of this game: z"):
        game_of({frozenset("a"): 1.0}).worth("z")


def test_the_bounds_cannot_be_changed_from_outside() -> None:
    values = np.array([0.0, 1.0])
    game = Game(("a",), values, values)
    values[1] = 7.0
    assert game.low[1] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        game.low[1] = 7.0


def test_the_cover_carries_the_best_part_upwards() -> None:
    raw = Game(("a", "b"), np.array([0, 3, -1, 2]), np.array([0, 4, 5, 3]))
    cover = monotone(raw)
    assert cover.low.tolist() == [0, 3, 0, 3]
    assert cover.high.tolist() == [0, 4, 5, 5]
    assert cover.monotone


@given(games(largest=4, width=5, least=-5), PARTS)
def test_the_cover_holds_every_cover_and_no_more(raw: Game, part: list[float]) -> None:
    cover = monotone(raw)
    inside = monotone(within(raw, part))
    assert (cover.low <= inside.low).all()
    assert (inside.high <= cover.high).all()
    for ends, part_of_ends in ((cover.low, [0.0]), (cover.high, [1.0])):
        assert (monotone(within(raw, part_of_ends)).low == ends).all()


@given(monotone_games(width=5))
def test_the_cover_of_a_cover_is_the_same(game: Game) -> None:
    again = monotone(game)
    assert (again.low == game.low).all()
    assert (again.high == game.high).all()


def test_totals_are_in_the_order_of_the_masks() -> None:
    assert totals(np.array([1.0, 2.0, 4.0])).tolist() == list(range(8))


@given(st.lists(st.floats(-1e8, 1e8), min_size=1, max_size=12))
def test_shares_sum_to_the_total(shares: list[float]) -> None:
    total = float(np.sum(shares))
    told = summing_to(total, shares)
    assert np.allclose(told, shares, rtol=1e-9, atol=1e-6)


def test_equations_in_fractions() -> None:
    assert solved([[3]], [Fraction(1)]) == ([Fraction(1, 3)], Fraction(0))
    more_than_enough = solved([[0, 1], [1, 0], [1, 1]], [Fraction(1), Fraction(2), Fraction(4)])
    assert more_than_enough == ([Fraction(2), Fraction(1)], Fraction(1))
    assert solved([[1, 1], [2, 2]], [Fraction(1), Fraction(2)]) is None
