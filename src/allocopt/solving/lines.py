"""Lines under the loss that is left, added where a solution lies below the true curve (see the model's `risk`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt_models.city import CityData, CityModel
from allocopt_models.risk import FLATTEST, supporting_line
from allocopt_models.standards import LossLeft
from allocopt_models.terms import Cell

# Shares of a loss that lie below a line by no more than this are the solver's own tolerance.
SOLVER_DUST = 3e-7
# What a CNY of loss is worth at the least.
LEAST_WORTH = 1e-12


@dataclass(frozen=True)
class Lines:
    """The cells of a city: the columns of what is left of their loss and of their effort, ℓ in CNY, and the efforts
    that can occur."""

    left: NDArray[np.int64]
    effort: NDArray[np.int64]
    loss: Floats
    attainable: Sequence[Sequence[float] | None]

    @classmethod
    def of(cls, city: CityModel, arrays: Arrays) -> Lines:
        """Those of the cells that are columns of these arrays."""
        column, risk = arrays.column_of(), city.model.risk
        cells = [Cell(*key) for key in risk.CELLS if id(risk.left[key]) in column]
        loss: dict[Cell, float] = defaultdict(float)
        for cell, standing in risk.alike.items():  # ℓ of the cells that stand under another too
            loss[standing] += city.data.loss_cny[cell]
        return cls(
            np.array([column[id(risk.left[cell])] for cell in cells], dtype=np.int64),
            np.array([column[id(risk.effort[cell])] for cell in cells], dtype=np.int64),
            np.array([loss[cell] for cell in cells]),
            [risk.attainable_efforts[cell] for cell in cells],
        )

    def repeated(self, times: int, width: int) -> Lines:
        """Those of so many copies of the city side by side, each of so many columns."""
        shifts = width * np.arange(times)
        left, effort = (np.concatenate([part + shift for shift in shifts]) for part in (self.left, self.effort))
        return Lines(left, effort, np.tile(self.loss, times), [*self.attainable] * times)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.left)

    def lacking(self, x: Floats, small: float) -> list[Row]:
        """A line for every cell whose loss lies above what the model says, by more than a small sum in CNY."""
        if not self.cells:
            return []
        effort, left = x[self.effort], x[self.left]
        suspects = np.flatnonzero((np.exp(-effort) - left) * self.loss > small)
        rows: list[Row] = []
        for i in suspects.tolist():
            line = supporting_line(self.attainable[i], float(effort[i]))
            lacking = line.level - line.slope * effort[i] - left[i]
            if line.slope > FLATTEST and lacking > SOLVER_DUST and lacking * self.loss[i] > small:
                rows.append((line.level, [int(self.left[i]), int(self.effort[i])], [1.0, line.slope]))
        return rows


def worth_of_loss(data: CityData) -> float:
    """At most so much of the objective for one CNY of loss, through weights and soft ceilings."""
    weights = data.objective.weights
    worth = sum(weights.get(name, 0.0) for name in ("loss", "loss_and_spending", "cvar"))
    if "worst_area" in weights:
        divisors = [area.divisor for area in data.objective.areas.values()]
        worth += weights["worst_area"] / min(divisors, default=1.0)
    for row in data.requirements:
        if isinstance(row.measured, LossLeft) and row.price_cny:
            worth += row.price_cny / row.measured.heads
    return max(worth, LEAST_WORTH)
