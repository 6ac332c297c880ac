"""Maximal covering by a search tree over regions, where prices alone leave too much open.

    min Σ_g w[g] · missed[g]
    missed[g] + Σ_{s reaches g} x[s] ≥ 1
    taken_in[r] = Σ_{s in r} x[s]                          r a smallest region
    taken_in[r] = taken_in[r'] + taken_in[r'']             r' and r'' the halves of r
    taken_in[everywhere] ≤ p

Stations near each other do for one another, so a tree that takes or leaves out single ones moves its bound by next to
nothing. How many a whole region gets does move it: each such number is a whole one, on which the solver may branch
(branching on constraints: Ryan and Foster 1981). Two stations are near when they reach the same groups, so regions need
no map. The tree begins with the best plan that is found place by place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array, eye_array
from scipy.sparse.csgraph import connected_components, dijkstra

from allocopt.solver import Arrays, LiveModel
from allocopt.solver.arrays import Floats
from allocopt.solving.covering import Problem
from allocopt.solving.nearby import better_around

Whole = NDArray[np.int64]
# A region with no more stations than this is not halved.
SMALLEST = 30
LANDMARKS = 12
# Two stations that reach the same groups are this far apart, those that have none in common 1 more.
LEAST_APART = 1e-3


class Region(NamedTuple):
    """Its stations, and the numbers of its two halves; none of a smallest region."""

    stations: Whole
    halves: tuple[int, ...]


class Found(NamedTuple):
    """The stations of the best plan, and what no plan covers more than."""

    taken: Whole
    most: float


@dataclass(frozen=True)
class OverRegions:
    """The search, which begins with a plan, and ends within `near` of its bound; `told` hears (covered, most)."""

    problem: Problem
    threads: int | None
    deadline: float | None
    interrupted: Callable[[], bool]
    told: Callable[[float, float], None]

    def solve(self, taken: Whole, near: float) -> Found:
        """Raises SolverError where the solver gives up, KeyboardInterrupt after a Ctrl-C that nobody else answers."""
        problem, stations = self.problem, self.problem.reached.shape[1]
        regions = halved(problem.reached)
        live = LiveModel(_arrays(problem, regions), threads=self.threads, interrupted=self.interrupted)
        step = csr_array(problem.reached.T @ problem.reached)
        x = better_around(live, _columns(problem, regions, taken), np.arange(stations), step, self.deadline)
        all_covered, bound = float(problem.weight.sum()), 0.0
        if not live.was_interrupted:
            result = live.solve(
                absolute_gap=near,
                deadline=self.deadline,
                start=x,
                progress=lambda missed, least: self.told(all_covered - missed, all_covered - least),
            )
            x, bound = x if result.x is None else result.x, max(result.bound, 0.0)
        if live.was_interrupted and not self.interrupted():  # Ctrl-C, which nobody but the solver has seen
            raise KeyboardInterrupt
        return Found(np.flatnonzero(x[:stations] > 0.5), all_covered - bound)


def halved(reached: csr_array) -> list[Region]:
    """All stations, halved again and again; every region comes before its halves."""
    places = _places(reached)
    regions = [Region(np.arange(reached.shape[1]), ())]
    for number, (stations, _) in enumerate(regions):  # which grows meanwhile
        if len(stations) > SMALLEST:
            first = len(regions)
            regions += [Region(half, ()) for half in _halves(places, stations)]
            regions[number] = Region(stations, (first, first + 1))
    return regions


def _halves(places: Floats, stations: Whole) -> tuple[Whole, Whole]:
    """Two halves across the way that a region is longest."""
    axis = int(np.ptp(places[stations], axis=0).argmax())
    order = stations[np.argsort(places[stations, axis], kind="stable")]
    return np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])


def _places(reached: csr_array) -> Floats:
    """Stations as points of a plane, by how far they are apart; what does not hang together lies apart."""
    apart = _apart(reached)
    pieces, piece = connected_components(apart, directed=False)
    places, right_end = np.zeros((len(piece), 2)), 0.0
    for number in range(pieces):
        members = np.flatnonzero(piece == number)
        own = _plane(apart[members][:, members])
        places[members] = own + np.array([right_end + 1.0 - own[:, 0].min(), 0.0])
        right_end = float(places[members, 0].max())
    return places


def _plane(apart: csr_array) -> Floats:
    """Points of a plane about as far apart as ways are long (landmark scaling: de Silva and Tenenbaum 2004); each
    landmark is as far from those before it as can be."""
    ways, landmarks = list[Floats](), [0]
    for _ in range(min(LANDMARKS, apart.shape[0])):
        ways.append(dijkstra(apart, directed=False, indices=landmarks[-1:])[0])
        landmarks.append(int(np.min(ways, axis=0).argmax()))
    squares = np.square(ways)
    between = squares[:, landmarks[:-1]]
    mean = between.mean(axis=0)
    sizes, directions = np.linalg.eigh(-0.5 * (between - mean - mean[:, None] + mean.mean()))
    scaled = directions[:, -2:] / np.sqrt(np.maximum(sizes[-2:], LEAST_APART))
    return np.pad(-0.5 * (squares - mean[:, None]).T @ scaled, ((0, 0), (0, 2 - scaled.shape[1])))


def _apart(reached: csr_array) -> csr_array:
    """How far stations that have groups in common are apart: by the share of their groups that they have not."""
    common = csr_array(reached.T @ reached).tocoo()
    many = np.asarray(reached.sum(axis=0)).ravel()
    either = many[common.row] + many[common.col] - common.data
    return csr_array((LEAST_APART + 1.0 - common.data / either, (common.row, common.col)), shape=common.shape)


def _arrays(problem: Problem, regions: list[Region]) -> Arrays:
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


def _columns(problem: Problem, regions: list[Region], taken: Whole) -> Floats:
    """A plan as values of all columns."""
    x = np.zeros(problem.reached.shape[1])
    x[taken] = 1.0
    missed = (problem.reached @ x) == 0
    return np.concatenate([x, missed, [x[region.stations].sum() for region in regions]])
