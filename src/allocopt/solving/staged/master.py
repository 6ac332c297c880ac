"""The first stage in a live model, with the cuts that scenarios have proved of their recourse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from allocopt.arrange.prepositioning import Floats, Prepositioning
from allocopt.solver import LiveModel
from allocopt.solver.passing import Row
from allocopt.solving.search import Search
from allocopt.solving.staged.recourse import Cut
from allocopt_models.city import CityData
from allocopt_models.stages import first_stage_model

# Coefficients below this are left out of a cut, which is lowered by all they can add to it.
TINY = 1e-7


class Master:
    """The city's first stage; every point is given as values of all columns."""

    def __init__(
        self, data: CityData, case: Prepositioning, *, threads: int | None, interrupted: Callable[[], bool]
    ) -> None:
        self.case = case
        chances = {scenario.name: scenario.probability for scenario in case.recourse}
        self.search = Search(first_stage_model(data, chances), threads=threads, interrupted=interrupted)
        self.arrays, model = self.search.arrays, self.search.city.model
        column = self.arrays.column_of()
        bought = self.search.city.actions.supply.bought
        self.buyable = np.array([h for h, key in enumerate(case.stocks) if key in bought], dtype=np.int64)
        self.bought = np.array([column[id(bought[case.stocks[h]])] for h in self.buyable], dtype=np.int64)
        self.recourse = np.array([column[id(model.recourse[w])] for w in chances], dtype=np.int64)
        self.chances = np.array(list(chances.values()))
        rows = [self.search.rows_of(model.money.within_budget, name, "") for name in case.lines]
        self.amounts = np.array([self.arrays.row_upper[row] for (row,) in rows])
        self.use = np.array([self._row(row) for (row,) in rows]).reshape(len(rows), len(self.arrays.cost))

    @property
    def live(self) -> LiveModel:
        return self.search.live

    def stock(self, x: Floats) -> Floats:
        """What is in the depots before anything happens."""
        there = self.case.initial.copy()
        there[self.buyable] += x[self.bought]
        return there

    def left(self, x: Floats) -> Floats:
        """What the first stage leaves of each line that transport counts on."""
        left: Floats = self.amounts - self.use @ x
        return left

    def first_cost(self, x: Floats) -> float:
        """The objective without the recourse."""
        return float(self.arrays.cost @ x - self.chances @ x[self.recourse]) + self.arrays.offset

    def add(self, cuts: Sequence[Cut]) -> None:
        """Add a cut for each scenario, in their order."""
        self.live.add_rows([self._as_row(cut, int(theta)) for cut, theta in zip(cuts, self.recourse, strict=True)])

    def _as_row(self, cut: Cut, theta: int) -> Row:
        """The cut as a row over the columns; a line lends what `left` says, and `extra` where the line is raised."""
        coefficients = -(cut.by_line @ self.use) if len(cut.by_line) else np.zeros(len(self.arrays.cost))
        coefficients[self.bought] += cut.by_stock[self.buyable]
        level = cut.at(self.case.initial, self.amounts)
        tiny = (coefficients != 0) & (np.abs(coefficients) < TINY)
        level -= float(np.maximum(coefficients[tiny] * self.arrays.upper[tiny], 0.0).sum())
        coefficients[tiny] = 0.0
        coefficients[theta] = 1.0
        columns = np.flatnonzero(coefficients)
        return level, columns.tolist(), coefficients[columns].tolist()

    def _row(self, row: int) -> Floats:
        entries = slice(*self.arrays.starts[row : row + 2])
        out = np.zeros(len(self.arrays.cost))
        out[self.arrays.columns[entries]] = self.arrays.values[entries]
        return out
