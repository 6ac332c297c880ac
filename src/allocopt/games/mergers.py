"""What coalitions gain by merging, and whether every merger pays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from allocopt.games.game import Coalition, Floats, Game, GameError, Interval, Masks, monotone


class Answer(Enum):
    """What the intervals say of a question about the true game."""

    YES = "yes, proved"
    NO = "no, proved"
    UNDECIDED = "undecided at these gaps"


@dataclass(frozen=True)
class Merger:
    """Two coalitions without a common member, and what they gain together over what they are worth apart."""

    first: Coalition
    second: Coalition
    gain: Interval


@dataclass(frozen=True)
class MergerTest:
    """An answer about all mergers, and the merger that speaks most clearly against a yes (None with fewer than two
    players): for a no, the one with the largest proved loss; else the one whose gain is proved least."""

    answer: Answer
    worst: Merger | None


def worth_of_merger(game: Game, first: Iterable[str], second: Iterable[str]) -> Interval:
    """v(S ∪ T) - v(S) - v(T) in the unit of the values, at the plans and between proved bounds.

    Raises GameError for ids that are no players, and for coalitions that share a member.
    """
    one, other = game.mask(first), game.mask(second)
    if one & other:
        raise GameError("in both coalitions: " + ", ".join(game.coalition(one & other)))
    pair = np.array([one]), np.array([other])
    return Interval(*(float(gain[0]) for gain in _gains(game, *pair)))


def superadditive(game: Game) -> MergerTest:
    """Does every merger of two coalitions without a common member pay, or at least cost nothing?

    v(S ∪ T) ≥ v(S) + v(T) (von Neumann and Morgenstern 1944). Yes is proved when the low end of the merger reaches the
    high ends of its parts together, for all 3ⁿ pairs; no, when for one pair its high end stays below their low ends.
    Differences up to `game.tie` count as none.
    """
    first, second = _disjoint_pairs(len(game.players))
    return _test(game, first, second, _gains(game, first, second))


def convex(game: Game) -> MergerTest:
    """Is a player worth the more, the larger the coalition that the player joins? Then the core is not empty and holds
    the Shapley value (Shapley 1971).

    v(S + i + j) - v(S + i) - v(S + j) + v(S) ≥ 0 for all S and i, j outside it. The merger told is that of S + i with
    j: its gain here is the gain over what j brings to S alone. Differences up to `game.tie` count as none.
    """
    base, i, j = _squares(len(game.players))
    both, one, other = base | i | j, base | i, base | j
    low, high = game.low, game.high
    least = low[both] if not game.monotone else np.maximum(low[both], np.maximum(high[one], high[other]))
    gains = (
        low[both] - low[one] - low[other] + low[base],
        least - high[one] - high[other] + low[base],
        high[both] - low[one] - low[other] + high[base],
    )
    return _test(game, one, j, gains)


def poor_mergers(raw: Game, most: int = 5) -> tuple[Merger, ...]:
    """Mergers proved to be worth less than their parts do apart, the clearest first, one for each merged coalition.

    To be asked of the values as they were found, before `monotone` covers such losses up. A merger is poor when the
    high end of its own value stays below the low ends of what its two parts can do, where a part may always do what
    the best of its own parts does. The gains told are those of the raw values, and negative; at most `most` are told.
    """
    first, second = _disjoint_pairs(len(raw.players))
    parts, union = monotone(raw), first | second
    loss = parts.low[first] + parts.low[second] - raw.high[union]
    told: dict[int, Merger] = {}
    for k in np.argsort(-loss, kind="stable"):
        if loss[k] <= raw.tie or len(told) == most:
            break
        a, b = int(first[k]), int(second[k])
        if a | b not in told:
            low = float(raw.low[a | b] - parts.high[a] - parts.high[b])
            plan = float(raw.value[a | b] - parts.value[a] - parts.value[b])
            told[a | b] = Merger(raw.coalition(a), raw.coalition(b), Interval(plan, low, -float(loss[k])))
    return tuple(told.values())


def _gains(game: Game, first: Masks, second: Masks) -> tuple[Floats, Floats, Floats]:
    """Gain of merging at the plans, at least, at most. A monotone game's merger is worth each of its parts."""
    low, high, union = game.low, game.high, first | second
    least = low[union] if not game.monotone else np.maximum(low[union], np.maximum(high[first], high[second]))
    return (
        low[union] - low[first] - low[second],
        least - high[first] - high[second],
        high[union] - low[first] - low[second],
    )


def _test(game: Game, first: Masks, second: Masks, gains: tuple[Floats, Floats, Floats]) -> MergerTest:
    if not len(first):
        return MergerTest(Answer.YES, None)
    plan, low, high = gains
    answer = Answer.UNDECIDED
    if (low >= -game.tie).all():
        answer = Answer.YES
    elif (high < -game.tie).any():
        answer = Answer.NO
    k = int(np.argmin(high if answer is Answer.NO else low))
    names = game.coalition(int(first[k])), game.coalition(int(second[k]))
    return MergerTest(answer, Merger(*names, Interval(float(plan[k]), float(low[k]), float(high[k]))))


def _disjoint_pairs(players: int) -> tuple[Masks, Masks]:
    """All pairs of coalitions without a common member, neither empty, each once."""
    first, second = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for i in range(players):
        first, second = (
            np.concatenate([first, first | 1 << i, first]),
            np.concatenate([second, second, second | 1 << i]),
        )
    wanted = (first > 0) & (first < second)
    return first[wanted], second[wanted]


def _squares(players: int) -> tuple[Masks, Masks, Masks]:
    """All S with the bits of two players i < j outside it."""
    masks = np.arange(1 << players, dtype=np.int64)
    found = [(masks[masks & (1 << i | 1 << j) == 0], 1 << i, 1 << j) for j in range(players) for i in range(j)]
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    base = np.concatenate([bases for bases, _, _ in found])
    repeats = [len(bases) for bases, _, _ in found]
    return base, np.repeat([i for _, i, _ in found], repeats), np.repeat([j for _, _, j in found], repeats)
