"""The core: allocations that no coalition can better by itself. What the intervals prove of it, and who would leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

import numpy as np

from allocopt.games.exact import solved
from allocopt.games.game import Coalition, Floats, Game, Interval, allocation, summing_to, totals
from allocopt.games.lp import SMALLEST_WEIGHT, fairest
from allocopt.games.mergers import Answer


class Core(Enum):
    """What the intervals say of the core."""

    NON_EMPTY = "non-empty, proved"
    EMPTY = "empty, proved"
    UNDECIDED = "undecided at these gaps"


@dataclass(frozen=True)
class CoreVerdict:
    """Whether the core is empty, and what shows it; both are checked without the solver.

    Non-empty: `allocation`, shares of what the plan for all brings, and in `margin` what every coalition is given
    over the most that it could have by itself, at least. Empty: `balanced`, coalitions with weights that sum to exactly
    1 for each player, and in `margin` what these are worth, each times its weight, over the most that all are worth.
    Undecided: neither, and no margin. In the unit of the values.
    """

    verdict: Core
    allocation: dict[str, float] | None = None
    balanced: tuple[tuple[Coalition, Fraction], ...] | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Objection:
    """A coalition that would leave: what it could have by itself over what it is given, in the unit of the values.

    `proved` when it gains by the plan that was found for it; else it might gain by a better one.
    """

    coalition: Coalition
    gain: Interval
    proved: bool


def core_verdict(game: Game) -> CoreVerdict:
    """Can the value of all be shared so that every coalition has what it could have by itself (Gillies 1959)?

    Not empty is proved by x of all = low of all, x(S) ≥ high(S) for all other S. Empty is proved by a balanced
    collection: weights that sum to 1 for each player, with Σ weight · low(S) > high of all (Bondareva 1963; Shapley
    1967). The weights are told as fractions, and the proof is in exact arithmetic.

    In a monotone game no coalition is worth more than all are, so that x(S) ≥ min(high(S), low of all) is enough: for
    a balanced collection, Σ weight · min(high(S), t) - t is concave in t and 0 at t = 0, hence not above 0 for any
    larger value t of all once it is not above 0 at t = low. If all should be worth more than the plan brings, some
    allocation of that more is in the core, though not any. Both proofs are as sharp as can be: undecided means that
    the intervals hold games of either kind, but for differences up to `game.tie`, which count as none.

    Raises SolverError when HiGHS finds no answer.
    """
    if len(game.players) == 1:
        return CoreVerdict(Core.NON_EMPTY, {game.players[0]: float(game.low[-1])}, margin=0.0)
    return _non_empty(game) or _empty(game) or CoreVerdict(Core.UNDECIDED)


def in_core(game: Game, shares: Mapping[str, float]) -> Answer:
    """Is this allocation, in the unit of the values, in the core if all are worth just what it gives out?

    No: what it gives out lies outside the interval of the value of all, or some coalition proves to gain by leaving.
    Yes: no coalition can gain, whatever the true values. Differences up to `game.tie` count as none.
    Raises GameError unless every player has a finite share.
    """
    given = totals(allocation(game, shares))
    if not game.low[-1] - game.tie <= given[-1] <= game.high[-1] + game.tie:
        return Answer.NO
    found = blocking(game, shares)
    if not found:
        return Answer.YES
    return Answer.NO if any(objection.proved for objection in found) else Answer.UNDECIDED


def blocking(game: Game, shares: Mapping[str, float]) -> tuple[Objection, ...]:
    """The coalitions that could better this allocation by themselves: v(S) > x(S), the largest gain by a plan found
    first, then the largest gain that is possible; in the unit of the values.

    An objection is proved when low(S) > x(S), possible when high(S) > x(S). All together object only where they are
    proved to be worth more than is given out. In a monotone game no coalition is said to be possibly worth more than is
    given out to all, since all could then have as much. Differences up to `game.tie` count as none.
    Raises GameError unless every player has a finite share.
    """
    given = totals(allocation(game, shares))
    most = _most(game, float(given[-1]))
    found = [
        Objection(
            game.coalition(int(mask)),
            Interval(
                plan=float(game.value[mask] - given[mask]),
                low=float(game.low[mask] - given[mask]),
                high=float(most[mask] - given[mask]),
            ),
            proved=bool(game.low[mask] - given[mask] > game.tie),
        )
        for mask in np.flatnonzero(most - given > game.tie)
    ]
    return tuple(sorted(found, key=lambda objection: (-objection.gain.plan, -objection.gain.high)))


def _most(game: Game, total: float) -> Floats:
    """The most that each coalition can be worth if all are worth the total; all themselves not above the total, unless
    they are proved to be."""
    most = np.maximum(np.minimum(game.high, total), game.low) if game.monotone else game.high.copy()
    most[-1] = max(total, float(game.low[-1]))
    return most


def _non_empty(game: Game) -> CoreVerdict | None:
    total = float(game.low[-1])
    most = _most(game, total)
    shares = summing_to(total, [float(share) for share in fairest(game, most, total).shares])
    margin = float((totals(np.array(shares)) - most)[1:-1].min())
    if margin < -game.tie:
        return None
    return CoreVerdict(Core.NON_EMPTY, dict(zip(game.players, shares, strict=True)), margin=margin)


def _empty(game: Game) -> CoreVerdict | None:
    weights = fairest(game, game.low, float(game.high[-1])).weights
    masks = [int(mask) + 1 for mask in np.flatnonzero(weights > SMALLEST_WEIGHT)]
    exact = _balancing(masks, len(game.players))
    if exact is None:
        return None
    worth = sum((weight * Fraction(float(game.low[mask])) for mask, weight in exact.items()), Fraction(0))
    margin = float(worth - Fraction(float(game.high[-1])))
    if margin <= game.tie:
        return None
    balanced = tuple((game.coalition(mask), weight) for mask, weight in exact.items())
    return CoreVerdict(Core.EMPTY, balanced=balanced, margin=margin)


def _balancing(masks: Sequence[int], players: int) -> dict[int, Fraction] | None:
    """The positive weights with which these coalitions hold each player exactly once; None unless there is just one
    such choice."""
    rows = [[mask >> i & 1 for mask in masks] for i in range(players)]
    found = solved(rows, [Fraction(1)] * players)
    if found is None or found[1] or min(found[0]) <= 0:
        return None
    return dict(zip(masks, found[0], strict=True))
