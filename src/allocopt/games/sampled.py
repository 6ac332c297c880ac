"""Shapley shares of many players, from orders drawn by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from allocopt.games.game import Coalition, Floats, GameError, summing_to


@dataclass(frozen=True)
class SampledShare:
    """A share estimated from drawn orders, and half the width of its confidence interval around it."""

    share: float
    half_width: float


@dataclass(frozen=True)
class SampledShapley:
    """Estimated shares by player, each holding its true share within `half_width` with this confidence; how many orders
    were drawn and how many coalitions were valued, each once."""

    shares: dict[str, SampledShare]
    confidence: float
    permutations: int
    coalitions: int


def sampled_shapley(
    players: Sequence[str],
    value_of: Callable[[Coalition], float],
    *,
    permutations: int,
    seed: int = 0,
    confidence: float = 0.95,
) -> SampledShapley:
    """Shapley shares, in the unit of the values, from `permutations` orders drawn at random (Castro, Gómez and Tejada
    2009), each together with its reverse, which cancels much of the chance (Mitchell, Cooper, Frank and Holmes 2022).

    `value_of` is told the sorted ids of a coalition, never of nobody, who are worth 0, and never twice. The confidence
    interval of a player is Student's t over the means of the pairs; it speaks of each player alone, and of the chance
    of the draw, not of gaps in the values. It is rough for few pairs: some 30 make it good. The shares add up to the
    value of all, as `math.fsum` adds. The same arguments give the same answer on every machine.

    Raises GameError for no players, one named twice, an odd number of permutations or fewer than 4, a confidence not
    between 0 and 1, or a value that is not finite.
    """
    _must_be_sound(players, permutations, confidence)
    ids = sorted(players)
    values = _Values(ids, value_of)
    random, pairs = np.random.default_rng(seed), permutations // 2
    means = np.zeros((pairs, len(ids)))
    for pair in range(pairs):
        order = [int(i) for i in random.permutation(len(ids))]
        means[pair] = (_added(values, order) + _added(values, order[::-1])) / 2
    shares = summing_to(values((1 << len(ids)) - 1), [float(share) for share in means.mean(axis=0)])
    spread = means.std(axis=0, ddof=1) / np.sqrt(pairs)
    widths = spread * float(stdtrit(pairs - 1, (1 + confidence) / 2))
    told = {player: SampledShare(share, float(width)) for player, share, width in zip(ids, shares, widths, strict=True)}
    return SampledShapley(told, confidence, permutations, len(values.known) - 1)


class _Values:
    """Values by mask, each asked for once."""

    def __init__(self, players: Sequence[str], value_of: Callable[[Coalition], float]) -> None:
        self._players, self._value_of = players, value_of
        self.known = {0: 0.0}

    def __call__(self, mask: int) -> float:
        if mask not in self.known:
            coalition = tuple(player for i, player in enumerate(self._players) if mask >> i & 1)
            value = float(self._value_of(coalition))
            if not np.isfinite(value):
                raise GameError(f"the value of {' + '.join(coalition)} is {value}")
            self.known[mask] = value
        return self.known[mask]


def _added(values: _Values, order: Sequence[int]) -> Floats:
    """What each player adds when they join in this order."""
    added, mask = np.zeros(len(order)), 0
    for i in order:
        added[i] = values(mask | 1 << i) - values(mask)
        mask |= 1 << i
    return added


def _must_be_sound(players: Sequence[str], permutations: int, confidence: float) -> None:
    faults = []
    if not players or len(set(players)) < len(players):
        faults.append("no players, or one named twice")
    if permutations < 4 or permutations % 2:
        faults.append(f"{permutations} permutations; an even number from 4 on is needed, for pairs and their spread")
    if not 0 < confidence < 1:
        faults.append(f"a confidence of {confidence:g}; it lies between 0 and 1")
    if faults:
        raise GameError("\n".join(faults))
