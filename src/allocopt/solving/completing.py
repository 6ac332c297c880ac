"""A plan of which some columns are given: settled as it stands, or completed by the best values of all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.beats import shorten_beats
from allocopt.solving.decisions import ANSWERING_TABLE, COMPONENTS
from allocopt.solving.search import Found, Search, Targets
from allocopt.solving.taken_up import TakenUp

# An amount is held within so much of itself, or of one where that is more: the solver's own tolerance.
HAIR = 1e-7
# Beats that were not given come this near to the shortest, in mean minutes.
BEATS_GAP_MIN = 1e-3


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


@dataclass(frozen=True)
class Completed:
    """A plan of which tables were given, as values of all columns: `keeps` whether it keeps every row of the model.

    `open` are the tables that were not given and of which the model has columns; `bound` holds for plans with the
    tables that were. Where nothing completes them within the rules (`impossible`), or nothing was found in time, all
    else is nought.
    """

    x: Floats
    objective: float
    bound: float
    open: tuple[str, ...]
    keeps: bool
    impossible: bool = False
    interrupted: bool = False


def complete_plan(search: Search, taken: TakenUp, targets: Targets) -> Completed:
    """The plan whose tables were taken up; the search's model then holds it, settled."""
    open_ = _open_tables(search, taken)
    found = complete(search, taken.values, targets) if open_ else Found()
    if found.x is None:
        x = _with_given_beats(search, taken, settled(search, taken.values))
    else:
        x = _with_given_beats(search, taken, search.settle(found.x))
    if ANSWERING_TABLE not in taken.tables:
        shorten_beats(search.city, absolute_gap=BEATS_GAP_MIN, threads=search.threads, deadline=targets.deadline)
        x = _values(search)
    objective = objective_of(search, x)
    keeps = found.x is not None or (not open_ and search.arrays.allows(x))
    bound = min(found.bound, objective) if open_ else objective
    return Completed(x, objective, bound, open_, keeps, found.infeasible, found.interrupted)


def _open_tables(search: Search, taken: TakenUp) -> tuple[str, ...]:
    """Tables not given whose columns are there to be decided; beats follow from posts where minutes do not count."""
    there = set(search.arrays.components)
    follows = () if search.city.data.objective.weights.get("response_time") else (ANSWERING_TABLE,)
    return tuple(
        table
        for table, components in COMPONENTS.items()
        if table not in taken.tables and table not in follows and not there.isdisjoint(components)
    )


def _with_given_beats(search: Search, taken: TakenUp, x: Floats) -> Floats:
    """Settling gives every site its nearest post; beats that were given stay as they are."""
    for column, value in taken.values.items():
        if search.arrays.components[column] in COMPONENTS[ANSWERING_TABLE]:
            search.arrays.variables[column].set_value(value, skip_validation=True)
            x[column] = value
    return x


def _values(search: Search) -> Floats:
    return np.array([variable.value for variable in search.arrays.variables])
