"""Models that are a problem with a method of its own, solved by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.known import covering_model
from allocopt.solving.known_location import location_model


@dataclass(frozen=True)
class Answer:
    """Columns of a plan, of which those that are not whole may still have to be decided; a bound; and multipliers of
    the model's rows, and then of these that every plan keeps, which prove a bound."""

    x: Floats
    bound: float
    rows: Sequence[Row]
    multipliers: Floats
    interrupted: bool


def by_its_own_method(
    arrays: Arrays,
    allowed: Callable[[float], float],
    tolerance: float,
    deadline: float | None,
    interrupted: Callable[[], bool],
    told: Callable[[float, float], None],
    threads: int | None,
) -> Answer | None:
    """A plan within `allowed` of its bound, or within the relative `tolerance`; None where the model is nothing known,
    or no plan was found. `told` hears (cost, bound)."""
    limits = (allowed, tolerance, deadline, interrupted, told)
    covering = covering_model(arrays)
    if covering is not None:
        most = covering.solve(*limits, threads)
        bound = covering.at_worst - most.most
        return Answer(covering.columns(most.taken), bound, (), covering.multipliers(most.prices), most.interrupted)
    location = location_model(arrays)
    if location is not None:
        least = location.solve(*limits, threads)
        if least.taken is not None:
            rows, multipliers = location.proof(least)
            bound = location.constant + least.least
            return Answer(location.columns(least.taken), bound, rows, multipliers, least.interrupted)
    return None
