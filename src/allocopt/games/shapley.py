"""The Shapley value: what each player adds, averaged over all orders in which the players may join."""

from __future__ import annotations

import math

import numpy as np

from allocopt.games.game import Floats, Game, Interval, summing_to


def shapley(game: Game) -> dict[str, Interval]:
    """Each player's Shapley share in the unit of the values: at the plans found, and between proved bounds.

    φ(i) = Σ over S without i of |S|! (n - |S| - 1)! / n! · (v(S + i) - v(S)) (Shapley 1953), exact over all 2ⁿ
    coalitions. The shares at the plans add up to what all are worth at the plan found, as `math.fsum` adds.

    The bounds are the smallest and the largest share over all games within the intervals, and none are narrower:
    v(S + i) and v(S) stand in one term only, so each term may stand at its own end. In a monotone game no term is
    negative; the smallest share is met by high(S) without i and max(low(S + i), high(S)) with i, which is again a
    monotone game within the intervals. (That shares add up to the value of all narrows nothing for one player alone.)
    """
    plan = summing_to(float(game.value[game.everybody]), _shares(game, game.value, game.value))
    low, high = _shares(game, game.low, game.high), _shares(game, game.high, game.low)
    # the last digit that makes them add up may not leave the bounds
    return {
        player: Interval(share, min(least, share), max(most, share))
        for player, share, least, most in zip(game.players, plan, low, high, strict=True)
    }


def _shares(game: Game, after: Floats, before: Floats) -> list[float]:
    """Shares where a coalition is worth `after` once the player has joined it, and `before` without the player."""
    players = len(game.players)
    weights = _weights(players)
    shares = []
    for i in range(players):
        with_i, without = after.reshape(-1, 2, 1 << i)[:, 1], before.reshape(-1, 2, 1 << i)[:, 0]
        added = with_i - without
        if game.monotone:
            added = np.maximum(added, 0.0)
        shares.append(math.fsum((added * weights.reshape(-1, 2, 1 << i)[:, 0]).ravel()))
    return shares


def _weights(players: int) -> Floats:
    """How often, of all orders, exactly these players come first and a certain other one next."""
    sizes = np.array([mask.bit_count() for mask in range(1 << players)])
    by_size = [1 / (players * math.comb(players - 1, size)) for size in range(players)]
    weights: Floats = np.array([*by_size, 0.0])[sizes]
    return weights
