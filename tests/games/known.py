"""Games whose solutions are known by hand or from the literature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from allocopt.games import Game

Worth = Callable[[frozenset[str]], float]


def exact(players: str, worth: Worth) -> Game:
    """The game of one-letter players whose values are known exactly."""
    coalitions = [
        frozenset(player for i, player in enumerate(players) if mask >> i & 1) for mask in range(1 << len(players))
    ]
    values = np.array([worth(coalition) for coalition in coalitions])
    return Game(tuple(players), values, values)


def widened(game: Game, by: float) -> Game:
    """The same game, each value known to this much only, upwards."""
    high = np.array(game.high) + by
    high[0] = 0.0
    return Game(game.players, game.low, high, game.monotone)


def majority(players: str = "abc") -> Game:
    """More than half win 1."""
    return exact(players, lambda who: float(2 * len(who) > len(players)))


def glove() -> Game:
    """One has a left glove, two have a right one; a pair is worth 1 (Shapley and Shubik 1969)."""
    return exact("abc", lambda who: float("a" in who and len(who) > 1))


def unanimity(players: str, needed: str) -> Game:
    """Worth 1 with all that are needed, else nothing (Shapley 1953)."""
    return exact(players, lambda who: float(who >= set(needed)))


def bankruptcy(estate: float, claims: dict[str, float]) -> Game:
    """What is left to a coalition once the others have their claims (O'Neill 1982)."""
    return exact(
        "".join(claims), lambda who: max(0.0, estate - sum(claim for one, claim in claims.items() if one not in who))
    )


def airport(costs: dict[str, float]) -> Game:
    """A runway long enough for all instead of one for each: the saving (Littlechild and Owen 1973)."""
    return exact(
        "".join(costs),
        lambda who: sum(costs[one] for one in who) - max((costs[one] for one in who), default=0.0),
    )


def in_order_of_words(players: str, values: Sequence[float]) -> Game:
    """Values of the coalitions in the order of a dictionary: a, ab, abc, ac, b, bc, c."""
    words = sorted("".join(word) for size in range(1, len(players) + 1) for word in combinations(players, size))
    worth = {frozenset(word): value for word, value in zip(words, values, strict=True)}
    return exact(players, lambda who: worth.get(who, 0.0))


# The three below are in Guajardo and Jörnsten (2015), as examples that were solved wrongly where they were published,
# with their right nucleolus.
INSURANCE = in_order_of_words("abc", [46125, 69187.5, 90000, 53812.5, 17437.5, 30750, 5812.5])  # Lemaire 1991
INSURANCE_NUCLEOLUS = (52687.5, 24468.75, 12843.75)
# Mobiles in broadcast transmission, a game of costs (Hasan et al. 2011).
MOBILES = in_order_of_words("abcd", [-cost for cost in (8, 8, 10, 20, 19, 10, 20, 19, 1, 10, 13, 12, 10, 12, 11)])
MOBILES_NUCLEOLUS = (-7.5, -0.5, -1.5, -10.5)
# Production and transportation planning (Sakawa et al. 2001).
TRANSPORT = in_order_of_words(
    "abcde",
    [
        *(0.060, 0.378, 0.536, 0.906, 1, 0.573, 0.747, 0.874, 0.485, 0.144, 0.546, 0.634, 0.255, 0.408, 0.561, 0.182),
        *(0.168, 0.337, 0.706, 0.801, 0.379, 0.538, 0.668, 0.279, 0.03, 0.383, 0.473, 0.083, 0.249, 0.386, 0),
    ],
)
TRANSPORT_NUCLEOLUS = (0.165, 0.3205, 0.0845, 0.3745, 0.0555)
