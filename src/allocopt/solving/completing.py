"""A plan of which some columns are given: settled as it stands, or completed by the best values of all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Search, Targets

# An amount is held within so much of itself, or of one where that is more: the solver's own tolerance.
HAIR = 1e-7


@contextmanager
def held(search: Search, values: Mapping[int, float], hair: float = 0.0) -> Iterator[None]:
    """These columns held at their values, amounts that are not whole within a hair; even beyond their own bounds."""
    lower, upper = search.arrays.lower.copy(), search.arrays.upper.copy()
    low, high = lower.copy(), upper.copy()
    for column, value in values.items():
        room = 0.0 if search.arrays.whole[column] else hair * max(1.0, abs(value))
        low[column], high[column] = value - room, value + room
    search.live.set_all_bounds(low, high)
    try:
        yield
    finally:
        search.live.set_all_bounds(lower, upper)


def settled(search: Search, values: Mapping[int, float]) -> Floats:
    """All columns of the plan that does these decisions and no others, whatever rule it may break: `search.settle`
    has put it into the model."""
    x = np.clip(0.0, search.arrays.lower, search.arrays.upper)
    for column, value in values.items():
        x[column] = value
    return search.settle(x)


def objective_of(search: Search, x: Floats) -> float:
    """The objective of a settled plan, by the exact formula."""
    return float(search.arrays.cost @ x) + search.arrays.offset


def complete(search: Search, values: Mapping[int, float], targets: Targets) -> Found:
    """The best plan that has these values, with a bound that holds for such plans only; `infeasible` where there is
    none.

    The solver's own tolerance may keep amounts from being possible; then they are held within a hair.
    """
    found = Found()
    for hair in (0.0, HAIR):
        with held(search, values, hair):
            found = search.run(targets)
        if not found.infeasible or found.interrupted:
            break
    return found
