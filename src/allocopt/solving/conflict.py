"""What cannot hold together, by name, and the cheapest way to let it.

Every hard standard has a shortfall held at zero and every budget line an extra held at zero. Letting go of some and
asking whether the rest can hold finds a smallest set that cannot (deletion filter: Chinneck and Dravnieks 1991), proved
with whole numbers. Letting go of all standards, or of all lines, at a price finds the cheapest repair.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from allocopt.solver import Status
from allocopt.solver.arrays import Floats
from allocopt.solving.search import MOST_ROUNDS, Search
from allocopt_models.standards import LossLeft

# Shortfalls below this, relative, are the solver's dust.
DUST = 1e-6


@dataclass(frozen=True)
class _Letting:
    """The columns that let go of each standard and of each line."""

    standards: dict[str, list[int]]
    lines: dict[str, list[int]]
    unit: dict[int, float]

    @property
    def names(self) -> dict[str, list[int]]:
        return {**{f"budget line {name}": cols for name, cols in self.lines.items()}, **self.standards}


def find_conflict(search: Search, deadline: float | None) -> dict[str, Any]:
    """The names that cannot hold together, whether that set is proved smallest, and the cheapest repairs."""
    letting = _letting(search)
    lower, upper = search.arrays.lower.copy(), search.arrays.upper.copy()
    cost, offset = search.arrays.cost.copy(), search.arrays.offset
    try:
        repairs = _repairs(search, letting, letting.standards, "standard", upper, deadline)
        repairs += _repairs(search, letting, letting.lines, "budget line", upper, deadline)
        names, proved = _smallest_set(search, letting, upper, deadline)
    finally:
        search.live.set_all_bounds(lower, upper)
        search.live.set_costs(cost, offset)
    return {"standards": names, "proved": proved, "repairs": repairs}


def _letting(search: Search) -> _Letting:
    column = search.arrays.column_of()
    model, data = search.city.model, search.city.data
    standards: dict[str, list[int]] = defaultdict(list)
    lines: dict[str, list[int]] = {}
    unit: dict[int, float] = {}
    for i, row in enumerate(data.requirements):
        j = column.get(id(model.standards.short[i]))
        if row.price_cny is None and j is not None:
            standards[row.standard].append(j)
            unit[j] = max(abs(row.required), 1.0)
    for name, line in data.lines.items():
        j = column.get(id(model.money.extra[name]))
        if j is not None:
            lines[name] = [j]
            unit[j] = max(line.amount_cny, 1.0)
    return _Letting(dict(standards), lines, unit)


def _let_go(upper: Floats, columns: list[int]) -> Floats:
    loose = upper.copy()
    loose[columns] = np.inf
    return loose


def _repairs(
    search: Search,
    letting: _Letting,
    group: dict[str, list[int]],
    kind: str,
    upper: Floats,
    deadline: float | None,
) -> list[dict[str, Any]]:
    """The least that must give way if only these may: standards by the share they are missed, lines by money."""
    columns = [j for cols in group.values() for j in cols]
    if not columns:
        return []
    cost = np.zeros(search.live.columns)
    cost[columns] = [1.0 / letting.unit[j] if kind == "standard" else 1.0 for j in columns]
    search.live.set_all_bounds(search.arrays.lower.copy(), _let_go(upper, columns))
    search.live.set_costs(cost, 0.0)
    result = search.live.solve(deadline=deadline)
    for _ in range(MOST_ROUNDS):  # ceilings on loss hold truly only where lines have been added
        if result.x is None or not search.tighten(result.x):
            break
        result = search.live.solve(deadline=deadline)
    search.live.set_all_bounds(search.arrays.lower.copy(), upper)
    if result.x is None:
        return []
    return [
        {"kind": kind, "name": name, "amount": amount, "proved": result.status is Status.OPTIMAL}
        for name, cols in group.items()
        if (amount := max(float(result.x[j]) for j in cols)) > DUST * min(letting.unit[j] for j in cols)
    ]


def _smallest_set(search: Search, letting: _Letting, upper: Floats, deadline: float | None) -> tuple[list[str], bool]:
    """Let go of one name after the other; what the rest cannot hold without stays.

    That the set cannot hold is always proved. That it is smallest is not (False) when time ran out, or when a ceiling
    on loss is in it, for the model's lines may let that hold where it truly does not.
    """
    names, in_time = letting.names, True
    search.live.set_costs(np.zeros(search.live.columns), 0.0)
    needed = dict(names)
    for name in list(names):
        if deadline is not None and time.monotonic() > deadline:
            in_time = False
            break
        without = [j for other, cols in names.items() if other not in needed or other == name for j in cols]
        search.live.set_all_bounds(search.arrays.lower.copy(), _let_go(upper, without))
        if _cannot_hold(search, deadline):
            del needed[name]
    ceilings = {row.standard for row in search.city.data.requirements if isinstance(row.measured, LossLeft)}
    return sorted(needed), in_time and not ceilings & needed.keys()


def _cannot_hold(search: Search, deadline: float | None) -> bool:
    """Whether nothing satisfies the rows as they stand; the relaxation is asked first, it is quick."""
    if search.live.solve(relaxed=True, deadline=deadline).status is Status.INFEASIBLE:
        return True
    return search.live.solve(deadline=deadline, absolute_gap=np.inf).status is Status.INFEASIBLE
