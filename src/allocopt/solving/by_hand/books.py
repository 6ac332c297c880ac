"""The books of a plan made by hand: what is done so far, and what every limit still leaves.

The limits are the model's own rows between decisions: hours of pools, rooms, fleets, lines, ceilings, what is unlocked
or open. So a plan made by hand keeps exactly what a plan of the search must keep. Rows in which something stands that
follows from decisions (a loss, what is missed) are no limits; see `following`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays
from allocopt_models.city import CityModel

# So much of each column, done together.
Bundle = Mapping[int, float]
Entries = tuple[tuple[int, float], ...]

DECISIONS = (
    "mechanisms.start",
    "inspection.visits",
    "inspection.fill",
    "inspection.enforce",
    "patrol.units",
    "patrol.opened",
    "patrol.committed",
    "presence.presence",
    "crews.people",
    "prevention.start",
    "supply.opened",
    "supply.bought",
    "supply.ordered",
    "supply.shipped",
    "supply.transferred",
    "supply.carried",
)
# Amounts below it are none, and rounding of sums; whole things count as fitting when so little of one is lacking.
DUST, ROUNDING = 1e-6, 1e-9
_CANCELLED = 1e-11
# What stands for the column's own bound among the rows that refused something: it never gives way.
_BOUND = -1
_WHOLE = 1.0 - ROUNDING
_NOTHING: Bundle = {}


class Names:
    """Columns and rows by the names of their components, and by index."""

    def __init__(self, arrays: Arrays) -> None:
        self._columns: dict[str, dict[Any, int]] = defaultdict(dict)
        self._rows: dict[str, dict[Any, int]] = defaultdict(dict)
        for j, variable in enumerate(arrays.variables):
            self._columns[str(arrays.components[j])][variable.index()] = j
        for i, constraint in enumerate(arrays.constraints):
            self._rows[constraint.parent_component().name][constraint.index()] = i

    def columns(self, component: str) -> Mapping[Any, int]:
        """Columns of a component by index; nothing for one that has none."""
        return self._columns.get(component, {})

    def rows(self, component: str) -> Mapping[Any, int]:
        """Rows of a component by index; nothing for one that has none."""
        return self._rows.get(component, {})


class Books:
    """What is done so far, by column, and what each limit leaves."""

    def __init__(self, city: CityModel, arrays: Arrays) -> None:
        self.names = Names(arrays)
        self.x: list[float] = np.clip(0.0, arrays.lower, arrays.upper).tolist()
        self._upper: list[float] = arrays.upper.tolist()
        self._row_lower: list[float] = arrays.row_lower.tolist()
        self._row_upper: list[float] = arrays.row_upper.tolist()
        self._limits = by_column(arrays, _limits(arrays))
        self._tightened = [tuple(e for e in entries if self._tightens(*e)) for entries in self._limits]
        self._eased = [tuple(e for e in entries if not self._tightens(*e)) for entries in self._limits]
        self._activity: list[float] = [0.0] * len(self._row_lower)
        self._cash = _cash(city, arrays)
        self._gates = {
            column
            for component in ("mechanisms.start", "patrol.opened", "supply.opened")
            for column in self.names.columns(component).values()
        }
        self.opened: list[int] = []
        self.refused: set[int] = set()
        self.tightest = _BOUND
        self.loosened: dict[int, int] = defaultdict(int)
        self.times_loosened = 0

    def room(self, direction: Bundle, base: Bundle = _NOTHING, *, enough: float = 0.0) -> float:
        """How often this can be done on top of a base. What refuses a whole one is kept in `refused`; when it is clear
        that not `enough` can be done, the first to refuse is."""
        most, self.tightest = np.inf, _BOUND
        for column, amount in direction.items():
            left = (self._upper[column] - self.x[column] - base.get(column, 0.0)) / amount
            most = min(most, left)
        taken = self._rows_of(base) if base else _NOTHING
        for row, amount in self._net(direction).items():
            if most < enough:
                break
            if -_CANCELLED < amount < _CANCELLED:
                continue
            limit = self._row_upper[row] if amount > 0 else self._row_lower[row]
            left = (limit - self._activity[row] - taken.get(row, 0.0)) / amount
            if left < most:
                most, self.tightest = left, row
        if most < 1.0:
            self.refused.add(self.tightest)
        return max(most, 0.0)

    def has_room(self, bundle: Bundle) -> bool:
        """Whether all of it can be done."""
        return self.room(bundle, enough=_WHOLE) >= _WHOLE

    def do(self, change: Bundle) -> None:
        """Enter what is done, and what follows from it."""
        for column, amount in change.items():
            self.x[column] += amount
            if column in self._gates:
                self.opened.append(column)
        for row, amount in self._rows_of(change).items():
            self._activity[row] += amount
            if self._tightens(row, -amount):
                self.loosened[row] += 1
                self.times_loosened += 1

    def cash(self, bundle: Bundle) -> float:
        """What it costs in CNY: scenarios by their chance, prices of help as the helped pays them."""
        return sum(self._cash.get(column, 0.0) * amount for column, amount in bundle.items())

    def cheapest_first(self, columns: Iterable[int]) -> tuple[int, ...]:
        """Columns by what one costs; of equal ones the first in the model."""
        return tuple(sorted(columns, key=lambda column: (self._cash.get(column, 0.0), column)))

    def _tightens(self, row: int, coefficient: float) -> bool:
        """Whether more of a column with this coefficient uses up what the row leaves."""
        return (self._row_upper[row] if coefficient > 0 else -self._row_lower[row]) < np.inf

    def _net(self, bundle: Bundle) -> dict[int, float]:
        """What a bundle uses of the rows that it tightens anywhere."""
        out: dict[int, float] = {}
        for column, amount in bundle.items():
            for row, coefficient in self._tightened[column]:
                out[row] = out.get(row, 0.0) + coefficient * amount
        for column, amount in bundle.items():
            for row, coefficient in self._eased[column]:
                if row in out:
                    out[row] += coefficient * amount
        return out

    def _rows_of(self, bundle: Bundle) -> dict[int, float]:
        out: dict[int, float] = defaultdict(float)
        for column, amount in bundle.items():
            for row, coefficient in self._limits[column]:
                out[row] += coefficient * amount
        return out


def plus(bundle: Bundle, more: Bundle) -> dict[int, float]:
    """Both bundles together."""
    out = dict(bundle)
    for column, amount in more.items():
        out[column] = out.get(column, 0.0) + amount
    return out


def by_column(arrays: Arrays, rows: NDArray[np.bool_]) -> list[Entries]:
    """For each column its entries in these rows."""
    from scipy.sparse import csr_array

    shape = (len(arrays.row_lower), len(arrays.cost))
    matrix = csr_array((arrays.values, arrays.columns, arrays.starts), shape=shape).tocsc()
    starts, row_of, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    wanted = rows.tolist()
    return [tuple((row_of[k], values[k]) for k in range(a, b) if wanted[row_of[k]]) for a, b in pairwise(starts)]


def _limits(arrays: Arrays) -> NDArray[np.bool_]:
    """Rows between decisions alone. Equations among them are kept by how bundles are put together."""
    decided = np.isin(arrays.components, DECISIONS) | (arrays.lower == arrays.upper)
    row = np.repeat(np.arange(len(arrays.row_lower)), np.diff(arrays.starts))
    others = np.bincount(row, ~decided[arrays.columns], len(arrays.row_lower))
    found: NDArray[np.bool_] = (others == 0) & (arrays.row_lower < arrays.row_upper)
    return found


def _cash(city: CityModel, arrays: Arrays) -> dict[int, float]:
    """CNY by column."""
    from pyomo.repn import generate_standard_repn

    from allocopt_models.terms import total

    data, added, column = city.data, city.actions.added, arrays.column_of()
    costs = [(data.probability[c.scenario] if c.scenario else 1.0) * c.amount for c in added.costs]
    prices = [
        (data.probability[p.scenario] if p.scenario else 1.0) * data.price_cny[p.link] * p.quantity
        for p in added.prices
        if data.price_cny[p.link]
    ]
    form = generate_standard_repn(total([*costs, *prices]))
    return {
        column[id(v)]: float(c) for v, c in zip(form.linear_vars, form.linear_coefs, strict=True) if id(v) in column
    }
