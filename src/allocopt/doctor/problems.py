"""Small integer programmes, drawn alike on every machine, with their optima found without a solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats

Generator = np.random.Generator
SEED = 2021
INFEASIBLE = np.inf


@dataclass(frozen=True)
class Problem:
    """A programme and its optimum, infinite where nothing satisfies its rows."""

    name: str
    arrays: Arrays
    optimum: float


def programme(
    cost: ArrayLike,
    matrix: ArrayLike,
    rows: tuple[ArrayLike, ArrayLike],
    bounds: tuple[ArrayLike, ArrayLike],
    whole: ArrayLike = True,
) -> Arrays:
    """A programme from a dense matrix; rows and bounds as (lower, upper)."""
    dense = np.atleast_2d(np.asarray(matrix, dtype=np.float64))
    m, n = dense.shape
    row, column = np.nonzero(dense)

    def spread(number: ArrayLike, size: int) -> Floats:
        return np.broadcast_to(np.asarray(number, dtype=np.float64), (size,)).copy()

    return Arrays(
        cost=spread(cost, n),
        offset=0.0,
        lower=spread(bounds[0], n),
        upper=spread(bounds[1], n),
        whole=np.broadcast_to(np.asarray(whole, dtype=bool), (n,)).copy(),
        starts=np.searchsorted(row, np.arange(m + 1)).astype(np.int32),
        columns=column.astype(np.int32),
        values=dense[row, column],
        row_lower=spread(rows[0], m),
        row_upper=spread(rows[1], m),
        variables=[f"x{j}" for j in range(n)],
        constraints=[f"row{i}" for i in range(m)],
    )


def dense(arrays: Arrays) -> Floats:
    """The matrix of a small programme, row by row."""
    matrix = np.zeros((len(arrays.row_lower), len(arrays.cost)))
    row = np.repeat(np.arange(len(matrix)), np.diff(arrays.starts))
    matrix[row, arrays.columns] = arrays.values
    return matrix


def enumerated(arrays: Arrays) -> float:
    """The least cost over all whole points within the bounds; the data are whole, so that nothing is rounded."""
    sizes = [int(size) for size in arrays.upper - arrays.lower + 1]
    points = np.indices(sizes).reshape(len(sizes), -1).T + arrays.lower
    values = points @ dense(arrays).T
    fits = ((values >= arrays.row_lower) & (values <= arrays.row_upper)).all(axis=1)
    return float((points[fits] @ arrays.cost).min() + arrays.offset) if fits.any() else INFEASIBLE


def copied(arrays: Arrays) -> Arrays:
    """The programme with bounds and costs of its own, for a live model that changes them."""
    own = {name: getattr(arrays, name).copy() for name in ("cost", "lower", "upper", "row_lower", "row_upper")}
    return replace(arrays, **own)


def _knapsack(rng: Generator) -> Problem:
    n = int(rng.integers(4, 8))
    weights, upper = rng.integers(1, 30, n), rng.integers(1, 3, n)
    room = int(weights @ upper * rng.uniform(0.3, 0.7))
    arrays = programme(-rng.integers(1, 40, n), weights, (-np.inf, room), (0, upper))
    return Problem("knapsack", arrays, enumerated(arrays))


def _covering(rng: Generator) -> Problem:
    n, m = int(rng.integers(5, 10)), int(rng.integers(4, 9))
    reach = rng.random((m, n)) < 0.35
    reach[np.arange(m), rng.integers(0, n, m)] = True
    times = rng.integers(1, 3, m) if rng.random() < 0.3 else np.ones(m)
    arrays = programme(rng.integers(1, 20, n), reach, (times, np.inf), (0, 1))
    return Problem("covering", arrays, enumerated(arrays))


def _facilities(rng: Generator) -> Problem:
    """Open depots at a fixed charge and serve every place from open ones."""
    depots, places = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    charge, serve = rng.integers(5, 60, depots), rng.integers(1, 50, (depots, places))
    n = depots + depots * places
    served, linked = np.zeros((places, n)), np.zeros((depots * places, n))
    for k, (i, j) in enumerate(product(range(depots), range(places))):
        served[j, depots + k] = linked[k, depots + k] = 1
        linked[k, i] = -1
    arrays = programme(
        np.concatenate([charge, serve.ravel()]),
        np.vstack([served, linked]),
        ([1] * places + [-np.inf] * len(linked), [1] * places + [0] * len(linked)),
        (0, 1),
        [True] * depots + [False] * depots * places,
    )
    subsets = [np.flatnonzero(chosen) for chosen in product((0, 1), repeat=depots) if any(chosen)]
    return Problem("facilities", arrays, float(min(charge[s].sum() + serve[s].min(axis=0).sum() for s in subsets)))


def _big_m(rng: Generator) -> Problem:
    """Buy a demand from suppliers with a fixed charge, whose M is as large as a whole number's tolerance allows.

    Costs are concave, so one supplier delivers all.
    """
    n, demand = int(rng.integers(2, 7)), float(rng.integers(1, 200))
    big = float(rng.choice([1e3, 1e4, 1e5, 4e5]))
    charge, price = rng.integers(20, 900, n), rng.integers(1, 9, n)
    limits = np.hstack([-big * np.eye(n), np.eye(n)])
    arrays = programme(
        np.concatenate([charge, price]),
        np.vstack([limits, [0] * n + [1] * n]),
        ([-np.inf] * n + [demand], [0.0] * n + [demand]),
        (0, [1.0] * n + [big] * n),
        [True] * n + [False] * n,
    )
    return Problem("big M", arrays, float((charge + price * demand).min()))


def _equalities(rng: Generator) -> Problem:
    n = int(rng.integers(3, 7))
    matrix, upper = rng.integers(-4, 8, (2, n)), rng.integers(2, 5, n)
    right = matrix @ rng.integers(0, upper + 1) if rng.random() < 0.75 else rng.integers(0, 20, 2)
    arrays = programme(rng.integers(-15, 15, n), matrix, (right, right), (0, upper))
    return Problem("equality rows", arrays, enumerated(arrays))


def _infeasible(rng: Generator) -> Problem:
    """Rows that contradict each other, or that only fractions satisfy."""
    n = int(rng.integers(2, 6))
    weights, upper = rng.integers(1, 9, n), rng.integers(1, 4, n)
    if rng.random() < 0.5:
        odd = 2 * rng.integers(0, weights @ upper) + 1
        arrays = programme(rng.integers(1, 9, n), 2 * weights, (odd, odd), (0, upper))
    else:
        room = int(weights @ upper // 2)
        arrays = programme(1, [weights, weights], ([-np.inf, room + 1], [room, np.inf]), (0, upper))
    return Problem("infeasible", arrays, INFEASIBLE)


def _mixed(rng: Generator) -> Problem:
    n, m = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    matrix = rng.integers(-6, 7, (m, n)) * (rng.random((m, n)) < 0.8)
    middle = matrix @ rng.integers(-3, 4, n)
    below, above = (np.where(rng.random(m) < 0.6, rng.integers(0, 6, m), np.inf) for _ in range(2))
    arrays = programme(rng.integers(-20, 20, n), matrix, (middle - below, middle + above), (-3, 3))
    return Problem("signs of all kinds", arrays, enumerated(arrays))


FAMILIES: dict[str, Callable[[Generator], Problem]] = {
    "knapsacks": _knapsack,
    "coverings": _covering,
    "facilities with fixed charges": _facilities,
    "big M": _big_m,
    "equality rows": _equalities,
    "problems without a solution": _infeasible,
    "signs of all kinds": _mixed,
}


def draw(family: str, number: int) -> list[Problem]:
    """So many problems of a family, always the same."""
    place = list(FAMILIES).index(family)
    return [FAMILIES[family](np.random.default_rng([SEED, place, i])) for i in range(number)]


@dataclass(frozen=True)
class Pitfall:
    """A programme that solvers were seen to call infeasible, with a point that satisfies it."""

    arrays: Arrays
    point: NDArray[np.float64]


def _pitfall(
    cost: Sequence[float],
    matrix: Sequence[Sequence[float]],
    rows: tuple[ArrayLike, ArrayLike],
    bounds: tuple[ArrayLike, ArrayLike],
    whole: Sequence[int],
    point: Sequence[float],
) -> Pitfall:
    return Pitfall(programme(cost, matrix, rows, bounds, [bool(w) for w in whole]), np.array(point, dtype=np.float64))


# Solved after its own relaxation, HiGHS 1.16.0 calls this "optimal" at 1, and gives a solution of 2.
HURRIED = Problem(
    "covering",
    programme(
        1,
        (
            (0, 0, 1, 1, 1, 1, 0),
            (1, 0, 0, 0, 1, 1, 0),
            (0, 0, 0, 0, 1, 1, 0),
            (1, 0, 1, 0, 1, 0, 1),
            (0, 1, 0, 0, 1, 0, 0),
            (0, 1, 1, 0, 0, 0, 1),
            (1, 0, 1, 1, 0, 1, 1),
        ),
        (1, np.inf),
        (0, 1),
    ),
    2.0,
)

# Each has points well inside; the presolve of some version of HiGHS, the one we ask for included, cuts them all off.
PITFALLS = (
    _pitfall(
        (-21.3, -22.9, -21.4, -97.7),
        ((-1.0, 1e4, 0.5, -1.0), (0.0, 0.5, 0.1, 0.1)),
        (-np.inf, (49996.01, 2.32)),
        (-100, (100, 1e4, 100, 2e9)),
        (0, 1, 1, 0),
        (2.8, 4, -4, -0.8),
    ),
    _pitfall(  # HiGHS issue 2432
        (-93, 25, 17),
        ((-89, -40.7, -12), (-0.1, 77.2, -23.7), (-8.6, -6.5, 72.78)),
        ((3994.5, -4878.3, -4930), np.inf),
        (-100, (120, 10, 0)),
        (1, 0, 1),
        (-60, 0, -60),
    ),
)
