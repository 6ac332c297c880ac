"""A plan put back into the model of its instance: its whole numbers held as its tables say, the rest found anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.explain.roomy import hold_to, with_room
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan
from allocopt.solver import Result, SolverError, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.options import Options
from allocopt.solving.search import MOST_ROUNDS, Search
from allocopt.solving.taken_up import Stray, take_up
from allocopt_models.city import CityModel, city_model

# Losses that lines may leave out when a plan's loss is put back, as a share of all loss.
LINES_SHARE = 1e-9


def options_of(plan: Plan) -> Options:
    """The options that the plan was made with."""
    told = plan.manifest["options"]
    coalition = told.get("coalition")
    return Options(
        regime=told["regime"],
        coalition=None if coalition is None else tuple(coalition),
        objective=told["objective"],
        gap=float(told["gap"]),
        gap_avoided=told.get("gap_avoided"),
        time_limit=told.get("time_limit"),
        threads=told.get("threads"),
    )


# Whole numbers that the tables leave open; they follow from the others.
_NOT_TOLD = frozenset({"beats.assigned", "beats.answers", "beats.begun"})


@dataclass
class Standing:
    """A plan, its instance, and the model in which `x` are the plan's decisions, all columns of it."""

    plan: Plan
    city: City
    options: Options
    arranged: Arranged
    search: Search
    x: Floats

    def hold(self, deadline: float | None) -> Result:
        """The relaxation with the plan's whole numbers held, lines added until they miss next to nothing."""
        live, arrays = self.search.live, self.search.arrays
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        held_lower, held_upper = lower.copy(), upper.copy()
        held_lower[arrays.whole] = held_upper[arrays.whole] = np.round(self.x[arrays.whole])
        live.set_all_bounds(held_lower, held_upper)
        small = LINES_SHARE * max(sum(self.arranged.data.loss_cny.values()), 1.0)
        try:
            for _ in range(MOST_ROUNDS):
                result = live.solve(relaxed=True, deadline=deadline)
                if result.x is None or not self.search.add_lines(result.x, small):
                    break
        finally:
            live.set_all_bounds(lower, upper)
        return result


def stand(
    plan: Plan,
    city: City,
    *,
    threads: int | None = None,
    interrupted: Callable[[], bool] = lambda: False,
    prepare: Callable[[CityModel, Arranged], None] = lambda _model, _arranged: None,
    roomy: bool = False,
) -> Standing:
    """Put a plan back into the model of its instance; `prepare` may add rows to the model before it is compiled, which
    the plan must keep; `roomy` has one made for asking what a unit more of its limits buys.

    Raises InputError for a plan that does not keep the instance's rules.
    """
    options = options_of(plan)
    regime = options.acting(city)
    arranged = arrange(city, regime, options.objective, every_action=True)
    made = arrange(with_room(city), regime, options.objective, every_action=True) if roomy else arranged
    model = city_model(made.data)
    prepare(model, made)
    search = Search(model, threads=threads or options.threads, interrupted=interrupted)
    if roomy:
        hold_to(search, arranged.data)
    return Standing(plan, city, options, arranged, search, _put(search, arranged, plan))


def _put(search: Search, arranged: Arranged, plan: Plan) -> Floats:
    """The plan's decisions as values of all columns; what is not whole is found anew around them."""
    live, arrays = search.live, search.arrays
    told = _told(search, arranged, plan)
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    open_still = np.isin(arrays.components, list(_NOT_TOLD)) & arrays.whole
    held = arrays.whole & ~open_still
    held_lower, held_upper = lower.copy(), upper.copy()
    held_lower[held] = held_upper[held] = told[held]
    held_lower[open_still] = np.maximum(lower[open_still], told[open_still])
    live.set_all_bounds(held_lower, held_upper)
    try:
        result = live.solve(relaxed=not open_still.any())
    finally:
        live.set_all_bounds(lower, upper)
    if result.interrupted:
        raise KeyboardInterrupt
    if result.status is Status.INFEASIBLE:
        expected = "a plan that keeps the rules of its instance (`allocopt check` names those it breaks)"
        raise InputError([Fault(str(plan.folder or plan.name), 0, "", "a plan that breaks some", expected)])
    if result.x is None:
        raise SolverError("the plan could not be put back into its model")
    return search.settle(np.where(arrays.whole, np.round(result.x), result.x))


def _told(search: Search, arranged: Arranged, plan: Plan) -> Floats:
    """What the plan's tables say of the columns. Raises InputError for a row that is no action of the instance."""
    taken = take_up(search.arrays, arranged, plan.tables)
    file = f"{plan.folder or plan.name}"
    strays = [stray for stray in taken.strays if stray.table != "beats"]  # a median's model leaves some beats out
    if strays:
        raise InputError([_fault(file, stray) for stray in strays])
    told = np.zeros(search.live.columns)
    for column, number in taken.values.items():
        told[column] = number
    return told


def _fault(file: str, stray: Stray) -> Fault:
    cells = "/".join(str(cell) for cell in stray.cells.values() if isinstance(cell, str))
    return Fault(f"{file}/{stray.table}.csv", 0, "", cells, "a decision that the instance allows")
