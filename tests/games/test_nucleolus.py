"""The least core and the nucleolus: published answers, Kohlberg's criterion, ties."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allocopt.games import Game, least_core, monotone, nucleolus
from allocopt.games.game import totals
from games.drawn import LETTERS, PARTS, SOLVED, games, is_nucleolus, monotone_games, within
from games.known import (
    INSURANCE,
    INSURANCE_NUCLEOLUS,
    MOBILES,
    MOBILES_NUCLEOLUS,
    TRANSPORT,
    TRANSPORT_NUCLEOLUS,
    airport,
    bankruptcy,
    exact,
    glove,
    in_order_of_words,
    majority,
    unanimity,
)

CLAIMS = {"a": 100.0, "b": 200.0, "c": 300.0}
KNOWN = {
    "glove": (glove(), (1, 0, 0)),
    "majority": (majority(), (1 / 3, 1 / 3, 1 / 3)),
    "unanimity": (unanimity("abcd", "bd"), (0, 1 / 2, 0, 1 / 2)),
    # costs 6, 8, 16 (Littlechild 1974)
    "airport": (airport({"a": 12, "b": 22, "c": 30}), (6, 14, 14)),
    # three wives and three estates of the Talmud (Aumann and Maschler 1985)
    "talmud 100": (bankruptcy(100, CLAIMS), (100 / 3, 100 / 3, 100 / 3)),
    "talmud 200": (bankruptcy(200, CLAIMS), (50, 75, 75)),
    "talmud 300": (bankruptcy(300, CLAIMS), (50, 100, 150)),
    "insurance": (INSURANCE, INSURANCE_NUCLEOLUS),
    "mobiles": (MOBILES, MOBILES_NUCLEOLUS),
    "transport": (TRANSPORT, TRANSPORT_NUCLEOLUS),
    "additive": (exact("abc", lambda who: sum({"a": 0.1, "b": 0.2, "c": 0.3}[one] for one in who)), (0.1, 0.2, 0.3)),
    "one player": (exact("a", lambda who: 5.0 * len(who)), (5,)),
    "nothing": (exact("ab", lambda who: 0.0), (0, 0)),
}


def shares(game: Game) -> list[float]:
    return list(nucleolus(game).shares.values())


@pytest.mark.parametrize("name", KNOWN)
def test_known_nucleoli(name: str) -> None:
    game, known = KNOWN[name]
    assert shares(game) == pytest.approx(known, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("game", "excess"),
    [
        (glove(), 0),
        (majority(), 1 / 3),
        (majority("abcde"), 2 / 5),
        (bankruptcy(200, CLAIMS), -50),
        (airport({"a": 12, "b": 22, "c": 30}), -6),
        (MOBILES, 0),
        (exact("a", lambda who: 5.0 * len(who)), 0),
    ],
)
def test_known_least_cores(game: Game, excess: float) -> None:
    found = least_core(game)
    assert found.excess.plan == pytest.approx(excess, abs=1e-9)
    x = np.array(list(found.shares.values()))
    assert math.fsum(x) == pytest.approx(game.value[-1])
    assert (game.value - totals(x))[1:-1].max(initial=0 if len(x) == 1 else -np.inf) == pytest.approx(excess, abs=1e-9)


def test_tight_in_one_best_solution_is_not_settled() -> None:
    """Two allocations of the mobiles' costs have the same largest excess, 0. In the first, a pays all that a could
    alone; who settled every coalition that is tight there would let a pay 8 in the end, and not 7.5."""
    tight = np.array([-8.0, 0.0, -2.0, -10.0])
    excess = MOBILES.value - totals(tight)
    assert excess[1:-1].max() == 0
    assert excess[MOBILES.mask("a")] == 0
    assert shares(MOBILES)[0] == -7.5


def test_players_worth_more_alone_than_together() -> None:
    """No allocation gives both what they are worth alone; alone gives it where there is one, though others are worth
    more: from Peleg and Sudhölter, whose prenucleolus is (3, 3, -4)."""
    found = nucleolus(in_order_of_words("ab", [3, 2, 3]))
    assert (list(found.shares.values()), found.imputation) == ([1, 1], False)
    found = nucleolus(exact("abc", lambda who: {"ab": 10.0, "abc": 2.0}.get("".join(sorted(who)), 0.0)))
    assert (list(found.shares.values()), found.imputation) == ([1, 1, 0], True)


@SOLVED
@given(st.one_of(games(largest=4), games(largest=4, least=-12), monotone_games(largest=5)))
@example(MOBILES)
@example(TRANSPORT)
def test_kohlberg_agrees(game: Game) -> None:
    found = nucleolus(game)
    assert is_nucleolus(game, found.shares, found.imputation)
    assert np.all(np.diff(found.levels) <= 1e-9 * game.scale)


def test_kohlberg_tells_others_apart() -> None:
    assert not is_nucleolus(MOBILES, dict(zip("abcd", (-8.0, 0.0, -2.0, -10.0), strict=True)), True)
    assert not is_nucleolus(glove(), dict(zip("abc", (0.9, 0.05, 0.05), strict=True)), True)


@SOLVED
@given(monotone_games(largest=5))
def test_it_lies_in_the_least_core(game: Game) -> None:
    """Of a game in which alone nobody is worth anything; there every point of the least core is an imputation."""
    values = np.array(game.low)
    values[1 << np.arange(len(game.players))] = 0.0
    game = Game(game.players, values, values, monotone=True)
    found, best = nucleolus(game), least_core(game).excess.plan
    excess = game.value - totals(np.array(list(found.shares.values())))
    if len(game.players) > 1:
        assert excess[1:-1].max() == pytest.approx(best, abs=1e-7 * game.scale)
        assert found.levels[0] == pytest.approx(best, abs=1e-7 * game.scale)


@SOLVED
@given(games(largest=4, width=5, least=-5), PARTS)
def test_the_bounds_of_the_least_core_hold_within(game: Game, part: list[float]) -> None:
    bounds, inside = least_core(game).excess, least_core(within(game, part)).excess.plan
    assert bounds.low - 1e-6 <= inside <= bounds.high + 1e-6
    assert bounds.low <= bounds.plan <= bounds.high


@SOLVED
@given(monotone_games(largest=4), st.sampled_from([1e-3, 1e7 / 3, 1e9]))
def test_the_unit_and_what_players_are_worth_alone_shift_the_shares(game: Game, unit: float) -> None:
    own = np.arange(1.0, len(game.players) + 1)
    moved = game.low * unit + totals(own) * unit
    expected = (np.array(shares(game)) + own) * unit
    assert shares(Game(game.players, moved, moved)) == pytest.approx(expected.tolist(), rel=1e-7, abs=1e-7 * unit)


@pytest.mark.parametrize("seed", range(3))
def test_ten_players_and_money(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = np.round(random.uniform(0, 1e7, 1 << 10), 2)
    values[0] = 0.0
    game = monotone(Game(tuple(LETTERS[:10]), values, values))
    start = time.monotonic()
    found = nucleolus(game)
    assert time.monotonic() - start < 10
    assert math.fsum(found.shares.values()) == game.value[-1]
    assert found.levels[0] == pytest.approx(least_core(game).excess.plan, rel=1e-9)


def test_ten_alike_share_alike() -> None:
    game = exact(LETTERS[:10], lambda who: float(len(who) >= 6) * 1e7)
    assert shares(game) == pytest.approx([1e6] * 10, rel=1e-12)
