"""A tree over what opens and unlocks, whose leaves prove bounds for any sum of money.

Branch and bound (Land and Doig 1960) by our own hand, on few columns: mechanisms, posts and depots. A mechanism is
first started "ever" or "never", then in a period. Each relaxation solved in a leaf leaves a proof: multipliers of the
rows prove a bound that is linear in the amounts of the budget lines, with any other amounts as well. So a tree grown
for one sum of money is a good start for another: only leaves whose proofs are too weak there are looked at again.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Basis, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.dive import ORDER
from allocopt.solving.proof import bound_and_multipliers
from allocopt.solving.search import Search

Amounts = Mapping[str, float]
# What opens and unlocks.
OPENS = ORDER[0]
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
    """Limits of some columns by their place, and rows "at most one of these" of which one is taken; what is proved
    within them. With amounts like `empty_at`, or less of every line, nothing fits."""

    limits: dict[int, tuple[float, float]] = field(default_factory=dict)
    taken: tuple[int, ...] = ()
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


@dataclass(frozen=True)
class Grown:
    """A tree, and those of its leaves in which a good plan is likely, the likeliest first."""

    tree: Tree
    likely: tuple[Leaf, ...]


@dataclass(frozen=True, order=True)
class _Node:
    """A leaf while the tree grows: the weakest comes first, then what was found first. Its `parts`, and the vertex from
    which they start, are known once it was looked at; it is done where it has none."""

    bound: float
    place: int
    leaf: Leaf = field(compare=False)
    parts: tuple[Leaf, ...] = field(compare=False)
    is_done: bool = field(compare=False)
    basis: Basis | None = field(compare=False)


@dataclass
class Branching:
    """Grows trees on a search whose lines (or whatever else is turned) have these `amounts`; `most` are the largest,
    with which the rows have the upper limits `row_upper`, and proofs are made in these. `rows_of_line` has the rows
    that each limits, and what a unit of it allows there."""

    search: Search
    amounts: Amounts
    most: Amounts
    rows_of_line: Mapping[str, list[tuple[int, float]]]
    row_upper: Floats
    _count: int = field(init=False, default=0)

    def grow(self, tree: Tree, near: float, nodes: int) -> Grown:
        """Look at leaves, the weakest first, until one in which nothing is open costs at most `near` more than the
        tree proves, or so many relaxations were solved."""
        heap = [self._node(leaf) for leaf in tree]
        heapq.heapify(heap)
        best = math.inf
        while nodes > 0 and heap and heap[0].bound < best - near and not heap[0].is_done:
            weakest = heapq.heappop(heap)
            for leaf in weakest.parts or (weakest.leaf,):
                nodes -= 1
                self.search.live.start_from(weakest.basis)
                node = self._looked_at(leaf)
                heapq.heappush(heap, node)
                best = min(best, node.bound) if node.is_done else best
        done = sorted(node for node in heap if node.is_done and node.bound < math.inf)
        return Grown(tuple(node.leaf for node in heap), tuple(node.leaf for node in done or heap[:1]))

    @contextmanager
    def within(self, leaf: Leaf) -> Iterator[None]:
        """The live model within the limits of a leaf. The search's root stays that of the whole."""
        live, root = self.search.live, self.search.root
        arrays = live.arrays
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        own_lower, own_upper = lower.copy(), upper.copy()
        for column, (low, high) in leaf.limits.items():
            own_lower[column], own_upper[column] = low, high
        live.set_all_bounds(own_lower, own_upper)
        levels = {row: (float(arrays.row_lower[row]), float(arrays.row_upper[row])) for row in leaf.taken}
        try:
            for row, (_, high) in levels.items():
                live.set_row(row, high, high)
            yield
        finally:
            self.search.root = root
            live.set_all_bounds(lower, upper)
            for row, level in levels.items():
                live.set_row(row, *level)

    def _node(self, leaf: Leaf, parts: tuple[Leaf, ...] = (), *, is_done: bool = False) -> _Node:
        self._count += 1
        basis = self.search.live.basis() if parts else None
        return _Node(leaf.bound(self.amounts, self.most), self._count, leaf, parts, is_done, basis)

    def _looked_at(self, leaf: Leaf) -> _Node:
        """The leaf with a proof for these amounts, and its parts where something is open in it."""
        live = self.search.live
        with self.within(leaf):
            result = live.solve(relaxed=True)
            if result.status is Status.INFEASIBLE:
                return self._node(replace(leaf, empty_at=dict(self.amounts)), is_done=True)
            if result.status is not Status.OPTIMAL or result.x is None or result.duals is None:
                return self._node(leaf, is_done=True)
            leaf = leaf.with_proof(self.proof(result.duals))
            parts = self._parts(leaf, result.x)
            return self._node(leaf, parts, is_done=not parts)

    def _parts(self, leaf: Leaf, x: Floats) -> tuple[Leaf, ...]:
        """The leaf in two, by what is farthest from whole; none where all is whole."""
        arrays = self.search.live.arrays
        row = self._farthest({row: float(x[columns].sum()) for row, columns in self._once.items()})
        if row is not None:
            never = {int(column): (float(arrays.lower[column]), 0.0) for column in self._once[row]}
            return replace(leaf, limits=leaf.limits | never), replace(leaf, taken=(*leaf.taken, row))
        opens = np.flatnonzero(arrays.whole & np.isin(arrays.components, OPENS))
        chosen = self._farthest({int(column): float(x[column]) for column in opens})
        if chosen is None:
            return ()
        down, up = float(math.floor(x[chosen])), float(math.ceil(x[chosen]))
        both = (float(arrays.lower[chosen]), down), (up, float(arrays.upper[chosen]))
        return tuple(replace(leaf, limits={**leaf.limits, chosen: limits}) for limits in both)

    @staticmethod
    def _farthest(numbers: Mapping[int, float]) -> int | None:
        """The place of the number farthest from whole; None where all are whole."""
        place = max(numbers, key=lambda each: abs(numbers[each] - round(numbers[each])), default=None)
        return place if place is not None and abs(numbers[place] - round(numbers[place])) > FRACTION else None

    def proof(self, duals: Floats) -> Proof:
        """What multipliers of the model as it stands prove within its limits, computed with the largest amounts."""
        arrays = replace(self.search.live.arrays, row_upper=self.row_upper)
        reach, y = bound_and_multipliers(arrays, duals, self.search.live.added)
        by_line = {line: sum(each * y[row] for row, each in rows) for line, rows in self.rows_of_line.items()}
        return Proof(reach, {line: float(slope) for line, slope in by_line.items()})

    @cached_property
    def _once(self) -> dict[int, NDArray[np.int64]]:
        """The columns of each row "a mechanism is started at most once". When one is started says little of what a plan
        costs, whether it is started at all says much."""
        arrays, rows = self.search.arrays, self.search.rows_of(self.search.city.model.mechanisms.started_at_most_once)
        return {row: arrays.columns[arrays.starts[row] : arrays.starts[row + 1]].astype(np.int64) for row in rows}
