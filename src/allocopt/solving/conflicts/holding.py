"""Whether some of the named limits can be kept, and how little the others must give way, on the live model.

A solution counts only where it truly keeps what it should: ceilings on loss are lines in the model, which may lie too
low, so lines are added where a solution lies until it keeps them by the exact formula. That nothing keeps the limits
is believed of the relaxation or of whole numbers, after the adapter's second look.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from allocopt.solver import Status
from allocopt.solver.arrays import Floats
from allocopt.solving.conflicts.members import Lever, Member
from allocopt.solving.search import MOST_RELAXED_ROUNDS, MOST_ROUNDS, STANDARD_TOLERANCE, Search
from allocopt_models.standards import LossLeft, Requirement

# A search for any solution stops at one this near to the least loss under ceilings, as a share of these.
NEAR_ENOUGH = 0.01
# A price is sought to this share of what the relaxation proves, and for so many nodes of a search tree; a solution in
# which members give way, for so many.
PRICE_SHARE, PRICE_NODES, SHRINK_NODES = 1e-3, 10_000, 200


@dataclass(frozen=True)
class Trial:
    """Whether something is possible (None: not known in time), a solution if so, and a bound on its cost."""

    possible: bool | None
    x: Floats | None = None
    bound: float = -np.inf


class Holding:
    """The live model of a search, in which members are held or let go. `restore` puts it back as it was."""

    def __init__(self, search: Search, members: Sequence[Member], deadline: float | None) -> None:
        arrays = search.arrays
        self.search, self.members, self.deadline = search, list(members), deadline
        self._lower, self._upper = arrays.lower.copy(), arrays.upper.copy()
        self._row_lower, self._row_upper = arrays.row_lower.copy(), arrays.row_upper.copy()
        self._cost, self._offset = arrays.cost.copy(), arrays.offset
        self._tied: set[Lever] = set()
        self._has_ceilings = any(self._ceilings(self.members))

    def restore(self) -> None:
        """Put the model back as it was; lines that were added stay."""
        self._turn_to(self.members, {})
        self.search.live.set_costs(self._cost, self._offset)

    def can_hold(self, held: Collection[Member]) -> bool | None:
        """Whether these can all be kept when the others are let go."""
        self._turn_to(held, {})
        guide = self._losses_under_ceilings(held)
        return self._find(guide, held, gap=NEAR_ENOUGH if guide.any() else np.inf).possible

    def ease_all_but(self, held: Collection[Member], *, relaxed: bool) -> Trial:
        """A solution that keeps these, while the others give way as little as may be, each by shares of its unit."""
        self._turn_to(held, {})
        levers = [lever for member in self.members if member not in held for lever in member.levers]
        return self._find(self._price(levers, every=True), held, gap=NEAR_ENOUGH, relaxed=relaxed, nodes=SHRINK_NODES)

    def ease_least(self, easing: Sequence[Member]) -> Trial:
        """The least by which these must give way, in shares of their units, while all the others are kept."""
        held = [member for member in self.members if member not in easing]
        levers = [lever for member in easing for lever in member.levers]
        self._tie(levers)
        self._turn_to(held, {})
        cost = self._price(levers, every=False)
        relaxed = self._find(cost, held, gap=0.0, relaxed=True)
        if not relaxed.possible:
            return relaxed
        gap = PRICE_SHARE * max(relaxed.bound, 0.0)
        return self._find(cost, held, gap=gap, levers=levers, nodes=PRICE_NODES)

    def can_hold_at(self, amounts: Mapping[Lever, float]) -> bool | None:
        """Whether all can be kept when these levers give way by so much, and nothing else does."""
        self._turn_to(self.members, amounts)
        guide = self._losses_under_ceilings(self.members)
        return self._find(guide, self.members, gap=NEAR_ENOUGH if guide.any() else np.inf, given=amounts).possible

    def amounts(self, x: Floats, levers: Iterable[Lever]) -> dict[Lever, float]:
        """By how much each lever gives way in a solution."""
        return {lever: max(float(x[list(lever.columns)].max()), 0.0) for lever in levers}

    # The model

    def _turn_to(self, held: Collection[Member], given: Mapping[Lever, float]) -> None:
        live, upper = self.search.live, self._upper.copy()
        for member in self.members:
            if member not in held:
                upper[member.columns] = np.inf
            for row in member.rows:
                kept = member in held
                low, high = (self._row_lower[row], self._row_upper[row]) if kept else (-np.inf, np.inf)
                if (live.arrays.row_lower[row], live.arrays.row_upper[row]) != (low, high):
                    live.set_row(row, low, high)
        for lever, amount in given.items():
            upper[list(lever.columns)] = amount
        live.set_all_bounds(self._lower.copy(), upper)

    def _tie(self, levers: Iterable[Lever]) -> None:
        """Let the first column of each lever be at least as large as its others: the figure is one for all places."""
        for lever in levers:
            if lever not in self._tied:
                first, *others = lever.columns
                self.search.live.add_rows([(0.0, [first, other], [1.0, -1.0]) for other in others])
                self._tied.add(lever)

    def _price(self, levers: Sequence[Lever], *, every: bool) -> Floats:
        cost = np.zeros(self.search.live.columns)
        for lever in levers:
            columns = list(lever.columns) if every else [lever.columns[0]]
            cost[columns] = 1.0 / lever.unit / len(columns)
        return cost

    def _ceilings(self, held: Collection[Member]) -> Iterator[tuple[int, Requirement, LossLeft]]:
        """The hard ceilings on loss among these, with their number."""
        names = {member.name for member in held}
        for i, row in enumerate(self.search.city.data.requirements):
            if isinstance(row.measured, LossLeft) and row.price_cny is None and row.standard in names:
                yield i, row, row.measured

    def _losses_under_ceilings(self, held: Collection[Member]) -> Floats:
        """Costs that lead to where ceilings on loss can truly be kept: the losses under them, as shares of them."""
        cost = np.zeros(self.search.live.columns)
        column, left = self.search.arrays.column_of(), self.search.city.handles.left
        for _, row, measured in self._ceilings(held):
            for cell, loss in measured.loss_cny.items():
                if cell in left:
                    cost[column[id(left[cell])]] += loss / (measured.heads * max(row.required, 1e-9))
        return cost / max(float(cost.max(initial=0.0)), 1.0)

    # Solving

    def _find(
        self,
        cost: Floats,
        held: Collection[Member],
        *,
        gap: float,
        relaxed: bool = False,
        nodes: int | None = None,
        given: Mapping[Lever, float] | None = None,
        levers: Sequence[Lever] = (),
    ) -> Trial:
        """A solution of the model as it stands, near the least cost, that truly keeps what is held. `levers` are priced
        by what they truly give way, which may be more than the model's lines say."""
        live, search = self.search.live, self.search
        if self.deadline is not None and time.monotonic() > self.deadline:
            return Trial(None)
        live.set_costs(cost, 0.0)
        if relaxed:
            return self._relaxed()
        if live.solve(relaxed=True, deadline=self.deadline).status is Status.INFEASIBLE:
            return Trial(False)
        for _ in range(MOST_ROUNDS):
            result = live.solve(absolute_gap=gap, deadline=self.deadline, nodes=nodes)
            if result.status is Status.INFEASIBLE:
                return Trial(False)
            if result.x is None or result.interrupted:
                return Trial(None)
            x = search.decided(result.x)
            exact = search.settle(x)
            if search.arrays.allows(x) and self._truly_held(exact, held, given or {}):
                true = self._with_true(levers, x, exact)
                worth = sum(amount / lever.unit for lever, amount in self.amounts(true, levers).items())
                if worth <= result.bound + max(2 * gap, STANDARD_TOLERANCE) or not self._tighten(x):
                    return Trial(True, true, result.bound)
            elif not self._tighten(x):
                return Trial(None)
        return Trial(None)

    def _relaxed(self) -> Trial:
        """The same without whole numbers, as a guide: that nothing keeps the limits is proved, a solution is none."""
        for last in (*[False] * MOST_RELAXED_ROUNDS, True):
            result = self.search.live.solve(relaxed=True, deadline=self.deadline)
            if result.status is Status.INFEASIBLE:
                return Trial(False)
            if result.x is None or result.interrupted:
                return Trial(None)
            if last or not self._tighten(result.x):
                break
        return Trial(True, result.x, result.bound)

    def _tighten(self, x: Floats) -> bool:
        return self._has_ceilings and self.search.tighten(x)

    @staticmethod
    def _with_true(levers: Iterable[Lever], x: Floats, exact: Floats) -> Floats:
        """A solution in which levers have what they truly give way by."""
        columns = [j for lever in levers for j in lever.columns]
        true = x.copy()
        true[columns] = exact[columns]
        return true

    def _truly_held(self, exact: Floats, held: Collection[Member], given: Mapping[Lever, float]) -> bool:
        """Whether a settled solution keeps the ceilings on loss among these, as nearly as every plan does."""
        column, short = self.search.arrays.column_of(), self.search.city.model.standards.short
        allowed = {j: amount for lever, amount in given.items() for j in lever.columns}
        for i, row, _ in self._ceilings(held):
            j = column[id(short[i])]
            if exact[j] > allowed.get(j, 0.0) + STANDARD_TOLERANCE * max(abs(row.required), 1e-12):
                return False
        return True
