"""Rows for maximal covering that whole numbers keep and the relaxation breaks.

    Σ_{g in M} missed[g] + Σ_s ⌈a[s] / 2⌉ x[s] ≥ (|M| + 1) / 2        a[s] groups of M are reached by station s

for a set M of an odd number of groups: half the sum of their rows, rounded up ({0, ½} cuts: Caprara and Fischetti
1996). Of three groups it says that something is missed, or one station reaches all three, or two are needed (Balas and
Ng 1989). A solution breaks it where

    odds(M) = Σ_{g in M} (missed[g] + spare[g]) + Σ_{s: a[s] odd} x[s] < 1,      spare[g] = missed[g] + Σ x − 1

and odds change by little where two groups that are reached by nearly the same stations come in or go. So sets grow
around each group, two groups at a time, always those that leave the least odds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.same_rows import same_rows

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
# A station that is taken by less is none.
LEAST = 1e-9
# Groups that are missed and reached by more than this in all are in no set.
MOST_SPARE = 0.3
# So many groups are looked at, each with so many around it at most; so many are compared with all others at once.
MOST_GROUPS, MOST_AROUND, AT_ONCE = 5000, 300, 500
# A row counts as broken from here on, and a group is in so many new ones at most.
BROKEN, MOST_OF_A_GROUP = 0.01, 8


class Effort(NamedTuple):
    """Around each group so many sets of three grow, of odds below `most_odds`, by so many pairs of groups, none of
    which adds more odds than `most_added`. It is worth while as long as so many rounds of rows close the share `closes`
    of what is open between the bound and the best plan."""

    starts: int
    most_odds: float
    pairs: int
    most_added: float
    rounds: int
    closes: float


SLIGHT = Effort(starts=3, most_odds=1.3, pairs=4, most_added=0.1, rounds=2, closes=0.1)
SMALL = Effort(starts=6, most_odds=1.4, pairs=4, most_added=0.1, rounds=4, closes=0.02)
GREAT = Effort(starts=25, most_odds=1.8, pairs=6, most_added=0.3, rounds=4, closes=0.02)


class Set(NamedTuple):
    """How much its row is broken by, and its groups."""

    by: float
    groups: tuple[int, ...]


@dataclass
class OddSets:
    """The rows of a covering problem's odd sets; columns are the stations, then what is missed of each group. `stop` is
    asked now and then."""

    reached: csr_array
    stop: Callable[[], bool] = lambda: False
    known: set[tuple[int, ...]] = field(default_factory=set)

    def broken(self, x: Floats, most: int, effort: Effort) -> list[Row]:
        """At most so many new rows that a solution breaks: the worst, spread over the groups."""
        uses, rows = np.zeros(self.reached.shape[0], dtype=np.int64), list[Row]()
        for _, groups in sorted(self._sets(x, effort), key=lambda each: (-each.by, each.groups)):
            if groups in self.known or uses[list(groups)].max() >= MOST_OF_A_GROUP:
                continue
            uses[list(groups)] += 1
            self.known.add(groups)
            rows.append(self.row(groups))
            if len(rows) >= most:
                break
        return rows

    def forget_all_but(self, rows: Sequence[Row]) -> None:
        """Only these rows are in the model still."""
        stations = self.reached.shape[1]
        self.known = {tuple(column - stations for column in columns if column >= stations) for _, columns, _ in rows}

    def row(self, groups: tuple[int, ...]) -> Row:
        """The row of a set."""
        parts = [self.reached.indices[self.reached.indptr[g] : self.reached.indptr[g + 1]] for g in groups]
        stations, times = np.unique(np.concatenate(parts), return_counts=True)
        missed = self.reached.shape[1] + np.array(groups)
        values = np.concatenate([np.ceil(times / 2), np.ones(len(groups))])
        return (len(groups) + 1) / 2, np.concatenate([stations, missed]).tolist(), values.tolist()

    def _sets(self, x: Floats, effort: Effort) -> set[Set]:
        """Sets whose rows a solution breaks."""
        stations = self.reached.shape[1]
        used = np.flatnonzero(x[:stations] > LEAST)
        share, missed = x[used], x[stations : stations + self.reached.shape[0]]
        near = csr_array(self.reached[:, used])
        near.sort_indices()
        costs = 2.0 * missed + near @ share - 1.0
        groups = self._groups(near, missed, costs)
        near, costs = csr_array(near[groups]), costs[groups]
        found = set[Set]()
        for around in _neighbourhoods(near, share):
            if self.stop():
                break
            block = _Block.of(csr_array(near[around]), share, costs[around])
            for by, rows in block.sets(effort):
                found.add(Set(by, tuple(np.sort(groups[around[list(rows)]]).tolist())))
        return found

    def _groups(self, near: csr_array, missed: Floats, costs: Floats) -> Whole:
        """One group of each set of those that the same used stations reach, the least missed; none of much spare."""
        order = np.argsort(missed, kind="stable")
        order = order[(costs[order] - missed[order] < MOST_SPARE) & (np.diff(near.indptr)[order] > 0)]
        first = np.sort(np.unique(same_rows(near)[order], return_index=True)[1])
        return np.sort(order[first[:MOST_GROUPS]])


def _neighbourhoods(near: csr_array, share: Floats) -> Iterator[Whole]:
    """Of each group, itself and then those with which it shares most of what is taken, where there are two at least."""
    weighed = csr_array(near.multiply(share[None, :]))
    for first in range(0, near.shape[0], AT_ONCE):
        shared = csr_array(weighed[first : first + AT_ONCE] @ near.T)
        for row in range(shared.shape[0]):
            entries = slice(shared.indptr[row], shared.indptr[row + 1])
            others, by = shared.indices[entries], shared.data[entries]
            others = others[np.lexsort((others, -by))]
            others = others[others != first + row][: MOST_AROUND - 1]
            if len(others) > 1:
                yield np.concatenate([[first + row], np.sort(others)]).astype(np.int64)


@dataclass(frozen=True)
class _Block:
    """A group, which comes first, and those that share a used station with it: (groups, stations), 1 where reached."""

    near: NDArray[np.float32]
    share: NDArray[np.float32]
    costs: NDArray[np.float32]

    @staticmethod
    def of(near: csr_array, share: Floats, costs: Floats) -> _Block:
        stations, place = np.unique(near.indices, return_inverse=True)
        dense = np.zeros((near.shape[0], len(stations)), dtype=np.float32)
        dense[np.repeat(np.arange(len(costs)), np.diff(near.indptr)), place] = 1.0
        return _Block(dense, share[stations].astype(np.float32), costs.astype(np.float32))

    def sets(self, effort: Effort) -> list[tuple[float, tuple[int, ...]]]:
        """Sets with the first group in them that are broken, and by how much."""
        taken, odds = self._threes(effort)
        found = list[tuple[float, tuple[int, ...]]]()
        for _ in range(effort.pairs):
            if not len(taken):
                break
            found += [
                ((1.0 - float(odds[i])) / 2, tuple(np.flatnonzero(taken[i]).tolist()))
                for i in np.flatnonzero(odds < 1.0 - 2 * BROKEN).tolist()
            ]
            added = self._added(taken)
            best = added.reshape(len(taken), -1).argmin(axis=1)
            one, other = np.divmod(best, len(self.costs))
            add = added[np.arange(len(taken)), one, other]
            every = np.arange(len(taken))
            taken[every, one] = taken[every, other] = True
            going_on = add < effort.most_added
            taken, odds = taken[going_on], odds[going_on] + add[going_on]
        return found

    def _threes(self, effort: Effort) -> tuple[Flags, Floats]:
        """The likeliest sets of three, and their odds."""
        first = np.zeros((1, len(self.costs)), dtype=bool)
        first[0, 0] = True
        added = self._added(first)[0]
        other = added.argmin(axis=1)
        best = added[np.arange(len(other)), other]
        order = np.argsort(best, kind="stable")
        order = order[(order < other[order]) | (other[other[order]] != order)]  # each pair once
        alone = float(self.near[0] @ self.share + self.costs[0])
        order = order[best[order] + alone < effort.most_odds][: effort.starts]
        taken = np.repeat(first, len(order), axis=0)
        every = np.arange(len(order))
        taken[every, order] = taken[every, other[order]] = True
        return taken, alone + best[order]

    def _added(self, taken: Flags) -> Floats:
        """(sets, groups, groups): the odds that a pair of groups adds to each set; infinite for those in it."""
        odd = (taken @ self.near) % 2
        weight = self.share * (1.0 - 2.0 * odd)
        alone = np.where(taken, np.inf, weight @ self.near.T + self.costs)
        both = (self.near * weight[:, None, :]) @ self.near.T
        added: Floats = alone[:, :, None] + alone[:, None, :] - 2.0 * both
        every = np.arange(len(self.costs))
        added[:, every, every] = np.inf
        return added
