"""Regions of a covering problem: stations near each other, halved again and again.

Two stations are near when they reach the same groups, so regions need no map.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from allocopt.solver.arrays import Floats

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


def whole_of(reached: csr_array) -> Region:
    """All stations as one region."""
    return Region(np.arange(reached.shape[1]), ())


def halved(reached: csr_array) -> list[Region]:
    """All stations, halved again and again; every region comes before its halves."""
    places = _places(reached)
    regions = [whole_of(reached)]
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
    apart = how_far_apart(reached)
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


def how_far_apart(reached: csr_array) -> csr_array:
    """How far stations that have groups in common are apart: by the share of their groups that they have not."""
    common = csr_array(reached.T @ reached).tocoo()
    many = np.asarray(reached.sum(axis=0)).ravel()
    either = many[common.row] + many[common.col] - common.data
    return csr_array((LEAST_APART + 1.0 - common.data / either, (common.row, common.col)), shape=common.shape)
