"""Drawn covering problems, and what enumeration says of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from allocopt.solving.covering import Problem


def drawn(seed: int, *, groups: int, stations: int, p: int, radius: float, islands: int = 1) -> Problem:
    """Points and stations in squares that are out of each other's reach."""
    draw = np.random.default_rng(seed)
    at, to = draw.uniform(0, 1, (stations, 2)), draw.uniform(0, 1, (groups, 2))
    at[:, 0] += 9 * draw.integers(islands, size=stations)
    to[:, 0] += 9 * draw.integers(islands, size=groups)
    near = np.linalg.norm(to[:, None, :] - at[None, :, :], axis=2) <= radius
    reached = near[near.any(axis=1)]
    return Problem(csr_array(reached.astype(float)), draw.integers(1, 100, len(reached)).astype(float), p)


def coverable(seed: int, *, groups: int, stations: int, radius: float) -> Problem:
    """Points and stations in a square, with just as many stations as cover every point."""
    points = drawn(seed, groups=groups, stations=stations, p=1, radius=radius)
    cover = milp(
        np.ones(stations), constraints=LinearConstraint(points.reached, 1, np.inf), integrality=1, bounds=(0, 1)
    )
    return Problem(points.reached, points.weight, round(cover.fun))


def most_covered(problem: Problem) -> float:
    reached, stations = problem.reached.toarray() > 0, range(problem.reached.shape[1])
    return max(
        float(problem.weight[reached[:, list(some)].any(axis=1)].sum()) for some in combinations(stations, problem.p)
    )
