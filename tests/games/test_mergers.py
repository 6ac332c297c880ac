"""What coalitions gain by merging."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocopt.games import (
    Answer,
    Game,
    GameError,
    Interval,
    convex,
    monotone,
    poor_mergers,
    superadditive,
    worth_of_merger,
)
from games.drawn import PARTS, games, monotone_games, within
from games.known import airport, bankruptcy, exact, glove, majority, widened

SOME = st.one_of(games(largest=4, width=4), monotone_games(largest=4, width=4))


def test_what_a_merger_is_worth() -> None:
    game = Game(("a", "b"), np.array([0, 1, 2, 5.0]), np.array([0, 1.5, 2.5, 7.0]))
    assert worth_of_merger(game, "a", "b") == Interval(plan=2.0, low=1.0, high=4.0)
    with pytest.raises(GameError, match="in both coalitions: a"):
        worth_of_merger(game, "a", "ab")
    with pytest.raises(GameError, match="no player"):
        worth_of_merger(game, "a", "z")


def test_in_a_monotone_game_a_merger_is_worth_each_part() -> None:
    low, high = np.array([0, 1, 0, 1.0]), np.array([0, 4, 0, 4.0])
    assert worth_of_merger(Game(("a", "b"), low, high), "a", "b").low == -3.0
    assert worth_of_merger(Game(("a", "b"), low, high, monotone=True), "a", "b").low == 0.0


def test_known_answers() -> None:
    assert superadditive(majority()).answer is Answer.YES
    assert convex(majority()).answer is Answer.NO
    assert convex(airport({"a": 12, "b": 22, "c": 30})).answer is Answer.YES
    assert convex(bankruptcy(200, {"a": 100, "b": 200, "c": 300})).answer is Answer.YES
    assert convex(glove()).answer is Answer.NO
    assert superadditive(widened(glove(), 0.3)).answer is Answer.UNDECIDED
    assert superadditive(exact("a", lambda who: 1.0 * len(who))).worst is None
    root = superadditive(exact("abc", lambda who: len(who) ** 0.5))
    assert root.answer is Answer.NO
    assert root.worst is not None
    assert root.worst.gain.plan == pytest.approx(3**0.5 - 1 - 2**0.5)


def test_rounding_is_no_loss() -> None:
    assert (
        superadditive(exact("abc", lambda who: sum({"a": 0.1, "b": 0.2, "c": 0.4}[one] for one in sorted(who)))).answer
        is Answer.YES
    )
    assert (
        superadditive(Game(("a", "b"), np.array([0, 0.1, 0.2, 0.3]), np.array([0, 0.1, 0.2, 0.3]))).answer is Answer.YES
    )


@given(SOME, PARTS)
def test_an_answer_holds_for_every_game_within(game: Game, part: list[float]) -> None:
    for asked in (superadditive, convex):
        answer = asked(game).answer
        if answer is not Answer.UNDECIDED:
            assert asked(within(game, part)).answer is answer


@given(SOME)
def test_a_convex_game_is_superadditive(game: Game) -> None:
    exactly = within(game, [0.0])
    if convex(exactly).answer is Answer.YES and (exactly.low >= 0).all():
        assert superadditive(exactly).answer is Answer.YES


@given(SOME)
def test_superadditive_as_every_merger_says(game: Game) -> None:
    gains = [
        worth_of_merger(game, game.coalition(one), game.coalition(other))
        for one in range(1, len(game.low))
        for other in range(one + 1, len(game.low))
        if not one & other
    ]
    found = superadditive(game)
    if not gains:
        assert found.worst is None
        return
    lowest, least_most = min(gain.low for gain in gains), min(gain.high for gain in gains)
    wanted = Answer.YES if lowest >= 0 else Answer.NO if least_most < 0 else Answer.UNDECIDED
    assert found.answer is wanted
    assert found.worst is not None
    assert (found.worst.gain.high if wanted is Answer.NO else found.worst.gain.low) in (lowest, least_most)


def test_mergers_worth_less_than_their_parts() -> None:
    """a and b hinder each other; c is no part of it. What all three do is no worse than c with a."""
    values = {"a": 4.0, "b": 3.0, "c": 1.0, "ab": 5.0, "ac": 5.0, "bc": 4.0, "abc": 7.5}
    raw = exact("abc", lambda who: values.get("".join(sorted(who)), 0.0))
    found = poor_mergers(raw)
    assert [(one.first, one.second, one.gain.plan) for one in found] == [
        (("a",), ("b",), -2.0),
        (("b",), ("a", "c"), -0.5),
    ]
    assert poor_mergers(raw, most=1) == found[:1]


def test_a_merger_that_may_be_worth_its_parts_is_not_told() -> None:
    low, high = np.array([0, 4, 3, 5.0]), np.array([0, 5, 4, 7.0])
    assert poor_mergers(Game(("a", "b"), low, high)) == ()
    high[3] = 6.5
    (found,) = poor_mergers(Game(("a", "b"), low, high))
    assert found.gain == Interval(plan=-2.0, low=-4.0, high=-0.5)


def test_the_cover_hides_a_loss_that_the_raw_values_show() -> None:
    raw = exact("ab", lambda who: {"a": 4.0, "ab": 1.0}.get("".join(sorted(who)), 0.0))
    assert [one.gain.plan for one in poor_mergers(raw)] == [-3.0]
    assert poor_mergers(monotone(raw)) == ()
