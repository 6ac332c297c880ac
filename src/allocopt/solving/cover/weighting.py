"""Walks from plan to plan where nearly everything can be covered: one station goes, another comes, and what stays
missed weighs more with every step, until somebody comes for it (row weighting local search: Gao, Yao, Weise and Li
2015).

Where nearly everything can be covered, a relaxation misses next to nothing and cannot say where to look. Walks do
without one. Many go side by side: the best plans of all together hold a better one, and a step of all takes half as
long as the same steps one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from scipy.sparse import csr_array

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.regions import Whole
from allocopt.solving.covering import Problem

# Every so many steps it is asked whether the walks have to stop.
STEPS_A_LOOK = 100
# What reaches a group that nobody waits for.
ALWAYS = 2**40


@dataclass
class Walks:
    """By walk, the stations taken where it is, (walks, stations of a plan), and what they miss, (walks); and the same
    of the best plan that it came to.

    By walk and group: its weight now, how many stations taken reach it, and the sum of their numbers, which is the only
    one's where it is one. By walk and station: its worth, which is what would be missed without it, or less with it,
    and at which step it last came or went. The number after the last station, or group, is none: rows of unlike length
    are filled up with it.
    """

    problem: Problem
    starts: Sequence[Whole]
    draw: np.random.Generator
    steps: int = 0
    taken: Whole = field(init=False)
    missed: Floats = field(init=False)
    best: Whole = field(init=False)
    least: Floats = field(init=False)

    def __post_init__(self) -> None:
        reached, own = csr_array(self.problem.reached), self.problem.weight
        (groups, stations), many = reached.shape, len(self.starts)
        self.stations_of, self.groups_of = _Lists(reached), _Lists(csr_array(reached.T))
        waiting = (self.stations_of.many[:-1] > 0) & (own > 0)
        self.each, self.nobody = np.arange(many), stations
        self.own = np.append(own, 0.0)
        self.weight = np.tile(self.own, (many, 1))
        self.count = np.tile(np.append(np.where(waiting, 0, ALWAYS), ALWAYS), (many, 1))
        self.numbers = np.zeros((many, groups + 1), dtype=np.int64)
        self.worth = np.tile(np.append(reached.T @ own, 0.0), (many, 1))
        self.touched = np.zeros((many, stations + 1), dtype=np.int64)
        self.missed, self.waiting = np.full(many, float(own.sum())), np.full(many, int(waiting.sum()))
        self.last = np.full(many, stations)
        self.taken = np.array(list(zip_longest(*self.starts, fillvalue=stations)), dtype=np.int64).T
        for together in self.taken.T:
            self._take(together)
        self.best, self.least = self.taken.copy(), self.missed.copy()

    def on(self, steps: int, stop: Callable[[], bool]) -> list[Whole]:
        """The best plan that each walk came to, after so many steps more."""
        for step in range(steps):
            if not self.waiting.all() or (step % STEPS_A_LOOK == 0 and stop()):
                break
            self._step()
            less = self.missed < self.least
            self.best[less], self.least[less] = self.taken[less], self.missed[less]
        return [np.sort(plan[plan < self.nobody]) for plan in self.best]

    def _step(self) -> None:
        """In each walk, the station of least worth goes, but not the one that came last; of those that reach one of the
        groups missed, drawn by weight, the best comes; and all that is missed now weighs more."""
        self.steps += 1
        worth = self.worth[self.each[:, None], self.taken]
        place = self._least(self.taken, np.where(self.taken == self.last[:, None], np.inf, worth))
        gone = self.taken[self.each, place]
        self._leave(gone)
        walk, missed = np.nonzero(self.count == 0)
        order = np.lexsort((self.draw.standard_exponential(len(walk)) / self.weight[walk, missed], walk))
        there = self.stations_of.rows(missed[order[np.searchsorted(walk, self.each)]])
        worth = np.where(there == gone[:, None], 0.0, self.worth[self.each[:, None], there])
        self.last = there[self.each, self._least(there, np.where(there == self.nobody, 1.0, -worth))]
        self._take(self.last)
        self.taken[self.each, place] = self.last
        still = self.count[walk, missed] == 0
        self._weigh(walk[still], missed[still])

    def _take(self, station: Whole) -> None:
        groups, worth = self.groups_of.rows(station), self.worth[self.each, station]
        (walk, new), once = self._reached(groups, times=0), self._reached(groups, times=1)
        self.worth -= self._spread(walk, new, self.weight[walk, new])
        np.subtract.at(self.worth, (once[0], self.numbers[once]), self.weight[once])
        self.worth[self.each, station] = worth  # what it brought is what would be missed without it
        self._count(station, groups, 1)
        self._miss(walk, new, -1)

    def _leave(self, station: Whole) -> None:
        groups, worth = self.groups_of.rows(station), self.worth[self.each, station]
        self._count(station, groups, -1)
        (walk, gone), once = self._reached(groups, times=0), self._reached(groups, times=1)
        self.worth += self._spread(walk, gone, self.weight[walk, gone])
        np.add.at(self.worth, (once[0], self.numbers[once]), self.weight[once])
        self.worth[self.each, station] = worth
        self._miss(walk, gone, 1)

    def _weigh(self, walk: Whole, groups: Whole) -> None:
        self.weight[walk, groups] += self.own[groups]
        self.worth += self._spread(walk, groups, self.own[groups])

    def _reached(self, groups: Whole, times: int) -> tuple[Whole, Whole]:
        """Walks and groups where so many stations reach the group."""
        walk, place = np.nonzero(self.count[self.each[:, None], groups] == times)
        return walk, groups[walk, place]

    def _count(self, station: Whole, groups: Whole, by: int) -> None:
        self.count[self.each[:, None], groups] += by
        self.numbers[self.each[:, None], groups] += by * station[:, None]
        self.touched[self.each, station] = self.steps

    def _miss(self, walk: Whole, groups: Whole, by: int) -> None:
        self.missed += by * np.bincount(walk, self.own[groups], len(self.each))
        self.waiting += by * np.bincount(walk, minlength=len(self.each))

    def _spread(self, walk: Whole, groups: Whole, amounts: Floats) -> Floats:
        """(walks, stations): the sum of the amounts of those groups that a station reaches."""
        many, stations = self.stations_of.many[groups], self.stations_of.joined(groups)
        to = np.repeat(walk * self.worth.shape[1], many) + stations
        spread = np.bincount(to, np.repeat(amounts, many), self.worth.size).astype(np.float64)
        return spread.reshape(self.worth.shape)

    def _least(self, stations: Whole, costs: Floats) -> Whole:
        """By walk, which place has the least cost; of several, the one whose station was left alone the longest."""
        least = costs == costs.min(axis=1, keepdims=True)
        return np.asarray(np.where(least, self.touched[self.each[:, None], stations], self.steps + 1).argmin(axis=1))


class _Lists:
    """The columns of each row of a matrix; a row after the last has none."""

    def __init__(self, matrix: csr_array) -> None:
        self.first = matrix.indptr.astype(np.int64)
        self.many = np.append(np.diff(self.first), 0)
        self.columns = np.append(matrix.indices, matrix.shape[1]).astype(np.int64)

    def joined(self, rows: Whole) -> Whole:
        """The columns of some rows, one after the other."""
        many = self.many[rows]
        entry = np.repeat(self.first[rows] - many.cumsum() + many, many) + np.arange(many.sum())
        return np.asarray(self.columns[entry])

    def rows(self, rows: Whole) -> Whole:
        """(rows, most): the columns of some rows, filled up with the number after the last."""
        many = self.many[rows]
        place = np.arange(many.max(initial=1))
        entry = np.where(place < many[:, None], self.first[rows][:, None] + place, len(self.columns) - 1)
        return np.asarray(self.columns[entry])
