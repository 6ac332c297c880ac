"""A plan where nearly everything can be covered: one station goes, another comes, and what stays missed weighs more
with every step, until somebody comes for it (row weighting local search: Gao, Yao, Weise and Li 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.regions import Whole
from allocopt.solving.covering import Problem

# What is missed weighs more by this share of its own weight, each step.
MORE = 0.03
# The search ends after so many steps a station without a better plan; every so many, it asks whether it has to stop.
PATIENT, STEPS_A_LOOK = 50, 500


def weighted(problem: Problem, taken: Whole, draw: np.random.Generator, stop: Callable[[], bool]) -> Whole:
    """The best plan on the way from these stations."""
    search = _Weighting(problem, draw)
    for station in taken.tolist():
        search.take(station)
    best, least, since = taken, search.missed, 0
    patient = PATIENT * problem.reached.shape[1]
    while since < patient and len(search.wanting) and not (since % STEPS_A_LOOK == 0 and stop()):
        since += 1
        search.step()
        if search.missed < least:
            best, least, since = search.taken, search.missed, 0
    return best


@dataclass
class _Weighting:
    """By group its weight now, how many of the stations taken reach it, and the sum of their numbers, which is the only
    one's where it is one. By station its worth: what would be missed without it, or less with it."""

    problem: Problem
    draw: np.random.Generator
    missed: float = field(init=False)
    steps: int = 0
    last: int = -1

    def __post_init__(self) -> None:
        reached = self.problem.reached
        (groups, stations), by_station = reached.shape, csr_array(reached.T)
        self.stations_of = np.split(reached.indices.astype(np.int64), reached.indptr[1:-1])
        self.groups_of = np.split(by_station.indices.astype(np.int64), by_station.indptr[1:-1])
        self.reachable = np.diff(reached.indptr) > 0
        self.weight = self.problem.weight.copy()
        self.worth: Floats = np.asarray(by_station @ self.weight)
        self.count, self.numbers = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
        self.inside = np.zeros(stations, dtype=bool)
        self.touched = np.zeros(stations, dtype=np.int64)
        self.missed = float(self.weight.sum())

    @property
    def taken(self) -> Whole:
        return np.flatnonzero(self.inside)

    @property
    def wanting(self) -> Whole:
        """The groups missed that anybody reaches."""
        return np.flatnonzero((self.count == 0) & self.reachable)

    def step(self) -> None:
        """The station of least worth goes, but not the one that came last; of those that reach one of the groups
        missed, drawn by weight, the best comes; and all that is missed now weighs more."""
        self.steps += 1
        gone = self._first(_others(self.taken, self.last), -self.worth)
        self.leave(gone)
        missed = self.wanting
        up_to = self.weight[missed].cumsum()
        group = missed[np.searchsorted(up_to, self.draw.random() * up_to[-1])]
        self.last = self._first(_others(self.stations_of[group], gone), self.worth)
        self.take(self.last)
        missed = missed[self.count[missed] == 0]
        more = MORE * self.problem.weight[missed]
        self.weight[missed] += more
        self.worth += self._spread(missed, more)

    def take(self, station: int) -> None:
        groups = self.groups_of[station]
        new, once = groups[self.count[groups] == 0], groups[self.count[groups] == 1]
        self.worth -= self._spread(new, self.weight[new])
        self.worth[station] = self.weight[new].sum()
        np.subtract.at(self.worth, self.numbers[once], self.weight[once])
        self._count(station, groups, 1)
        self.missed -= float(self.problem.weight[new].sum())

    def leave(self, station: int) -> None:
        groups = self.groups_of[station]
        self._count(station, groups, -1)
        gone, once = groups[self.count[groups] == 0], groups[self.count[groups] == 1]
        self.worth[station] = 0.0
        self.worth += self._spread(gone, self.weight[gone])
        np.add.at(self.worth, self.numbers[once], self.weight[once])
        self.missed += float(self.problem.weight[gone].sum())

    def _count(self, station: int, groups: Whole, by: int) -> None:
        self.count[groups] += by
        self.numbers[groups] += by * station
        self.inside[station] = by > 0
        self.touched[station] = self.steps

    def _spread(self, groups: Whole, amounts: Floats) -> Floats:
        """By station, the sum of the amounts of the groups that it reaches."""
        if not len(groups):
            return np.zeros(len(self.worth))
        parts = [self.stations_of[group] for group in groups.tolist()]
        each = np.repeat(amounts, [len(part) for part in parts])
        return np.asarray(np.bincount(np.concatenate(parts), each, len(self.worth)), dtype=np.float64)

    def _first(self, stations: Whole, worth: Floats) -> int:
        """The one of most worth; of several, the one that has been left alone the longest."""
        return int(stations[np.lexsort((self.touched[stations], -worth[stations]))[0]])


def _others(stations: Whole, than: int) -> Whole:
    return stations[stations != than] if len(stations) > 1 else stations
