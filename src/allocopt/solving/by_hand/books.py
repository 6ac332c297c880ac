"""The books of a plan made by hand: what is done so far, and what every limit still leaves.

The limits are the model's own rows between decisions: hours of pools, rooms, fleets, lines, ceilings, what is unlocked
or open. So a plan made by hand keeps exactly what a plan of the search must keep. Rows in which something stands that
follows from decisions (a loss, what is missed) are no limits; see `following`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays
from allocopt.solving.by_hand.entries import Entries, by_column, entries_of
from allocopt.solving.decisions import FIRST_STAGE, RECOURSE
from allocopt_models.city import CityModel

# So much of each column, done together.
Bundle = Mapping[int, float]

# Amounts below it are none, and rounding of sums; whole things count as fitting when so little of one is lacking.
DUST, ROUNDING = 1e-6, 1e-9
_CANCELLED = 1e-11
# What stands for the column's own bound among the rows that refused something: it never gives way.
_BOUND = -1
_WHOLE = 1.0 - ROUNDING
_NOTHING: Bundle = {}
_DECIDED = frozenset((*FIRST_STAGE, *RECOURSE))


class Names:
    """Columns and rows by the names of their components, and by index; put together as they are asked for."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._columns_of = _positions(arrays.components.tolist())
        self._rows_of = _positions(_names_of_rows(arrays))
        self._columns: dict[str, dict[Any, int]] = {}
        self._rows: dict[str, dict[Any, int]] = {}

    @property
    def components(self) -> Mapping[str, Sequence[int]]:
        """The columns of each component, by number."""
        return self._columns_of

    def columns(self, component: str) -> Mapping[Any, int]:
        """Columns of a component by index; nothing for one that has none."""
        if component not in self._columns:
            self._columns[component] = _by_index(self._columns_of.get(component, ()), self._arrays.variables)
        return self._columns[component]

    def rows(self, component: str) -> Mapping[Any, int]:
        """Rows of a component by index; nothing for one that has none."""
        if component not in self._rows:
            self._rows[component] = _by_index(self._rows_of.get(component, ()), self._arrays.constraints)
        return self._rows[component]


def _names_of_rows(arrays: Arrays) -> Iterator[str]:
    """The component of each row."""
    called: dict[int, str] = {}
    for constraint in arrays.constraints:
        component = constraint.parent_component()
        yield called.get(id(component)) or called.setdefault(id(component), component.name)


def _by_index(numbers: Sequence[int], parts: Sequence[Any]) -> dict[Any, int]:
    """Numbers of parts of one component by their index. Asked one by one, each part would look itself up."""
    if not numbers:
        return {}
    index_of = {id(part): index for index, part in parts[numbers[0]].parent_component().items()}
    return {index_of[id(parts[i])]: i for i in numbers}


def _positions(names: Iterable[str]) -> dict[str, list[int]]:
    """Where each name stands."""
    out: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        out[name].append(i)
    return dict(out)


class Books:
    """What is done so far, by column, and what each limit leaves."""

    def __init__(self, city: CityModel, arrays: Arrays) -> None:
        self.names = Names(arrays)
        self._nothing: list[float] = np.clip(0.0, arrays.lower, arrays.upper).tolist()
        self._upper: list[float] = arrays.upper.tolist()
        self._row_lower: list[float] = arrays.row_lower.tolist()
        self._row_upper: list[float] = arrays.row_upper.tolist()
        limits = _limits(arrays, self.names, [joined.name for joined in city.data.programmes.joined])
        tightens = _tightens(arrays, limits)
        self._tightened, self._eased = by_column(limits.where(tightens)), by_column(limits.where(~tightens))
        self._cash = _cash(city, arrays)
        self._gates = {
            column
            for component in ("mechanisms.start", "patrol.opened", "supply.opened")
            for column in self.names.columns(component).values()
        }
        self.refused: set[int] = set()
        self.tightest = _BOUND
        self.times_loosened = 0
        self.moves = 0
        self.start_over()

    def start_over(self) -> None:
        """Nothing is done. What refused something before counts as having given way."""
        self.moves += 1
        self.x = list(self._nothing)
        self._activity = [0.0] * len(self._row_lower)
        self.opened: list[int] = []
        self.times_loosened = before = self.times_loosened + 1
        self.loosened: dict[int, int] = defaultdict(lambda: before)

    def room(self, direction: Bundle, base: Bundle = _NOTHING, *, enough: float = 0.0) -> float:
        """How often this can be done on top of a base. What refuses a whole one is kept in `refused`; when it is clear
        that not `enough` can be done, the first to refuse is."""
        most, self.tightest = np.inf, _BOUND
        for column, amount in direction.items():
            left = (self._upper[column] - self.x[column] - base.get(column, 0.0)) / amount
            most = min(most, left)
        for row, amount in self._net(direction).items():
            if most < enough:
                break
            if -_CANCELLED < amount < _CANCELLED:
                continue
            limit = self._row_upper[row] if amount > 0 else self._row_lower[row]
            left = (limit - self._activity[row] - (self._used(base, row) if base else 0.0)) / amount
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
        self.moves += 1
        for column, amount in change.items():
            self.x[column] += amount
            if column in self._gates:
                self.opened.append(column)
        moved: dict[int, float] = defaultdict(float)
        for column, amount in change.items():
            for entries in (self._tightened, self._eased):
                if column in entries.columns:
                    for row, coefficient in entries[column].items():
                        moved[row] += coefficient * amount
        for row, amount in moved.items():
            self._activity[row] += amount
            if (self._row_upper[row] if amount < 0 else -self._row_lower[row]) < np.inf:
                self.loosened[row] += 1
                self.times_loosened += 1

    def cash(self, bundle: Bundle) -> float:
        """What it costs in CNY: scenarios by their chance, prices of help as the helped pays them."""
        return sum([self._cash.get(column, 0.0) * amount for column, amount in bundle.items()])

    def cheapest_first(self, columns: Iterable[int]) -> tuple[int, ...]:
        """Columns by what one costs; of equal ones the first in the model."""
        return tuple(sorted(columns, key=lambda column: (self._cash.get(column, 0.0), column)))

    def part(self, bundle: Bundle, share: float) -> dict[int, float]:
        """A share of what a bundle does, with all of what it opens and starts."""
        return {column: amount if column in self._gates else share * amount for column, amount in bundle.items()}

    def _used(self, base: Bundle, row: int) -> float:
        """What a base uses of a row."""
        return sum(
            amount * (self._tightened[column].get(row, 0.0) + self._eased[column].get(row, 0.0))
            for column, amount in base.items()
        )

    def _net(self, bundle: Bundle) -> dict[int, float]:
        """What a bundle uses of the rows that it tightens anywhere."""
        out: dict[int, float] = {}
        tightened, eased = self._tightened, self._eased
        for column, amount in bundle.items():
            for row, coefficient in tightened[column].items():
                out[row] = out.get(row, 0.0) + coefficient * amount
        for column in bundle if not eased.columns.isdisjoint(bundle) else ():
            for row in out.keys() & eased[column].keys() if len(eased[column]) > len(out) else eased[column]:
                if row in out:
                    out[row] += eased[column][row] * bundle[column]
        return out


def plus(bundle: Bundle, more: Bundle) -> dict[int, float]:
    """Both bundles together."""
    out = dict(bundle)
    for column, amount in more.items():
        out[column] = out.get(column, 0.0) + amount
    return out


def _limits(arrays: Arrays, names: Names, joined: Sequence[str]) -> Entries:
    """Entries of the rows between decisions alone, those of programmes from outside among them, of which nothing is
    done by hand. Equations among them are kept by how bundles are put together."""
    decided = arrays.lower == arrays.upper
    for component, columns in names.components.items():
        if component in _DECIDED or component.partition(".")[0] in joined:
            decided[columns] = True
    row = np.repeat(np.arange(len(arrays.row_lower)), np.diff(arrays.starts))
    others = np.bincount(row, ~decided[arrays.columns], len(arrays.row_lower))
    return entries_of(arrays, np.flatnonzero((others == 0) & (arrays.row_lower < arrays.row_upper)))


def _tightens(arrays: Arrays, entries: Entries) -> NDArray[np.bool_]:
    """Which entries belong to a column that uses up what their row leaves."""
    above, below = (np.isfinite(limit)[entries.rows] for limit in (arrays.row_upper, arrays.row_lower))
    found: NDArray[np.bool_] = np.where(entries.values > 0, above, below)
    return found


def _cash(city: CityModel, arrays: Arrays) -> dict[int, float]:
    """CNY by column."""
    from pyomo.repn import generate_standard_repn

    from allocopt_models.terms import total

    data, added = city.data, city.actions.added
    costs = [(data.probability[c.scenario] if c.scenario else 1.0) * c.amount for c in added.costs]
    prices = [
        (data.probability[p.scenario] if p.scenario else 1.0) * data.price_cny[p.link] * p.quantity
        for p in added.prices
        if data.price_cny[p.link]
    ]
    form = generate_standard_repn(total([*costs, *prices]))
    costs_cny = {id(v): float(c) for v, c in zip(form.linear_vars, form.linear_coefs, strict=True)}
    return {j: costs_cny[id(v)] for j, v in enumerate(arrays.variables) if id(v) in costs_cny}
