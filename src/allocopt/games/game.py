"""A game: what every coalition of players is worth together, each value known between two proved bounds.

A coalition is a number whose bit i is set when the i-th player belongs to it; 0 is nobody, 2ⁿ - 1 is everybody.
Values are in any one unit, money as a rule; every answer of this package is in the same unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Masks: TypeAlias = NDArray[np.int64]
Coalition: TypeAlias = tuple[str, ...]

# Every coalition is held in memory, and pairs of coalitions are 3ⁿ.
MOST_PLAYERS = 14
# Differences below this part of the largest value count as none.
TIE = 1e-9


class GameError(ValueError):
    """What was given is no game, or no allocation of one. Says every fault found, one a line."""


@dataclass(frozen=True)
class Interval:
    """A number known between two proved bounds, and what it is at the plans found (within the bounds)."""

    plan: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Game:
    """A cooperative game with side payments (von Neumann and Morgenstern 1944) whose values are known as intervals.

    `players` are sorted ids. `low` and `high`, one number a coalition in the order of the masks, bound what it is
    worth: `low` is what the plan found for it brings, `high` what no plan can exceed. Both are copied and cannot be
    changed. `monotone` says that the true values, whatever they are, never fall when a player joins; then neither may
    the bounds. `monotone(game)` makes such a game out of any.

    Raises GameError for players that are not sorted, not distinct, none, or more than MOST_PLAYERS; for arrays of
    another length than 2ⁿ, numbers that are not finite, `low` above `high`, or nobody being worth other than 0.
    """

    players: Coalition
    low: Floats
    high: Floats
    monotone: bool = False
    scale: float = field(init=False)

    def __post_init__(self) -> None:
        low, high = (np.array(values, dtype=np.float64) for values in (self.low, self.high))
        faults = list(_faults(self.players, low, high))
        if not faults and self.monotone and not (_never_falls(low) and _never_falls(high)):
            faults.append("the game is said to be monotone, and its bounds are not")
        if faults:
            raise GameError("\n".join(faults))
        for name, values in (("low", low), ("high", high)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        largest = float(max(np.abs(low).max(), np.abs(high).max()))
        object.__setattr__(self, "scale", largest if largest > 0 else 1.0)

    @property
    def value(self) -> Floats:
        """What each coalition is worth at the plans found: the point at which shares are computed."""
        return self.low

    @property
    def everybody(self) -> int:
        """The mask of all players."""
        return len(self.low) - 1

    @property
    def tie(self) -> float:
        """Differences up to this much count as none: TIE of the largest value, in the game's unit."""
        return TIE * self.scale

    def mask(self, coalition: Iterable[str]) -> int:
        """The mask of a coalition of ids. Raises GameError for an id that is no player."""
        return mask_of(self.players, coalition)

    def coalition(self, mask: int) -> Coalition:
        """The sorted ids of a mask."""
        return tuple(player for i, player in enumerate(self.players) if mask >> i & 1)

    def worth(self, coalition: Iterable[str]) -> Interval:
        """What a coalition of ids is worth. Raises GameError for an id that is no player."""
        mask = self.mask(coalition)
        return Interval(float(self.value[mask]), float(self.low[mask]), float(self.high[mask]))


def game_of(values: Mapping[frozenset[str], float | tuple[float, float]], *, monotone: bool = False) -> Game:
    """The game of these values by coalition, each an exact number or a pair (low, high).

    The players are all ids in the coalitions. The empty coalition may be missing, and is worth 0.
    Raises GameError for coalitions that are missing, and for whatever Game refuses.
    """
    players = tuple(sorted(frozenset[str]().union(*values)))
    if len(players) > MOST_PLAYERS:
        raise GameError(f"{len(players)} players; at most {MOST_PLAYERS} can be held")
    pairs = {mask_of(players, who): _pair(value) for who, value in values.items()}
    pairs.setdefault(0, (0.0, 0.0))
    missing = [mask for mask in range(1 << len(players)) if mask not in pairs]
    if missing:
        names = [_spoken(players, mask) for mask in missing[:5]]
        raise GameError(f"{len(missing)} coalitions have no value: " + "; ".join(names))
    bounds = np.array([pairs[mask] for mask in range(1 << len(players))], dtype=np.float64)
    return Game(players, bounds[:, 0], bounds[:, 1], monotone)


def monotone(raw: Game) -> Game:
    """The monotone cover: every coalition may as well do what the best of its parts does.

    v(T) = max over S ⊆ T of raw(S), the empty S included, so that no coalition is worth less than nothing. With raw(S)
    anywhere in its interval, v(T) is anywhere in [max over S ⊆ T of low(S), max over S ⊆ T of high(S)], and no narrower
    interval holds: both ends are met, by all raw values at their low ends and by all at their high ends. (The smallest
    high(S) over S ⊇ T bounds v(T) too, only if raw itself is known to be monotone; here it never lies lower.)
    """
    return Game(raw.players, _best_part(raw.low), _best_part(raw.high), monotone=True)


def mask_of(players: Sequence[str], coalition: Iterable[str]) -> int:
    """The mask of a coalition of ids. Raises GameError for an id that is no player."""
    position = {player: i for i, player in enumerate(players)}
    ids = set(coalition)
    strangers = sorted(ids - position.keys())
    if strangers:
        raise GameError("no player of this game: " + ", ".join(strangers))
    return sum(1 << position[player] for player in ids)


def memberships(masks: Masks, players: int) -> Floats:
    """A row a coalition, a column a player: 1 where the player belongs to it."""
    return (masks[:, None] >> np.arange(players) & 1).astype(np.float64)


def allocation(game: Game, shares: Mapping[str, float]) -> Floats:
    """Shares by id as numbers in the order of the players. Raises GameError unless each player has one, finite."""
    given = set(shares)
    faults = [f"no share for {player}" for player in game.players if player not in given]
    faults += [f"a share for {stranger}, who is no player" for stranger in sorted(given - set(game.players))]
    faults += [f"the share of {player} is {share}" for player, share in shares.items() if not math.isfinite(share)]
    if faults:
        raise GameError("\n".join(faults))
    return np.array([shares[player] for player in game.players], dtype=np.float64)


def totals(shares: Floats) -> Floats:
    """What each coalition receives: the sum of its members' shares, in the order of the masks."""
    sums = np.zeros(1)
    for share in shares:
        sums = np.concatenate([sums, sums + share])
    return sums


def summing_to(total: float, shares: Sequence[float]) -> list[float]:
    """The shares, changed in the last digit of one, so that `math.fsum` of them is the total."""
    for i in sorted(range(len(shares)), key=lambda i: -abs(shares[i])):
        changed = list(shares)
        for _ in range(4):
            changed[i] += math.fsum([total, *(-share for share in changed)])
            if math.fsum(changed) == total:
                return changed
    return list(shares)


def _best_part(values: Floats) -> Floats:
    """The largest value of a subset, for every coalition: one pass a player."""
    best = values.copy()
    for pair in _with_and_without(best):
        np.maximum(pair[:, 1], pair[:, 0], out=pair[:, 1])
    return best


def _never_falls(values: Floats) -> bool:
    return all(bool((pair[:, 1] >= pair[:, 0]).all()) for pair in _with_and_without(values))


def _with_and_without(values: Floats) -> Iterable[Floats]:
    """For each player, views [:, 0] of the coalitions without and [:, 1] of the same with that player."""
    for i in range(len(values).bit_length() - 1):
        yield values.reshape(-1, 2, 1 << i)


def _faults(players: Coalition, low: Floats, high: Floats) -> Iterable[str]:
    if not 1 <= len(players) <= MOST_PLAYERS:
        yield f"{len(players)} players; between 1 and {MOST_PLAYERS} can be held"
        return
    if list(players) != sorted(set(players)):
        yield "the players are not sorted, or not distinct"
    wanted = (1 << len(players),)
    if low.shape != wanted or high.shape != wanted:
        yield f"{len(players)} players have {wanted[0]} coalitions; low has shape {low.shape}, high {high.shape}"
        return
    if low[0] != 0 or high[0] != 0:
        yield "nobody is worth 0"
    for name, values in (("low", low), ("high", high)):
        for mask in np.flatnonzero(~np.isfinite(values))[:5]:
            yield f"{name} of {_spoken(players, int(mask))} is {values[mask]}"
    for mask in np.flatnonzero(low > high)[:5]:
        yield f"low of {_spoken(players, int(mask))} is {low[mask]:g}, above high, {high[mask]:g}"


def _pair(value: float | tuple[float, float]) -> tuple[float, float]:
    return value if isinstance(value, tuple) else (value, value)


def _spoken(players: Sequence[str], mask: int) -> str:
    return " + ".join(player for i, player in enumerate(players) if mask >> i & 1) or "nobody"
