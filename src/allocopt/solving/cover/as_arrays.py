"""Maximal covering as arrays, with how many stations each region gets.

    min Σ_g w[g] · missed[g]
    missed[g] + Σ_{s reaches g} x[s] ≥ 1
    taken_in[r] = Σ_{s in r} x[s]                          r a smallest region
    taken_in[r] = taken_in[r'] + taken_in[r'']             r' and r'' the halves of r
    taken_in[everywhere] ≤ p

Without whole numbers, what regions get asks for nothing more; the search tree branches on it.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import block_array, csr_array, eye_array

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solving.cover.regions import Region, Whole
from allocopt.solving.covering import Problem


def as_arrays(problem: Problem, regions: list[Region]) -> Arrays:
    """Columns: stations, groups missed, regions. Rows: the groups, then the regions."""
    (groups, stations), many = problem.reached.shape, len(regions)
    within, halves = _tree(regions, stations)
    matrix = block_array(
        [[problem.reached, eye_array(groups), None], [-within, None, eye_array(many) - halves]], format="csr"
    )
    matrix.sort_indices()
    upper = np.ones(stations + groups + many)
    upper[stations + groups :] = problem.p
    return Arrays(
        cost=np.concatenate([np.zeros(stations), problem.weight, np.zeros(many)]),
        offset=0.0,
        lower=np.zeros(len(upper)),
        upper=upper,
        whole=np.repeat([True, False, True], [stations, groups, many]),
        starts=matrix.indptr.astype(np.int32),
        columns=matrix.indices.astype(np.int32),
        values=matrix.data.astype(np.float64),
        row_lower=np.repeat([1.0, 0.0], [groups, many]),
        row_upper=np.repeat([np.inf, 0.0], [groups, many]),
        variables=(),
        constraints=(),
    )


def _tree(regions: list[Region], stations: int) -> tuple[csr_array, csr_array]:
    """By region its stations where it is a smallest one, and its halves."""
    smallest = [(r, s) for r, region in enumerate(regions) if not region.halves for s in region.stations.tolist()]
    halves = [(r, half) for r, region in enumerate(regions) for half in region.halves]
    return _ones(smallest, (len(regions), stations)), _ones(halves, (len(regions), len(regions)))


def _ones(places: list[tuple[int, int]], shape: tuple[int, int]) -> csr_array:
    rows, columns = np.array(places, dtype=np.int64).reshape(-1, 2).T
    return csr_array((np.ones(len(places)), (rows, columns)), shape=shape)


def as_columns(problem: Problem, regions: list[Region], taken: Whole) -> Floats:
    """A plan as values of all columns."""
    x = np.zeros(problem.reached.shape[1])
    x[taken] = 1.0
    missed = (problem.reached @ x) == 0
    return np.concatenate([x, missed, [x[region.stations].sum() for region in regions]])
