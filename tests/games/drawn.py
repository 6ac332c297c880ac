"""Drawn games, and solutions computed in another way than the package does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from allocopt.games import Game, monotone

LETTERS = "abcdefghijklmn"
# For tests that call a solver.
SOLVED = settings(deadline=None, max_examples=40)


@st.composite
def games(draw: st.DrawFn, largest: int = 4, width: int = 0, least: int = 0) -> Game:
    """Small whole values, so that ties are many; intervals up to `width` wide; alone nobody is worth less than
    `least`. Not monotone as a rule."""
    players = draw(st.integers(1, largest))
    size = (1 << players) - 1
    low = draw(st.lists(st.integers(least, 12), min_size=size, max_size=size))
    wider = draw(st.lists(st.integers(0, width), min_size=size, max_size=size))
    bounds = np.array([0, *low], dtype=float), np.array([0, *low], dtype=float) + np.array([0, *wider])
    return Game(tuple(LETTERS[:players]), *bounds)


@st.composite
def monotone_games(draw: st.DrawFn, largest: int = 4, width: int = 0) -> Game:
    return monotone(draw(games(largest, width)))


def within(game: Game, part: Sequence[float]) -> Game:
    """An exact game within the intervals: each value this part of the way up, then made monotone if the game is."""
    values = game.low + (game.high - game.low) * np.resize(np.array(part), len(game.low))
    found = Game(game.players, values, values)
    return monotone(found) if game.monotone else found


PARTS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=16)


def shares_by_orders(game: Game) -> dict[str, float]:
    """The Shapley value from its definition: all orders, one after the other."""
    orders = list(permutations(game.players))
    shares = dict.fromkeys(game.players, 0.0)
    for order in orders:
        for k, player in enumerate(order):
            added = game.worth(order[: k + 1]).plan - game.worth(order[:k]).plan
            shares[player] += added / len(orders)
    return shares


def is_nucleolus(game: Game, shares: Mapping[str, float], imputation: bool) -> bool:
    """Kohlberg's criterion (1971): for every level, the coalitions whose excess is at least that are balanced, together
    with some of the players who have no more than they are worth alone, if allocations must give them that."""
    x = np.array([shares[player] for player in game.players])
    masks = np.arange(1, game.everybody)
    members = (masks[:, None] >> np.arange(len(x)) & 1).astype(float)
    excess = game.value[1:-1] - members @ x
    alone = game.value[1 << np.arange(len(x))]
    near = 1e-7 * game.scale
    floors = np.eye(len(x))[np.abs(x - alone) <= near] if imputation else np.zeros((0, len(x)))
    if imputation and (x < alone - near).any():
        return False
    levels = sorted(set(np.round(excess / near)), reverse=True)
    return all(_balanced(members[excess >= (level - 2) * near], floors) for level in levels)


def _balanced(members: Any, floors: Any) -> bool:
    """Positive weights on all of the members and others on the floors, at least 0, sum to 1 for each player: the least
    weight on a member, as large as can be, is above 0."""
    both = np.vstack([members, floors])
    count = len(both)
    cost = np.zeros(count + 1)
    cost[-1] = -1.0
    least = np.hstack([-np.eye(count)[: len(members)], np.ones((len(members), 1))])
    found = linprog(
        cost,
        A_ub=least,
        b_ub=np.zeros(len(members)),
        A_eq=np.hstack([both.T, np.zeros((members.shape[1], 1))]),
        b_eq=np.ones(members.shape[1]),
        bounds=[(0, None)] * (count + 1),
    )
    return bool(found.fun is not None and found.fun < -1e-9)
