"""One point of the frontier: the best plan with so much allowed, from what earlier points found.

The relaxation is solved from where that of a neighbour stood, with the lines that were found there. Its multipliers
prove a bound for every other sum as well. What opens and unlocks is decided by a tree that all points share; a plan is
sought by diving from its likeliest leaves, and only then by the ordinary search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from allocopt.city import City
from allocopt.plan import Plan
from allocopt.solver import Basis
from allocopt.solver.highs import BASIC
from allocopt.solver.passing import Row
from allocopt.solving.branching import ROOT, Tree, bound_of
from allocopt.solving.run import tell_plan
from allocopt.solving.search import Found, Search, Targets
from allocopt.study.frontier.live import ONE_AT_A_TIME, Ground, Live, live
from allocopt.study.frontier.packing import packed, unpacked
from allocopt.study.keeping import Ended
from allocopt.tell.outcomes import loss_if_nobody_acts

# Nodes of search trees, and relaxations of our own tree: the same on every machine, unlike seconds.
MOST_NODES, MOST_RELAXATIONS = 3000, 60
# Leaves of it from which is dived.
MOST_LEAVES = 2
# The growing of a tree stops at this share of the gap that is allowed.
TREE_SHARE = 0.2

# What it took to know a point: what was known of its neighbours, its relaxation, dives, an ordinary search.
HOW = ("known", "relaxation", "dive", "search")


@dataclass(frozen=True)
class Record:
    """What is kept of a point. Infinite: an `objective` without a plan, a `bound` where there can be none.

    `tree` proves a bound for any point. `x` are the plan's columns; `levels`, `columns` and `values` the rows found, of
    two columns each; `vertex` where the relaxation stood; all packed.
    """

    share: float
    status: str
    how: str
    objective: float
    bound: float
    tree: Tree
    x: str
    levels: str
    columns: str
    values: str
    vertex: tuple[str, str] | None = None
    has_plan: bool = False
    loss: float = np.inf
    spending: float = np.inf
    loss_if_nobody_acts: float = np.inf

    def rows(self, *, shift: int = 0) -> list[Row]:
        """The rows found, their columns so many places on."""
        levels, columns, values = (unpacked(part) for part in (self.levels, self.columns, self.values))
        pairs, both = (columns.reshape(-1, 2) + shift).tolist(), values.reshape(-1, 2).tolist()
        return list(zip(levels.tolist(), pairs, both, strict=True))


@dataclass(frozen=True)
class Point:
    """A point to be solved. `near` is the point from whose relaxation it starts; `below` has the best plan where
    less is allowed; `known` is a bound that is proved already; `tree` proves most of all that were grown. `tell_only`:
    the plan below is this point's, and is not sought further."""

    ground: Ground
    city: City
    share: float
    near: Record | None
    below: Record | None
    known: float
    tree: Tree = ROOT
    tell_only: bool = False


def solve_point(point: Point) -> Ended:
    """The plan of a point, written as a plan of its own, with a bound."""
    with ONE_AT_A_TIME:
        return _Solving(point, live(point.ground)).ended()


class _Solving:
    def __init__(self, point: Point, model: Live) -> None:
        self.point, self.live = point, model
        self.options = point.ground.options
        self.search = model.search(point.city)
        nobody = loss_if_nobody_acts(self.search.city.data)
        gap_avoided = self.options.gap_avoided if self.options.is_loss else None
        self.targets = Targets(self.options.gap, gap_avoided, nobody, None, nodes=MOST_NODES)
        self.branching = model.branching(self.search, point.city)
        self.tree = point.tree
        self.vertex: Basis | None = None

    def ended(self) -> Ended:
        found = Found(bound=self.point.known)
        self._take_up(found)
        how = self._sought(found)
        record = self._record(found, how)
        if found.x is None:
            return Ended(record)
        plan = told(self.live, self.search, self.point.city, found)
        figures = plan.manifest
        record = replace(
            record,
            status=plan.status,
            has_plan=True,
            objective=float(figures["objective"]),
            loss=float(figures["loss"]),
            loss_if_nobody_acts=float(figures["loss_if_nobody_acts"]),
            spending=float(figures["spending"]),
        )
        return Ended(record, plan)

    def _sought(self, found: Found) -> str:
        """Search as far as it takes; what it took, in a word of HOW."""
        if self.point.tell_only or self._reached(found):
            return "known"
        relaxed = self.search.tighten_relaxed(self.targets, found)
        self.vertex = self.search.live.basis()
        if relaxed is None:
            return "search"
        self._prove(found)
        if self._reached(found):
            return "relaxation"
        self._dive(found)
        if self._reached(found):
            return "dive"
        self.search.run(self.targets, start=found)
        return "search"

    def _reached(self, found: Found) -> bool:
        return self.search.reached(self.targets, found)

    def _take_up(self, found: Found) -> None:
        """Lines and vertex of the neighbour, and the plan of the point below, which is allowed less and fits."""
        if self.point.near is not None:
            start_like(self.search, self.point.near)
        if self.point.below is not None and self.point.below.x:
            x = unpacked(self.point.below.x)
            if self.search.arrays.allows(x):
                self.search.keep_if_better(x, found)

    def _prove(self, found: Found) -> None:
        """What the relaxation's multipliers prove holds in every leaf of the tree."""
        result = self.search.live.solve(relaxed=True)
        if result.duals is not None:
            proof = self.branching.proof(result.duals)
            self.tree = tuple(leaf.with_proof(proof) for leaf in self.tree)
            found.bound = max(found.bound, result.bound)

    def _dive(self, found: Found) -> None:
        """Decide by the tree what opens and unlocks, and dive from there."""
        near = TREE_SHARE * self.targets.allowed(found.bound, found.bound)
        self.search.live.start_from(self.vertex)
        grown = self.branching.grow(self.tree, near, MOST_RELAXATIONS)
        self.tree = grown.tree
        found.bound = max(found.bound, bound_of(self.tree, self.branching.amounts, self.branching.most))
        for units, leaf in product((True, False), grown.likely[:MOST_LEAVES]):
            if self._reached(found):
                return
            with self.branching.within(leaf):
                relaxed = self.search.tighten_relaxed(self.targets, Found())
                if relaxed is not None:
                    self.search.dive(self.targets, found, relaxed, units=units)

    def _record(self, found: Found, how: str) -> Record:
        added, vertex = self.search.live.added, self.vertex
        if vertex is not None:
            added, vertex = tight(added, vertex, len(self.search.arrays.row_lower))
        levels, columns, values = packed_rows(added)
        return Record(
            share=self.point.share,
            status="infeasible" if found.infeasible else "no_plan",
            how=how,
            objective=found.objective,
            bound=np.inf if found.infeasible else min(found.bound, found.objective),
            tree=self.tree,
            x="" if found.x is None else packed(found.x),
            vertex=packed_vertex(vertex),
            levels=levels,
            columns=columns,
            values=values,
        )


def told(model: Live, search: Search, city: City, found: Found) -> Plan:
    """What a search of the model for a city found, as a plan of its own."""
    options = model.ground.options
    arranged = replace(model.arranged, data=search.city.data)
    gap_avoided = options.gap_avoided if options.is_loss else None
    targets = Targets(options.gap, gap_avoided, loss_if_nobody_acts(search.city.data), None, nodes=MOST_NODES)
    return tell_plan(city, options, arranged, search, found, targets, thoughts=False)[0]


def start_like(search: Search, record: Record) -> None:
    """Start with the lines of a record, where its relaxation stood."""
    search.live.add_rows(record.rows())
    vertex = record.vertex
    search.live.start_from(None if vertex is None else (unpacked(vertex[0]), unpacked(vertex[1])))


def tight(added: Sequence[Row], vertex: Basis, own: int) -> tuple[list[Row], Basis]:
    """Rows without those that hold nobody at a vertex, which stays one without them; the model's `own` rows, and what
    was added since, stay."""
    columns, rows = vertex
    holds = np.ones(own + len(added), dtype=bool)
    holds[own : len(rows)] = rows[own:] != BASIC
    kept = [row for row, stays in zip(added, holds[own:].tolist(), strict=True) if stays]
    return kept, (columns, rows[holds[: len(rows)]])


def packed_vertex(vertex: Basis | None) -> tuple[str, str] | None:
    """Where a relaxation stands, for a record."""
    return None if vertex is None else (packed(vertex[0]), packed(vertex[1]))


def packed_rows(rows: Sequence[Row]) -> tuple[str, str, str]:
    """Levels, columns and values of rows of two columns each, for a record."""
    columns = np.array([columns for _, columns, _ in rows], dtype=np.int64).reshape(-1, 2)
    values = np.array([values for _, _, values in rows], dtype=np.float64).reshape(-1, 2)
    return (
        packed(np.array([level for level, _, _ in rows], dtype=np.float64)),
        packed(columns.ravel()),
        packed(values.ravel()),
    )
