"""What the plan by hand comes to, by the same formulas as any plan."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Event
from typing import Any

import numpy as np
from pyomo.environ import value

from allocopt.solver.arrays import Floats
from allocopt.solving.beats import shorten_beats
from allocopt.solving.by_hand.making import Made, make_by_hand
from allocopt.solving.search import Search
from allocopt_models.budgets import spending
from allocopt_models.objectives import expected_loss

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


@contextmanager
def made_beside(
    search: Search, deadline: float | None, interrupted: Callable[[], bool]
) -> Iterator[Callable[[], ByHand | None]]:
    """Make the plan by hand in a thread, while the solver is at work in another; who asks waits until it is made.

    What is answered is None where there is nothing to compare with: minutes are minimised, of which a list of losses
    knows nothing, or it was not done in time.
    """
    over = Event()

    def stop() -> bool:
        return over.is_set() or interrupted() or (deadline is not None and time.monotonic() > deadline)

    if search.city.data.objective.weights.get("response_time"):
        yield lambda: None
        return
    with ThreadPoolExecutor(1) as beside:
        made = beside.submit(make_by_hand, search.city, search.arrays.copy(), stop)
        try:
            yield cache(lambda: _compared(search, made.result(), deadline, stop))
        finally:
            over.set()


def _compared(search: Search, made: Made | None, deadline: float | None, stop: Callable[[], bool]) -> ByHand | None:
    """What it comes to; the model is left with its values."""
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
        "loss": float(value(expected_loss(data.loss_cny, model.handles))),
        "spending": float(value(spending(model.actions.added.costs, data.probability))),
    }
    return ByHand(x, figures)
