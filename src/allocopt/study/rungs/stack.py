"""One model of several rungs: a copy of the city's model for each, tied by what a rung keeps of the one below.

    min Σ_i weight_i · objective(x_i)    x_i a plan with the money of rung i    x_i[c] ≤ x_{i+1}[c] for c committed

The search on it is that of one city: lines under the loss of every copy, every copy valued by the exact formula.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays, LiveModel
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Search
from allocopt.solving.worth import TINY
from allocopt.study.frontier.point import Record

# What is started or opened, stationed or bought ahead, by component of the model. All else is decided anew.
COMMITTED = (
    "mechanisms.start",
    "prevention.start",
    "patrol.opened",
    "patrol.units",
    "supply.opened",
    "supply.bought",
)
Columns = NDArray[np.int64]


def committed(arrays: Arrays) -> Columns:
    """The columns that a rung keeps of the one below."""
    return np.flatnonzero(np.isin(arrays.components, COMMITTED))


def stacked(parts: Sequence[Arrays], weights: Sequence[float], links: Columns) -> Arrays:
    """The copies side by side, and a row for every column that is linked between two neighbours."""
    width = len(parts[0].cost)
    pairs = [(width * i + j, width * (i + 1) + j) for i in range(len(parts) - 1) for j in links.tolist()]
    starts = [np.zeros(1, dtype=np.int64)]
    for part in parts:
        starts.append(starts[-1][-1] + part.starts[1:].astype(np.int64))
    starts.append(starts[-1][-1] + 2 * np.arange(1, len(pairs) + 1))
    return Arrays(
        cost=np.concatenate([weight * part.cost for weight, part in zip(weights, parts, strict=True)]),
        offset=float(sum(weight * part.offset for weight, part in zip(weights, parts, strict=True))),
        lower=np.concatenate([part.lower for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
        whole=np.concatenate([part.whole for part in parts]),
        starts=np.concatenate(starts).astype(np.int32),
        columns=np.concatenate(
            [*(part.columns + width * i for i, part in enumerate(parts)), np.array(pairs, dtype=np.int32).ravel()]
        ).astype(np.int32),
        values=np.concatenate([*(part.values for part in parts), np.tile([-1.0, 1.0], len(pairs))]),
        row_lower=np.concatenate([*(part.row_lower for part in parts), np.zeros(len(pairs))]),
        row_upper=np.concatenate([*(part.row_upper for part in parts), np.full(len(pairs), np.inf)]),
        variables=[variable for part in parts for variable in part.variables],
        constraints=[*(row for part in parts for row in part.constraints), *[None] * len(pairs)],
    )


class Stack(Search):
    """The search on the stacked model of these rungs, lowest first."""

    def __init__(self, rungs: Sequence[Search], weights: Sequence[float]) -> None:
        self.rungs, self.weights = rungs, weights
        self.city, self.threads, self.progress, self.compiled = rungs[0].city, 1, None, None
        self.interrupted = rungs[0].interrupted
        self.width = len(rungs[0].arrays.cost)
        self.links = committed(rungs[0].arrays)
        self.arrays = stacked([rung.arrays for rung in rungs], weights, self.links)
        self.live = LiveModel(self.arrays, threads=1)
        self._row_of, self._root, self._kept = None, None, True
        shifts = self.width * np.arange(len(rungs))
        one = rungs[0]
        self._cells = [*one._cells] * len(rungs)
        self._left = np.concatenate([one._left + shift for shift in shifts])
        self._effort = np.concatenate([one._effort + shift for shift in shifts])
        self._loss = np.tile(one._loss, len(rungs))
        self._attainable = [*one._attainable] * len(rungs)

    def keep(self, below: Floats) -> None:
        """Every rung keeps at least what this plan of a rung below has started."""
        lower, upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        for at in self._linked():
            lower[at] = np.maximum(lower[at], np.minimum(below[self.links], upper[at]))
        self.live.set_all_bounds(lower, upper)

    def start_no_more(self, above: Floats) -> None:
        """No rung starts more than this plan of a rung above."""
        lower, upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        for at in self._linked():
            upper[at] = np.minimum(upper[at], np.maximum(above[self.links], lower[at]))
        self.live.set_all_bounds(lower, upper)

    def _linked(self) -> list[Columns]:
        return [self.links + self.width * i for i in range(len(self.rungs))]

    def take_lines(self, record: Record) -> None:
        """Lines that were found at a point hold in every copy."""
        for i in range(len(self.rungs)):
            self.live.add_rows(record.rows(shift=self.width * i))

    def parts(self, x: Floats) -> list[Floats]:
        """The columns of each rung."""
        return [np.asarray(part) for part in np.split(x, len(self.rungs))]

    def settle(self, x: Floats) -> Floats:
        settled = []
        self._kept = True
        for rung, part in zip(self.rungs, self.parts(x), strict=True):
            settled.append(rung.settle(part))
            self._kept = self._kept and rung._keeps_standards()
        return np.concatenate(settled)

    def _keeps_standards(self) -> bool:
        return self._kept

    def _worth_of_loss(self) -> float:
        return max(super()._worth_of_loss() * max(self.weights), TINY)
