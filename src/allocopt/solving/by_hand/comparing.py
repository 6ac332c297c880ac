"""What the plan by hand comes to, by the same formulas as any plan."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.beats import shorten_beats
from allocopt.solving.by_hand.making import make_by_hand
from allocopt.solving.search import Search
from allocopt_models.budgets import spending
from allocopt_models.objectives import settled_loss
from allocopt_models.settling import comes_to

# Beats of the plan by hand come this near to the shortest, in mean minutes; nothing is told of them.
_BEATS_GAP_MIN = 1.0


@dataclass(frozen=True)
class ByHand:
    """The plan by hand as values of all columns, with what it comes to; or the hard standards that it does not keep."""

    x: Floats | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    missed: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """As `plan.json` has it."""
        return {**self.figures, "missed": list(self.missed)}


def compare_by_hand(search: Search, deadline: float | None, interrupted: Callable[[], bool]) -> ByHand | None:
    """The plan by hand of the city that the search is for. None where there is nothing to compare with: minutes are
    minimised, of which a list of losses knows nothing, or it was not done in time."""

    def stop() -> bool:
        return interrupted() or (deadline is not None and time.monotonic() > deadline)

    if search.city.data.objective.weights.get("response_time"):
        return None
    made = make_by_hand(search.city, search.arrays, stop)
    if made is None:
        return None
    if made.x is None:
        return ByHand(missed=made.missed)
    search.settle(made.x)
    if not shorten_beats(search.city, absolute_gap=_BEATS_GAP_MIN, threads=search.threads, deadline=deadline):
        return None if stop() else ByHand(missed=("beats",))
    model, data = search.city, search.city.data
    x = np.array([variable.value for variable in search.arrays.variables])
    if not search.arrays.allows(x):
        warnings.warn("the plan by hand breaks a rule of the model, so nothing is compared with it", stacklevel=2)
        return None
    figures = {
        "objective": float(search.arrays.cost @ x) + search.arrays.offset,
        "loss": settled_loss(data.loss_cny, model.handles),
        "spending": comes_to(spending(model.actions.added.costs, data.probability)),
    }
    return ByHand(x, figures)
