"""A tree over what opens and unlocks, whose leaves prove bounds for any sum of money.

Branch and bound (Land and Doig 1960) by our own hand, on few columns: mechanisms, posts and depots first, then units
and measures. A leaf fixes some of them. Each relaxation solved in a leaf leaves a proof: multipliers of the rows prove
a bound that is linear in the amounts of the budget lines, with any other amounts as well. So a tree grown for one sum
of money is a good start for another: only leaves whose proofs are too weak there are looked at again.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from allocopt.solver import Status
from allocopt.solver.arrays import Floats
from allocopt.solving.dive import ORDER
from allocopt.solving.proof import bound_and_multipliers
from allocopt.solving.search import Search

Amounts = Mapping[str, float]
# Taken off a bound that was moved to other amounts, relative to what it was computed from: far more than rounding.
ROUNDING = 1e-12
FRACTION = 1e-5
MOST_PROOFS = 8


@dataclass(frozen=True)
class Proof:
    """No plan costs less than `reach` + Σ `by_line` · (amount − the largest amount): at most 0 by line."""

    reach: float
    by_line: dict[str, float] = field(default_factory=dict)

    def at(self, amounts: Amounts, most: Amounts) -> float:
        """The bound with these amounts, none above the largest."""
        parts = [self.reach, *(slope * (amounts[line] - most[line]) for line, slope in self.by_line.items())]
        return math.fsum(parts) - ROUNDING * math.fsum(map(abs, parts))


@dataclass(frozen=True)
class Leaf:
    """Limits of some columns by their place, and what is proved within them. With amounts like `empty_at`, or less of
    every line, nothing fits."""

    limits: dict[int, tuple[float, float]] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    empty_at: dict[str, float] = field(default_factory=dict)

    def with_proof(self, proof: Proof) -> Leaf:
        """The leaf with one more proof, and the oldest forgotten where there are many."""
        return replace(self, proofs=(*self.proofs[-(MOST_PROOFS - 1) :], proof))

    def bound(self, amounts: Amounts, most: Amounts) -> float:
        if self.empty_at and all(amounts[line] <= amount for line, amount in self.empty_at.items()):
            return math.inf
        return max((proof.at(amounts, most) for proof in self.proofs), default=-math.inf)


Tree = tuple[Leaf, ...]
ROOT: Tree = (Leaf(),)


def bound_of(tree: Tree, amounts: Amounts, most: Amounts) -> float:
    """What the tree proves with these amounts."""
    return min((leaf.bound(amounts, most) for leaf in tree), default=-math.inf)


@dataclass
class Branching:
    """Grows trees on a search whose lines have these `amounts`; `most` are the largest, with which the rows have the
    upper limits `row_upper`, and proofs are made in these."""

    search: Search
    amounts: Amounts
    most: Amounts
    rows_of_line: Mapping[str, list[int]]
    row_upper: Floats

    def grow(self, tree: Tree, enough: float, nodes: int) -> Tree:
        """Look at leaves, the weakest first, until the tree proves `enough` here, so many relaxations were solved, or
        nothing is left to branch on in the weakest."""
        live = self.search.live
        lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
        heap = [(leaf.bound(self.amounts, self.most), place, leaf) for place, leaf in enumerate(tree)]
        heapq.heapify(heap)
        count = len(heap)
        try:
            while nodes > 0 and heap and heap[0][0] < enough:
                nodes -= 1
                _, _, leaf = heapq.heappop(heap)
                parts = self._looked_at(leaf, enough, lower, upper)
                for part in parts:
                    count += 1
                    heapq.heappush(heap, (part.bound(self.amounts, self.most), count, part))
                if len(parts) == 1 and parts[0].bound(self.amounts, self.most) < enough:
                    break
        finally:
            live.set_all_bounds(lower, upper)
        return tuple(leaf for _, _, leaf in sorted(heap, key=lambda entry: entry[1]))

    def _looked_at(self, leaf: Leaf, enough: float, lower: Floats, upper: Floats) -> list[Leaf]:
        """The leaf with a proof for these amounts, or the two into which it is parted where that is not enough."""
        live = self.search.live
        own_lower, own_upper = lower.copy(), upper.copy()
        for column, (low, high) in leaf.limits.items():
            own_lower[column], own_upper[column] = low, high
        live.set_all_bounds(own_lower, own_upper)
        result = live.solve(relaxed=True)
        if result.status is Status.INFEASIBLE:
            return [replace(leaf, empty_at=dict(self.amounts))]
        if result.status is not Status.OPTIMAL or result.x is None or result.duals is None:
            return [leaf]
        proof = self.proof(result.duals)
        leaf = leaf.with_proof(proof)
        if proof.at(self.amounts, self.most) >= enough:
            return [leaf]
        column = self._to_branch_on(result.x)
        if column is None:
            return [leaf]
        down, up = math.floor(result.x[column]), math.ceil(result.x[column])
        return [
            replace(leaf, limits={**leaf.limits, column: limits})
            for limits in ((float(own_lower[column]), float(down)), (float(up), float(own_upper[column])))
        ]

    def proof(self, duals: Floats) -> Proof:
        """What multipliers of the model as it stands prove within its limits, computed with the largest amounts."""
        arrays = replace(self.search.live.arrays, row_upper=self.row_upper)
        reach, y = bound_and_multipliers(arrays, duals, self.search.live.added)
        return Proof(reach, {line: float(sum(y[row] for row in rows)) for line, rows in self.rows_of_line.items()})

    def _to_branch_on(self, x: Floats) -> int | None:
        """The column farthest from whole among the first to be decided; None where all are whole."""
        arrays = self.search.arrays
        for components in ORDER:
            columns = np.flatnonzero(arrays.whole & np.isin(arrays.components, components))
            distance = np.abs(x[columns] - np.round(x[columns]))
            if len(columns) and distance.max() > FRACTION:
                return int(columns[np.argmax(distance)])
        return None
