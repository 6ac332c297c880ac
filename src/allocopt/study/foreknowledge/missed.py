"""What a first stage cannot keep: which hard standards are missed, where and by how much, and what is lost then.

Every hard standard has a shortfall that is held at nought, and so has every budget line. These are let go of: first the
least sum of shortfalls is sought, each relative to what is required, then the best plan among those that miss no more
(lexicographic). Lines give way only where standards alone do not help.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from pyomo.environ import value

from allocopt.solver.arrays import Floats
from allocopt.solving.search import MOST_ROUNDS, Found, Targets
from allocopt.study.foreknowledge.staged import HAIR, Decisions, Staged

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


def least_missed(search: Staged, decisions: Decisions, targets: Targets) -> tuple[Found, list[Missed]]:
    """The best recourse after these decisions among those that miss the least, and all that it misses."""
    standards, lines = _standards(search), _lines(search)
    both = _Letting(standards.columns + lines.columns, standards.unit + lines.unit)
    for letting, hair in product((standards, both), (0.0, HAIR)):
        with search.held(decisions, hair):
            found = _search(search, letting, targets)
        if found.x is not None or search.live.was_interrupted:
            break
    if found.x is None:
        return found, []
    search.settle(found.x)
    return found, [*_missed_standards(search), *_overspent_lines(search, found.x)]


def _search(search: Staged, letting: _Letting, targets: Targets) -> Found:
    """With the bounds as they are but these columns free; bounds and costs are put back."""
    lower, upper = search.arrays.lower.copy(), search.arrays.upper.copy()
    cost, offset = search.arrays.cost.copy(), search.arrays.offset
    loose, shortfall = upper.copy(), np.zeros(search.live.columns)
    loose[letting.columns] = np.inf
    shortfall[letting.columns] = 1.0 / np.array(letting.unit)
    search.live.set_all_bounds(lower, loose)
    try:
        search.live.set_costs(shortfall, 0.0)
        least = _least(search, targets)
        search.live.set_costs(cost, offset)
        if least is None:
            return Found()
        search.live.add_rows([(-least * (1.0 + DUST) - DUST, letting.columns, [-1.0 / unit for unit in letting.unit])])
        return search.run(targets)
    finally:
        search.live.set_costs(cost, offset)
        search.live.set_all_bounds(lower, upper)


def _least(search: Staged, targets: Targets) -> float | None:
    """The least sum of shortfalls."""
    result = search.live.solve(deadline=targets.deadline)
    for _ in range(MOST_ROUNDS):  # ceilings on loss hold truly only where lines have been added
        if result.x is None or not search.tighten(result.x):
            break
        result = search.live.solve(deadline=targets.deadline)
    return None if result.x is None else max(result.objective, 0.0)


def _standards(search: Staged) -> _Letting:
    column, short = search.arrays.column_of(), search.city.model.standards.short
    hard = [i for i, row in enumerate(search.city.data.requirements) if row.price_cny is None]
    known = [i for i in hard if id(short[i]) in column]
    units = [_unit(search.city.data.requirements[i].required) for i in known]
    return _Letting([column[id(short[i])] for i in known], units)


def _lines(search: Staged) -> _Letting:
    column, extra = search.arrays.column_of(), search.city.model.money.extra
    known = [name for name in search.city.data.lines if id(extra[name]) in column]
    return _Letting(
        [column[id(extra[name])] for name in known], [_unit(search.city.data.lines[n].amount_cny) for n in known]
    )


def _unit(required: float) -> float:
    return abs(required) or 1.0


def _missed_standards(search: Staged) -> Iterator[Missed]:
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


def _overspent_lines(search: Staged, x: Floats) -> Iterator[Missed]:
    column, extra = search.arrays.column_of(), search.city.model.money.extra
    for name, line in search.city.data.lines.items():
        j = column.get(id(extra[name]))
        if j is not None and x[j] > DUST * _unit(line.amount_cny):
            yield Missed(f"budget line {name}", "", "", "", "", line.amount_cny, line.amount_cny + float(x[j]))
