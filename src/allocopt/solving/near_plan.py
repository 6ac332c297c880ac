"""The best plan near a given one: at most so many changes away, on one live model for any number of them.

Local branching (Fischetti and Lodi 2003), with one row that says how many changes there may be. What counts as a change
is said by `GROUPS`; who does what, hours, and amounts of goods are decided anew at no change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyomo.core import Block as PyomoBlock

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Search, Targets
from allocopt_models.changes import Counted, add_changes, settle_changes
from allocopt_models.city import CityModel
from allocopt_models.terms import Block, add

# Which numbers of a component stand in for each other, so that one more of one and one less of another is one change.
GROUPS: Mapping[str, Callable[[Any], Any]] = {
    "inspection.visits": lambda visit: visit,
    "patrol.units": lambda station: (station[0], station[2], station[3]),
    "patrol.opened": lambda post: post,
    "supply.opened": lambda depot: depot,
    "prevention.start": lambda start: (start[0], start[1]),
    "mechanisms.start": lambda start: start[0],
}


@dataclass
class Near(Search):
    """A search among the plans that are near a present one; `limit` says how near."""

    _row: int | None = field(init=False, default=None)
    _none: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        changes = self.city.model.changes
        row = changes.component("within_limit")
        if row is not None:
            (self._row,) = self.rows_of(row)
            self._none = float(self.arrays.row_upper[self._row])

    def limit(self, changes: int | None) -> None:
        """Allow so many changes, or any number of them."""
        if self._row is not None:
            self.live.set_row(self._row, -np.inf, np.inf if changes is None else self._none + changes)

    def within(self, changes: int | None, targets: Targets, known: Floats | None = None) -> Found:
        """The best plan of so many changes, with a bound that holds for such plans; `known` is one of them."""
        self.limit(changes)
        return self.run(targets, also=known)

    def settle(self, x: Floats) -> Floats:
        super().settle(x)
        settle_changes(self.city.model.changes)
        return np.array([variable.value for variable in self.arrays.variables])

    def with_changes(self, x: Floats, arrays: Arrays) -> Floats:
        """A plan of the model before changes were counted in it, as columns of this one."""
        value = {id(variable): float(number) for variable, number in zip(arrays.variables, x, strict=True)}
        return self.settle(np.array([value.get(id(variable), 0.0) for variable in self.arrays.variables]))


def near(city: CityModel, arrays: Arrays, present: Mapping[int, float], **how: Any) -> Near:
    """The search near the plan with these values of the model's columns; the model then counts changes."""
    groups: dict[tuple[str, Any], list[Counted]] = defaultdict(list)
    for column, variable in enumerate(arrays.variables):
        component = str(arrays.components[column])
        if component in GROUPS:
            group = component, GROUPS[component](variable.index())
            groups[group].append(Counted(variable, float(round(present.get(column, 0.0)))))
    changes: Block = add(city.model, "changes", PyomoBlock())
    add_changes(changes, [groups[key] for key in sorted(groups, key=str)])
    return Near(city, **how)
