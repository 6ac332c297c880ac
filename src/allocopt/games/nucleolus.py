"""The least core and the nucleolus: shares with which the coalitions that fare worst fare as well as can be.

The excess of a coalition is v(S) - x(S), what it could have by itself over what its members are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from allocopt.games.exact import solved
from allocopt.games.game import Game, Interval, memberships, summing_to
from allocopt.games.lp import NO_ROWS, SMALLEST_WEIGHT, Rows, fairest, least_excess, proper
from allocopt.solver import SolverError

# A row of zeros and ones that is no combination of others lies farther than 2e-5 from all of these, up to 14 players
# (Gram's determinants are whole numbers, and Hadamard bounds them). Less is rounding.
_INDEPENDENT = 1e-6
# Players' values alone may sum to this part of the largest value above the value of all and count as equal to it.
_ROUNDING = 1e-12
# How well the equations of the nucleolus must hold, as a part of the largest value.
_HOLDS = 1e-7


@dataclass(frozen=True)
class LeastCore:
    """The smallest largest excess, in the unit of the values, and one allocation that has it at the plans found.

    Negative: every coalition can be given that much more than it could have by itself. Positive: a coalition would have
    to lose that much by leaving for some allocation to be stable.
    """

    excess: Interval
    shares: dict[str, float]


@dataclass(frozen=True)
class Nucleolus:
    """The nucleolus, in the unit of the values, and the excesses it settles, from the largest on, one a programme.

    `imputation` says that every player has at least what the player is worth alone; where the players are worth more
    alone than together, no allocation does, and these are the shares of the prenucleolus.
    """

    shares: dict[str, float]
    levels: tuple[float, ...]
    imputation: bool


def least_core(game: Game) -> LeastCore:
    """The least ε for which some allocation gives every coalition at least v(S) - ε (Maschler, Peleg and Shapley 1979).

    min ε such that x(S) ≥ v(S) - ε for all S but nobody and everybody, x of all = v of all. At the plans found, with
    bounds that hold for every game in the intervals: ε grows with what coalitions are worth and falls with what all are
    worth. The allocation is a corner of the least core; the prenucleolus lies in it too, and is fairer to all.
    One player alone has ε = 0. Raises SolverError when HiGHS finds no answer.
    """
    total = float(game.value[-1])
    best = fairest(game, game.value, total)
    low = fairest(game, game.low, float(game.high[-1])).excess
    high = fairest(game, game.high, float(game.low[-1])).excess
    shares = summing_to(total, [float(share) for share in best.shares])
    excess = Interval(best.excess, min(low, best.excess), max(high, best.excess))
    return LeastCore(excess, dict(zip(game.players, shares, strict=True)))


def nucleolus(game: Game) -> Nucleolus:
    """The allocation whose excesses, sorted from the largest on, come first in lexicographic order (Schmeidler 1969),
    at the plans found; among those that give every player what the player is worth alone, if there are any.

    Linear programmes one after the other (Kopelowitz 1967; Maschler, Peleg and Shapley 1979): each makes the largest
    excess not yet settled as small as can be and settles coalitions at it. Which ones decides between right and wrong:
    a coalition that is tight in one best solution may have a smaller excess in another one (Guajardo and Jörnsten
    2015). Settled are those with a positive multiplier, tight in every best solution, and with them all coalitions that
    are linear combinations of settled ones, whose shares can no longer change. Each programme settles one more
    dimension at least, so there are fewer programmes than players. The shares are then the solution of the settled
    equations, in fractions, so that no rounding of the solver is left in them.

    The shares add up to what all are worth, as `math.fsum` adds. Intervals are not asked for: the nucleolus is known
    at a point. Raises SolverError when HiGHS finds no answer.
    """
    players, values = len(game.players), game.value
    alone = Rows(1 << np.arange(players), values[1 << np.arange(players)])
    imputation = bool(alone.values.sum() <= values[-1] + _ROUNDING * game.scale)
    settled = _Settled(players, game.everybody, float(values[-1]))
    while settled.dimensions < players:
        _settle_one_level(settled, game, alone if imputation else NO_ROWS)
    shares, levels = settled.solution(_HOLDS * game.scale)
    told = summing_to(float(values[-1]), shares)
    return Nucleolus(dict(zip(game.players, told, strict=True)), levels, imputation)


class _Settled:
    """Coalitions whose shares are settled, linearly independent, and the equations that settled them."""

    def __init__(self, players: int, everybody: int, total: float) -> None:
        self.players, self.levels = players, 0
        self._masks, self._sums = [everybody], [total]
        # mask, value, and the level at which its excess lies; None where the shares themselves are settled
        self._equations: list[tuple[int, float, int | None]] = [(everybody, total, None)]

    @property
    def dimensions(self) -> int:
        """How many dimensions of the allocations are settled."""
        return len(self._masks)

    @property
    def rows(self) -> Rows:
        """The independent coalitions, and what each is given."""
        return Rows(np.array(self._masks, dtype=np.int64), np.array(self._sums))

    def open(self, rows: Rows) -> Rows:
        """Those of the coalitions whose shares are not settled."""
        basis = np.linalg.qr(memberships(self.rows.masks, self.players).T).Q
        members = memberships(rows.masks, self.players)
        outside = np.linalg.norm(members - members @ basis @ basis.T, axis=1) > _INDEPENDENT
        return Rows(rows.masks[outside], rows.values[outside])

    def settle(self, rows: Rows, excess: float | None) -> None:
        """Settle coalitions at an excess, which is the next level; or, without one, at their values."""
        for mask, value in zip(rows.masks, rows.values, strict=True):
            self._equations.append((int(mask), float(value), None if excess is None else self.levels))
            if len(self.open(Rows(np.array([mask]), np.array([value]))).masks):
                self._masks.append(int(mask))
                self._sums.append(float(value) - (excess or 0.0))
        self.levels += excess is not None

    def solution(self, tolerance: float) -> tuple[list[float], tuple[float, ...]]:
        """The shares and the levels that solve the equations. Raises SolverError when they do not hold."""
        rows = [
            [*(mask >> i & 1 for i in range(self.players)), *(int(level == k) for k in range(self.levels))]
            for mask, _, level in self._equations
        ]
        found = solved(rows, [Fraction(value) for _, value, _ in self._equations])
        if found is None or found[1] > tolerance:
            raise SolverError("the coalitions that settle the nucleolus contradict each other")
        numbers = [float(number) for number in found[0]]
        return numbers[: self.players], tuple(numbers[self.players :])


def _settle_one_level(settled: _Settled, game: Game, floors: Rows) -> None:
    complain = settled.open(proper(game, game.value))
    floors = settled.open(floors)
    best = least_excess(settled.players, complain, settled.rows, floors)
    tight, at_floor = best.weights > SMALLEST_WEIGHT, best.floor_weights > SMALLEST_WEIGHT
    if not tight.any():
        raise SolverError("no coalition settles the nucleolus")
    settled.settle(Rows(complain.masks[tight], complain.values[tight]), best.excess)
    settled.settle(Rows(floors.masks[at_floor], floors.values[at_floor]), None)
