"""A live model of a city whose first stage can be held at given decisions.

The first stage is what is decided whatever happens; the recourse (orders, shipments, transfers, and what is kept from
one period to the next) is decided scenario by scenario, and all else follows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from pyomo.core import value

from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.solver import Arrays, compile_model
from allocopt.solver.arrays import Floats
from allocopt.solving.decisions import FIRST_STAGE
from allocopt.solving.options import Options
from allocopt.solving.search import SOLVER_SHARE, Found, Search, Targets
from allocopt.study.foreknowledge.worlds import NOTHING_HAPPENS
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt_models.city import CityModel, city_model
from allocopt_models.standards import loss_left
from allocopt_models.supply import Stock

# An amount is held within so much of itself, or of one where that is more: the solver's own tolerance.
HAIR = 1e-7

# Whole numbers this near are the same.
AGREES = 1e-6

# First-stage decisions by the names of the model's variables; those that are not named are nought.
Decisions = Mapping[str, float]
# Threads of one process share the compiled model, and the values in it.
ONE_AT_A_TIME = threading.Lock()


@dataclass
class Staged(Search):
    """A search that can hold the first stage, and refine the lines of a relaxed model."""

    _first: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for j, variable in enumerate(self.arrays.variables):
            if variable.parent_component().name in FIRST_STAGE:
                self._first[variable.name] = j

    def decisions(self, x: Floats) -> dict[str, float]:
        """The first stage of a solution."""
        return {name: float(x[j]) for name, j in self._first.items()}

    def bought(self, x: Floats) -> dict[Stock, float]:
        """The goods that a solution buys ahead."""
        columns = ((self.arrays.variables[j], j) for j in self._first.values())
        return {Stock(*v.index()): float(x[j]) for v, j in columns if v.parent_component().name == "supply.bought"}

    def columns_at(self, values: Mapping[str, float]) -> Floats:
        """All columns at their values by name; at nought where none is given."""
        return np.array([values.get(variable.name, 0.0) for variable in self.arrays.variables])

    @contextmanager
    def held(self, decisions: Decisions, hair: float = HAIR) -> Iterator[None]:
        """The first stage held within a hair of these decisions, as far as they are possible here; at nought where
        none is given. Whole numbers are held as they are."""
        lower, upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        low, high = lower.copy(), upper.copy()
        for decision, j in self._first.items():
            number = decisions.get(decision, 0.0)
            number, room = (round(number), 0.0) if self.arrays.whole[j] else (number, hair * max(1.0, abs(number)))
            low[j], high[j] = np.clip([number - room, number + room], lower[j], upper[j])
        self.live.set_all_bounds(low, high)
        try:
            yield
        finally:
            self.live.set_all_bounds(lower, upper)

    def following(self, decisions: Decisions, targets: Targets) -> Found:
        """The best recourse after these decisions; what is found and proved holds for plans with them only.

        The solver's own tolerance may keep them from being possible; then they are held within a hair.
        """
        for hair in (0.0, HAIR):
            with self.held(decisions, hair):
                found = self.run(targets)
            if not found.infeasible:
                break
        return found

    def starting(self, decisions: Decisions, targets: Targets) -> Found:
        """A search for the best plan of all that starts from one with these decisions, where there is one."""
        first = self.following(decisions, targets)
        return self.run(targets, Found() if first.x is None else Found(x=first.x, objective=first.objective))

    def improved_near(self, start: Found, relaxed: Floats, targets: Targets) -> Found:
        """A round from a plan with the whole numbers held on which it agrees with a relaxed solution (relaxation
        induced neighbourhood: Danna, Rothberg and Le Pape 2005). The bound stays that of the start."""
        assert start.x is not None
        lower, upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        alike = self.arrays.whole & (np.abs(relaxed - start.x) <= AGREES)
        low, high = lower.copy(), upper.copy()
        low[alike] = high[alike] = np.round(start.x[alike])
        near = Found(start.x, start.objective)
        self.live.set_all_bounds(low, high)
        try:
            self.improve_once(targets, near, SOLVER_SHARE)
        finally:
            self.live.set_all_bounds(lower, upper)
        return Found(near.x, near.objective, start.bound)

    def improved(self, start: Found, targets: Targets, rounds: int) -> Found:
        """So many rounds at most from a plan and a bound that hold for the model as it stands, without a dive."""
        for _ in range(rounds):
            if self.reached(targets, start) or not self.improve_once(targets, start, SOLVER_SHARE):
                break
        return start

    def columns_of_loss(self) -> dict[Any, int]:
        """The column of the share that is left, by cell that something can be done about."""
        column = self.arrays.column_of()
        left = self.city.handles.left
        known = {cell: column.get(id(left[cell])) for cell in self.city.data.loss_cny if cell in left}
        return {cell: j for cell, j in known.items() if j is not None}


@dataclass(frozen=True)
class Ground:
    """The city as it is, and how models are made and solved. `key` tells it from any other."""

    key: str
    city: City = field(compare=False)
    options: Options = field(compare=False)

    def arranged(self, city: City) -> Arranged:
        return arrange(city, self.options.acting(city), self.options.objective)

    def targets(self, search: Staged, deadline: float | None) -> Targets:
        """The gaps that were asked for."""
        gap_avoided = self.options.gap_avoided if self.options.is_loss else None
        return Targets(self.options.gap, gap_avoided, loss_if_nobody_acts(search.city.data), deadline)


def staged(arranged: Arranged) -> Staged:
    """A new search on one thread."""
    return Staged(city_model(arranged.data), 1)


@dataclass(frozen=True)
class Standing:
    """The model of the city as it is, compiled. A search on it starts from the arrays as they were compiled, so that
    what it finds depends on nothing that this process did before."""

    arranged: Arranged
    model: CityModel
    arrays: Arrays

    def search(self) -> Staged:
        return Staged(self.model, 1, compiled=self.arrays)


@lru_cache(maxsize=1)
def standing(ground: Ground) -> Standing:
    """The compiled model, made once in a process."""
    arranged = ground.arranged(ground.city)
    model = city_model(arranged.data)
    return Standing(arranged, model, compile_model(model.model))


def by_world(model: CityModel) -> dict[str, float]:
    """The objective of a settled plan in each world by itself, with its recourse in full; the blank one is that
    nothing happens. Weighted by their chances they sum to the objective."""
    data, spent, weights = model.data, model.handles.spent, model.data.objective.weights
    both = weights.get("loss_and_spending", 0.0)
    of_loss, of_money = weights.get("loss", 0.0) + both, weights.get("spending", 0.0) + both
    first = sum(cost.horizon_share * value(cost.amount) for cost in spent.costs if not cost.scenario)
    whatever = of_loss * value(loss_left(data.loss_cny, model.handles.left)) + of_money * first
    found = dict.fromkeys((NOTHING_HAPPENS, *data.probability), whatever + value(model.short_price))
    for cost in spent.costs:
        if cost.scenario:
            found[cost.scenario] += of_money * value(cost.amount)
    for scenario, penalties in spent.penalties.items():
        found[scenario] += of_loss * sum(value(penalty) for penalty in penalties)
    return {world: float(number) for world, number in found.items()}
