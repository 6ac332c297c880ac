"""Shapley shares from drawn orders."""

from __future__ import annotations

import math

import numpy as np
import pytest

from allocopt.games import Coalition, Game, GameError, sampled_shapley, shapley
from games.drawn import LETTERS
from games.known import glove


def some_game(players: int, seed: int) -> Game:
    values = np.random.default_rng(seed).uniform(0, 1, 1 << players) * np.arange(1 << players)
    return Game(tuple(LETTERS[:players]), values, values)


def test_the_intervals_hold_the_true_shares_as_often_as_they_say() -> None:
    game = some_game(6, seed=3)
    true = {player: share.plan for player, share in shapley(game).items()}
    held = [
        abs(found.share - true[player]) <= found.half_width
        for seed in range(60)
        for player, found in sampled_shapley(
            game.players, lambda who: game.worth(who).plan, permutations=60, seed=seed
        ).shares.items()
    ]
    assert 0.91 <= np.mean(held) <= 0.99


def test_the_shares_add_up_to_the_last_digit() -> None:
    game = some_game(9, seed=5)
    found = sampled_shapley(game.players, lambda who: game.worth(who).plan * 1e7, permutations=10)
    assert math.fsum(share.share for share in found.shares.values()) == game.worth(game.players).plan * 1e7


def test_pairs_of_an_order_and_its_reverse_are_exact_where_only_two_work_together() -> None:
    """Any two players add the product of their numbers: half of it is due to each, whichever comes first."""
    numbers = {letter: k + 1.0 for k, letter in enumerate("abcdefghijkl")}

    def worth(who: Coalition) -> float:
        return sum(numbers[one] * numbers[other] for one in who for other in who if one < other)

    found = sampled_shapley(list(numbers), worth, permutations=4)
    for letter, number in numbers.items():
        assert found.shares[letter].share == pytest.approx(number * (78 - number) / 2)
        assert found.shares[letter].half_width == pytest.approx(0, abs=1e-9)


def test_the_same_seed_gives_the_same_and_every_coalition_is_valued_once() -> None:
    game, asked = some_game(5, seed=1), list[Coalition]()

    def worth(who: Coalition) -> float:
        asked.append(who)
        return game.worth(who).plan

    first = sampled_shapley(game.players, worth, permutations=20, seed=4)
    assert len(asked) == len(set(asked)) == first.coalitions
    assert () not in asked
    again = sampled_shapley(tuple(reversed(game.players)), worth, permutations=20, seed=4)
    assert again == first
    assert sampled_shapley(game.players, worth, permutations=20, seed=5) != first


def test_more_confidence_is_wider() -> None:
    game = some_game(5, seed=2)
    widths = [
        sampled_shapley(game.players, lambda who: game.worth(who).plan, permutations=20, confidence=level)
        for level in (0.8, 0.95, 0.99)
    ]
    for player in game.players:
        told = [found.shares[player].half_width for found in widths]
        assert told == sorted(told)


def test_one_player_has_all() -> None:
    found = sampled_shapley(["a"], lambda who: 3.0, permutations=4)
    assert found.shares["a"].share == 3.0
    assert found.shares["a"].half_width == 0.0


@pytest.mark.parametrize(
    ("players", "permutations", "confidence", "said"),
    [
        ([], 10, 0.9, "no players"),
        (["a", "a"], 10, 0.9, "named twice"),
        (["a"], 5, 0.9, "even number"),
        (["a"], 2, 0.9, "even number"),
        (["a"], 4, 1.0, "confidence"),
    ],
)
def test_what_cannot_be_sampled_is_refused(players: list[str], permutations: int, confidence: float, said: str) -> None:
    with pytest.raises(GameError, match=said):
        sampled_shapley(players, lambda who: 1.0, permutations=permutations, confidence=confidence)


def test_a_value_that_is_none_is_refused() -> None:
    with pytest.raises(GameError, match="is nan"):
        sampled_shapley(glove().players, lambda who: math.nan, permutations=4)
