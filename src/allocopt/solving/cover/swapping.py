"""Walks from plan to plan: every step is the best swap of a station that is taken for one that is not, even where the
plan gets worse by it; what has come stays for a while, and what has gone stays away (tabu search: Glover 1989).

All swaps are weighed at once (Resende and Werneck 2007). One misses more by

    loss[p] − gain[s] − extra[p, s]        station s comes in the place p of one that goes

where `loss` is what is missed without the one that goes, `gain` what s reaches of what is missed now, and `extra` what
s reaches of that loss.

Where nearly everything can be covered, what stays missed weighs more with every step, until somebody comes for it (row
weighting local search: Gao, Yao, Weise and Li 2015).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array

from allocopt.solver.arrays import Floats
from allocopt.solving.cover.regions import Whole
from allocopt.solving.covering import Problem

# How long a station stays, and how long it stays away: between these shares of as many steps as there are stations in a
# plan; and where weights see to it that it does not just come back.
STAYS, STAYS_AWAY = (0.25, 0.5), (0.5, 1.0)
INSISTENT_STAYS, INSISTENT_STAYS_AWAY = (0.02, 0.05), (0.05, 0.1)
# A walk keeps account of so many pairs of a station that goes and one that comes at most (two arrays of 80 MB).
MOST_PAIRS = 2 * 10**7
# Whether to stop is asked once in so many steps.
STEPS_A_LOOK = 100


def can_walk(problem: Problem) -> bool:
    """Whether the account of a walk fits."""
    return problem.p * problem.reached.shape[1] <= MOST_PAIRS


class Walk:
    """A walk that begins with a plan; `taken` is its plan now, and `missed` what that misses. Where it is `insistent`,
    what is missed weighs more with every step."""

    def __init__(self, problem: Problem, taken: Whole, draw: np.random.Generator, insistent: bool = False) -> None:
        reached = problem.reached
        (groups, self.stations), places = reached.shape, len(taken)
        self.own, self.weight, self.draw, self.insistent = problem.weight, problem.weight.copy(), draw, insistent
        self.stay, self.stay_away = (INSISTENT_STAYS, INSISTENT_STAYS_AWAY) if insistent else (STAYS, STAYS_AWAY)
        self.groups_of, self.stations_of = _Lists(csr_array(reached.T)), _Lists(reached)
        self.marked = np.zeros(groups, dtype=bool)
        self.taken, self.step = taken.copy(), 0
        self.count = problem.reaching(taken).astype(np.int64)
        # The sum of the places of those that reach a group: where there is one, its place.
        self.places = np.asarray(reached[:, taken] @ np.arange(places), dtype=np.int64)
        alone = np.where(self.count == 1, self.weight, 0.0)
        mine = csr_array(reached[:, taken].multiply(alone[:, None])).T
        self.gain = (reached.T @ np.where(self.count == 0, self.weight, 0.0)).astype(np.float32)
        self.loss = mine.sum(axis=1).astype(np.float32)
        self.extra = np.ascontiguousarray((mine @ reached).toarray(), dtype=np.float32)
        self.missed = float(self.own[self.count == 0].sum())
        self.stays, self.away = np.zeros(places, dtype=np.int64), np.zeros(self.stations, dtype=np.int64)
        self.away[taken] = np.iinfo(np.int64).max

    def on(self, steps: int, stop: Callable[[], bool]) -> Whole:
        """The best plan that so many steps come to; it ends where nothing is missed."""
        best, least = self.taken.copy(), self.missed
        brings = np.empty_like(self.extra)
        for step in range(steps):
            if least <= 0 or (step % STEPS_A_LOOK == 0 and stop()):
                break
            self.step += 1
            np.add(self.extra, np.where(self.away > self.step, -np.inf, self.gain).astype(np.float32), out=brings)
            change = np.where(self.stays > self.step, np.inf, self.loss - brings.max(axis=1))
            place = int(change.argmin())
            if change[place] < np.inf:
                self._swap(place, int(brings[place].argmax()))
                if self.missed < least:
                    best, least = self.taken.copy(), self.missed
                if self.insistent:
                    self._insist()
        return np.sort(best)

    def _swap(self, place: int, station: int) -> None:
        gone, self.taken[place] = self.taken[place], station
        self.away[gone], self.away[station] = self._until(self.stay_away), np.iinfo(np.int64).max
        self.stays[place] = self._until(self.stay)
        left, come = self._changed(self.groups_of.row(gone), self.groups_of.row(station))
        self.count[left] -= 1
        self.places[left] -= place
        none, one = left[self.count[left] == 0], left[self.count[left] == 1]
        first, second = come[self.count[come] == 0], come[self.count[come] == 1]
        mine = len(first) + len(none)
        groups = np.concatenate([first, none, second, one])
        places = np.concatenate([np.full(mine, place), self.places[groups[mine:]]])
        self.count[come] += 1
        self.places[come] += place
        amounts = self.weight[groups]
        amounts[len(first) : mine + len(second)] *= -1
        self.missed += float(self.own[none].sum() - self.own[first].sum())
        np.add.at(self.loss, places, amounts)
        self._spread(groups, places, amounts, mine)

    def _spread(self, groups: Whole, places: Whole, amounts: Floats, mine: int) -> None:
        many, stations = self.stations_of.joined(groups)
        spread = np.repeat(amounts, many).astype(np.float32)
        np.add.at(self.extra.reshape(-1), np.repeat(places * self.stations, many) + stations, spread)
        mine = many[:mine].sum()
        np.subtract.at(self.gain, stations[:mine], spread[:mine])

    def _insist(self) -> None:
        missed = np.flatnonzero(self.count == 0)
        self.weight[missed] += self.own[missed]
        many, stations = self.stations_of.joined(missed)
        np.add.at(self.gain, stations, np.repeat(self.own[missed], many).astype(np.float32))

    def _changed(self, before: Whole, now: Whole) -> tuple[Whole, Whole]:
        """The groups only of the one that goes, and only of the one that comes."""
        self.marked[before] = True
        come = now[~self.marked[now]]
        self.marked[now] = False
        left = before[self.marked[before]]
        self.marked[before] = False
        return left, come

    def _until(self, share: tuple[float, float]) -> int:
        least, most = share
        return self.step + int((least + (most - least) * self.draw.random()) * len(self.taken))


class _Lists:
    """The columns of each row of a matrix."""

    def __init__(self, matrix: csr_array) -> None:
        self.first = matrix.indptr.astype(np.int64)
        self.many = np.diff(self.first)
        self.columns = matrix.indices.astype(np.int64)

    def row(self, row: int) -> Whole:
        return self.columns[self.first[row] : self.first[row + 1]]

    def joined(self, rows: Whole) -> tuple[Whole, Whole]:
        """How many columns each of some rows has, and they, one row after the other."""
        many = self.many[rows]
        entry = np.repeat(self.first[rows] - many.cumsum() + many, many) + np.arange(many.sum())
        return many, self.columns[entry]
