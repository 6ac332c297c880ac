"""What the intervals prove of the core, and who would leave."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocopt.games import (
    Answer,
    Core,
    Game,
    GameError,
    Interval,
    blocking,
    core_verdict,
    in_core,
    least_core,
    monotone,
)
from allocopt.games.game import totals
from games.drawn import PARTS, SOLVED, games, monotone_games, within
from games.known import MOBILES, airport, bankruptcy, exact, glove, majority, unanimity, widened

NOT_EMPTY = {
    "glove": glove(),
    "unanimity": unanimity("abc", "ab"),
    "airport": airport({"a": 12, "b": 22, "c": 30}),
    "bankruptcy": bankruptcy(200, {"a": 100, "b": 200, "c": 300}),
    "mobiles": MOBILES,
    "one player": exact("a", lambda who: 5.0 * len(who)),
}


@pytest.mark.parametrize("name", NOT_EMPTY)
def test_cores_that_are_not_empty(name: str) -> None:
    game = NOT_EMPTY[name]
    found = core_verdict(game)
    assert found.verdict is Core.NON_EMPTY
    assert found.allocation is not None
    assert in_core(game, found.allocation) is Answer.YES


def test_the_core_of_the_majority_is_empty() -> None:
    found = core_verdict(majority())
    assert found.verdict is Core.EMPTY
    assert found.balanced is not None
    half = Fraction(1, 2)
    assert dict(found.balanced) == {("a", "b"): half, ("a", "c"): half, ("b", "c"): half}
    assert found.margin == 0.5


def test_wide_gaps_decide_nothing() -> None:
    assert core_verdict(widened(majority(), 0.4)).verdict is Core.EMPTY
    assert core_verdict(widened(majority(), 0.6)).verdict is Core.UNDECIDED
    assert core_verdict(widened(airport({"a": 12, "b": 22, "c": 30}), 5.9)).verdict is Core.NON_EMPTY
    assert core_verdict(widened(airport({"a": 12, "b": 22, "c": 30}), 6.1)).verdict is Core.UNDECIDED


def test_gaps_in_the_value_of_all_do_not_hide_a_core_when_it_never_falls() -> None:
    """c adds nothing that the gap does not hide: a and b alone might be worth 10.2, more than the 10 of all; but then
    all are worth that much as well."""
    low, high = np.array([0, 1, 1, 10, 0, 1, 1, 10.0]), np.array([0, 1, 1, 10.2, 0, 1, 1, 10.2])
    assert core_verdict(Game(("a", "b", "c"), low, high)).verdict is Core.UNDECIDED
    known = Game(("a", "b", "c"), low, high, monotone=True)
    found = core_verdict(known)
    assert found.verdict is Core.NON_EMPTY
    assert found.allocation is not None
    assert found.allocation["c"] == pytest.approx(0, abs=1e-9)
    assert in_core(known, found.allocation) is Answer.YES
    assert not blocking(known, found.allocation)


@SOLVED
@given(st.one_of(games(largest=4, width=4), monotone_games(largest=4, width=4)), PARTS)
def test_a_verdict_holds_for_every_game_within(game: Game, part: list[float]) -> None:
    verdict = core_verdict(game).verdict
    if verdict is not Core.UNDECIDED:
        assert core_verdict(within(game, part)).verdict is verdict


@SOLVED
@given(st.one_of(games(largest=4, width=4), monotone_games(largest=4, width=4)))
def test_undecided_means_that_both_are_within(game: Game) -> None:
    found = core_verdict(game)
    if found.verdict is Core.UNDECIDED:
        most = np.array(game.high)
        most[-1] = game.low[-1]
        fewest = np.array(game.low)
        fewest[-1] = game.high[-1]
        if game.monotone:
            most = np.minimum(most, game.low[-1])
        assert core_verdict(Game(game.players, most, most, game.monotone)).verdict is Core.EMPTY
        assert core_verdict(Game(game.players, fewest, fewest, game.monotone)).verdict is Core.NON_EMPTY


@SOLVED
@given(st.one_of(games(largest=5, width=2), monotone_games(largest=5, width=2)))
def test_what_shows_a_verdict_does_show_it(game: Game) -> None:
    found = core_verdict(game)
    if found.verdict is Core.NON_EMPTY:
        assert found.allocation is not None
        assert in_core(game, found.allocation) is Answer.YES
    if found.verdict is Core.EMPTY:
        assert found.balanced is not None
        for player in game.players:
            assert sum(weight for coalition, weight in found.balanced if player in coalition) == 1
        worth = sum(weight * Fraction(game.worth(who).low) for who, weight in found.balanced)
        assert worth > game.worth(game.players).high
        assert least_core(game).excess.low > 0


def test_who_would_leave_and_how_sure_that_is() -> None:
    game = Game(("a", "b"), np.array([0, 3, 1, 5.0]), np.array([0, 3.5, 3, 5.5]))
    found = blocking(game, {"a": 2.0, "b": 3.0})
    assert [(one.coalition, one.proved) for one in found] == [(("a",), True)]
    assert found[0].gain == Interval(plan=1.0, low=1.0, high=1.5)
    found = blocking(game, {"a": 3.2, "b": 1.8})
    assert [(one.coalition, one.proved) for one in found] == [(("a",), False), (("b",), False)]
    assert not blocking(game, {"a": 3.5, "b": 3.0})


def test_objections_come_with_the_clearest_first() -> None:
    found = blocking(majority(), {"a": 0.5, "b": 0.3, "c": 0.2})
    assert [one.coalition for one in found] == [("b", "c"), ("a", "c"), ("a", "b")]
    assert [one.gain.plan for one in found] == pytest.approx([0.5, 0.3, 0.2])


def test_all_together_object_to_money_left_over() -> None:
    found = blocking(glove(), {"a": 0.5, "b": 0.0, "c": 0.0})
    assert ("a", "b", "c") in [one.coalition for one in found]
    assert in_core(glove(), {"a": 0.5, "b": 0.0, "c": 0.0}) is Answer.NO


def test_three_answers_about_an_allocation() -> None:
    game = Game(("a", "b"), np.array([0, 3, 1, 5.0]), np.array([0, 3.5, 1.5, 5.5]))
    assert in_core(game, {"a": 3.5, "b": 1.5}) is Answer.YES
    assert in_core(game, {"a": 3.2, "b": 1.8}) is Answer.UNDECIDED
    assert in_core(game, {"a": 2.9, "b": 2.1}) is Answer.NO
    assert in_core(game, {"a": 4.0, "b": 2.0}) is Answer.NO  # more than all can be worth
    assert in_core(game, {"a": 3.7, "b": 1.6}) is Answer.YES  # if all are worth 5.3


@SOLVED
@given(monotone_games(largest=4, width=4), PARTS, st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_an_answer_holds_for_every_game_within(game: Game, part: list[float], given_out: list[int]) -> None:
    """Among the games in which all are worth what the allocation gives out."""
    shares = dict(zip(game.players, map(float, given_out), strict=False))
    total = sum(shares.values())
    answer = in_core(game, shares)
    if not game.low[-1] <= total <= game.high[-1]:
        assert answer is Answer.NO
        return
    values = np.minimum(within(game, part).low, total)
    values[-1] = total
    inside = monotone(Game(game.players, values, values))
    stable = bool((totals(np.array(list(shares.values()))) >= inside.low - 1e-9).all())
    if answer is not Answer.UNDECIDED:
        assert stable is (answer is Answer.YES)


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"a": 1.0, "b": 0.0}, "no share for c"),
        ({"a": 1.0, "b": 0.0, "c": 0.0, "d": 0.0}, "d, who is no player"),
        ({"a": 1.0, "b": 0.0, "c": float("nan")}, "share of c is nan"),
    ],
)
def test_what_is_no_allocation_is_refused(shares: dict[str, float], said: str) -> None:
    for asked in (blocking, in_core):
        with pytest.raises(GameError, match=said):
            asked(glove(), shares)


def test_money_of_any_size_has_the_same_verdicts() -> None:
    for unit in (1e-4, 1e7, 1e10):
        for game, verdict in ((majority(), Core.EMPTY), (glove(), Core.NON_EMPTY), (MOBILES, Core.NON_EMPTY)):
            in_unit = Game(game.players, game.low * unit, game.low * unit)
            assert core_verdict(in_unit).verdict is verdict
