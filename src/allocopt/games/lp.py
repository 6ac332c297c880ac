"""The one linear programme of this package: shares that keep the largest complaint of a coalition as small as can be.

min ε  such that  x(S) + ε ≥ v(S) for the coalitions that may complain, x(S) = t(S) for those that are settled, and
x(i) ≥ f(i) for players with a floor. HiGHS holds rows to 1e-7 as they stand, so values are first brought to a size of
some thousands, by a power of two, which changes no digit of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from allocopt.games.game import Floats, Game, Masks, memberships
from allocopt.solver import Arrays, LiveModel, SolverError, Status

# Largest value in the solver: 2 to this power.
_SIZE = 13
# A positive multiplier is a ratio of determinants of zeros and ones, 15 by 15 at most: at least 1 / 131072 (Hadamard's
# bound). Less is rounding.
SMALLEST_WEIGHT = 1e-6


@dataclass(frozen=True)
class Rows:
    """Coalitions, and what each is worth, is paid, or is paid at least."""

    masks: Masks
    values: Floats


@dataclass(frozen=True)
class LeastExcess:
    """The best shares, their largest excess ε, and the multipliers: those of the coalitions that may complain are at
    least 0 and sum to 1; a positive one says that the coalition's excess is ε in every best solution. So do those of
    the floors: there the player has the floor in every best solution."""

    shares: Floats
    excess: float
    weights: Floats
    floor_weights: Floats


NO_ROWS = Rows(np.zeros(0, dtype=np.int64), np.zeros(0))


def proper(game: Game, values: Floats) -> Rows:
    """The coalitions that may complain, with these values: all but nobody and everybody."""
    return Rows(np.arange(1, game.everybody, dtype=np.int64), values[1:-1])


def fairest(game: Game, values: Floats, total: float) -> LeastExcess:
    """Shares of the total with the least largest excess at these values, every coalition complaining. One player alone
    has nobody who complains, and an excess of 0. Raises what `least_excess` raises."""
    if len(game.players) == 1:
        return LeastExcess(np.array([total]), 0.0, NO_ROWS.values, NO_ROWS.values)
    everybody = Rows(np.array([game.everybody]), np.array([total]))
    return least_excess(len(game.players), proper(game, values), everybody, NO_ROWS)


def least_excess(players: int, complain: Rows, settled: Rows, floors: Rows) -> LeastExcess:
    """Solve the programme above. Settled coalitions must be linearly independent and include the one of all.

    Raises SolverError when it has no best solution, or HiGHS finds none, and KeyboardInterrupt after Ctrl-C.
    """
    values = np.concatenate([settled.values, complain.values, floors.values])
    factor = math.ldexp(1.0, _SIZE - math.frexp(float(np.abs(values).max()) or 1.0)[1])
    result = LiveModel(_arrays(players, complain, settled, floors, values * factor)).solve()
    if result.interrupted:
        raise KeyboardInterrupt
    if result.status is not Status.OPTIMAL or result.x is None or result.duals is None:
        raise SolverError(f"the shares of least excess were not found: {result.status.value}")
    first, last = len(settled.masks), len(settled.masks) + len(complain.masks)
    found = result.x / factor + 0.0  # no negative zeros
    return LeastExcess(
        shares=found[:players],
        excess=float(found[players]),
        weights=result.duals[first:last],
        floor_weights=result.duals[last:],
    )


def _arrays(players: int, complain: Rows, settled: Rows, floors: Rows, values: Floats) -> Arrays:
    """Columns: a share a player, then ε. Rows: settled, complaining, floors."""
    masks = np.concatenate([settled.masks, complain.masks, floors.masks])
    first, last = len(settled.masks), len(settled.masks) + len(complain.masks)
    matrix = np.zeros((len(masks), players + 1))
    matrix[:, :players] = memberships(masks, players)
    matrix[first:last, players] = 1.0
    rows, columns = np.nonzero(matrix)
    free = np.full(players + 1, np.inf)
    return Arrays(
        cost=np.eye(players + 1)[players],
        offset=0.0,
        lower=-free,
        upper=free,
        whole=np.zeros(players + 1, dtype=bool),
        starts=np.searchsorted(rows, np.arange(len(masks) + 1)).astype(np.int32),
        columns=columns.astype(np.int32),
        values=matrix[rows, columns],
        row_lower=values,
        row_upper=np.concatenate([values[:first], np.full(len(masks) - first, np.inf)]),
        variables=(),
        constraints=(),
    )
