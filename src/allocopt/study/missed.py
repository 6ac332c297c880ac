"""What cannot be kept: which hard standards are missed, where and by how much, and what is lost then.

Every hard standard has a shortfall that is held at nought, and so has every budget line. These are let go of: first the
least sum of shortfalls is sought, each relative to what is required, then the best plan among those that miss no more
(lexicographic). Lines give way only where standards alone do not help.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from pyomo.core import value

from allocopt.solver import Result
from allocopt.solver.arrays import Floats
from allocopt.solving.search import MOST_ROUNDS, Found, Search, Targets

# A shortfall below this, relative to what is required, is the solver's dust.
DUST = 1e-6


@dataclass(frozen=True)
class Missed:
    """One scope of a standard that is missed, or a budget line that is overspent."""

    standard: str
    scenario: str
    site: str
    area: str
    period: str
    required: float
    reached: float


@dataclass(frozen=True)
class _Letting:
    """The columns that let go, and what their shortfalls are measured by."""

    columns: list[int]
    unit: list[float]


def least_missed(search: Search, targets: Targets, *, lines: bool) -> Found:
    """The best plan within the bounds as they are among those that miss the least; with `lines`, of money as well.
    The search's model then holds it, settled."""
    standards = _standards(search)
    found = _search(search, _with_lines(search, standards) if lines else standards, targets)
    if found.x is not None:
        search.settle(found.x)
    return found


def what_is_missed(search: Search, x: Floats) -> list[Missed]:
    """All that the settled plan misses."""
    return [*_missed_standards(search), *_overspent_lines(search, x)]


def shortfalls(search: Search) -> dict[int, float]:
    """By number of the requirement, how far the settled plan misses a hard standard, as far as it does at all."""
    short = search.city.model.standards.short
    hard = [i for i, row in enumerate(search.city.data.requirements) if row.price_cny is None]
    return {i: float(value(short[i])) for i in hard if value(short[i]) > 0}


def least_shortfall(search: Search, targets: Targets) -> tuple[float, float]:
    """The least sum of shortfalls of hard standards within the bounds as they are: none can be less than the first, and
    the second was found."""
    with _letting_go(search, _standards(search)):
        result = _least(search, targets)
    return result.bound, np.inf if result.x is None else result.objective


def _search(search: Search, letting: _Letting, targets: Targets) -> Found:
    """The best plan among those with the least shortfalls."""
    cost, offset = search.arrays.cost.copy(), search.arrays.offset
    with _letting_go(search, letting):
        result = _least(search, targets)
        search.live.set_costs(cost, offset)
        if result.x is None:
            return Found()
        most = max(result.objective, 0.0) * (1.0 + DUST) + DUST
        search.live.add_rows([(-most, letting.columns, [-1.0 / unit for unit in letting.unit])])
        return search.run(targets)


@contextmanager
def _letting_go(search: Search, letting: _Letting) -> Iterator[None]:
    """With the bounds as they are but these columns free, and only their shortfalls as costs."""
    lower, upper = search.arrays.lower.copy(), search.arrays.upper.copy()
    cost, offset = search.arrays.cost.copy(), search.arrays.offset
    loose, shortfall = upper.copy(), np.zeros(search.live.columns)
    loose[letting.columns] = np.inf
    shortfall[letting.columns] = 1.0 / np.array(letting.unit)
    search.live.set_all_bounds(lower, loose)
    search.live.set_costs(shortfall, 0.0)
    try:
        yield
    finally:
        search.live.set_costs(cost, offset)
        search.live.set_all_bounds(lower, upper)


def _least(search: Search, targets: Targets) -> Result:
    """The least sum of shortfalls."""
    result = search.live.solve(deadline=targets.deadline, nodes=targets.nodes)
    for _ in range(MOST_ROUNDS):  # ceilings on loss hold truly only where lines have been added
        if result.x is None or not search.tighten(result.x):
            break
        result = search.live.solve(deadline=targets.deadline, nodes=targets.nodes)
    return result


def _standards(search: Search) -> _Letting:
    column, short = search.arrays.column_of(), search.city.model.standards.short
    hard = [i for i, row in enumerate(search.city.data.requirements) if row.price_cny is None]
    known = [i for i in hard if id(short[i]) in column]
    units = [_unit(search.city.data.requirements[i].required) for i in known]
    return _Letting([column[id(short[i])] for i in known], units)


def _with_lines(search: Search, standards: _Letting) -> _Letting:
    column, extra = search.arrays.column_of(), search.city.model.money.extra
    known = [name for name in search.city.data.lines if id(extra[name]) in column]
    columns = [column[id(extra[name])] for name in known]
    units = [_unit(search.city.data.lines[name].amount_cny) for name in known]
    return _Letting(standards.columns + columns, standards.unit + units)


def _unit(required: float) -> float:
    return abs(required) or 1.0


def _missed_standards(search: Search) -> Iterator[Missed]:
    b = search.city.model.standards
    for i, row in enumerate(search.city.data.requirements):
        if row.price_cny is None and value(b.short[i]) > DUST * _unit(row.required):
            scope = row.scope
            yield Missed(
                row.standard,
                scope.scenario,
                scope.site,
                scope.area,
                scope.period,
                row.required,
                float(value(b.value[i])),
            )


def _overspent_lines(search: Search, x: Floats) -> Iterator[Missed]:
    column, extra = search.arrays.column_of(), search.city.model.money.extra
    for name, line in search.city.data.lines.items():
        j = column.get(id(extra[name]))
        if j is not None and x[j] > DUST * _unit(line.amount_cny):
            yield Missed(f"budget line {name}", "", "", "", "", line.amount_cny, line.amount_cny + float(x[j]))
