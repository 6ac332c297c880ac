"""A plan put back into the model of its instance: its whole numbers held as its tables say, the rest found anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
from allocopt_models.city import CityModel, city_model

# A decision in the plan: the component of the model, its index, and its number.
Decision = tuple[str, Any, float]
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


def decisions(plan: Plan) -> Iterator[Decision]:
    """The whole numbers of a plan, as the model names them."""
    for row in _rows(plan, "visits"):
        yield "inspection.fill", _key(row, "kind site period role pool via"), row["visits"]
    for visit, number in _visits(plan).items():
        yield "inspection.visits", visit, number
    for row in _rows(plan, "patrols"):
        station = _key(row, "unit post period shift")
        component, key = ("patrol.committed", (*station, row["via"])) if row["via"] else ("patrol.units", station)
        yield component, key, row["units"]
    for row in _rows(plan, "crews"):
        yield "crews.people", _key(row, "unit period shift role pool via"), row["people"]
    for row in _rows(plan, "posts"):
        yield "patrol.opened", row["post"], 1.0
    for row in _rows(plan, "depots"):
        yield "supply.opened", row["depot"], 1.0
    for row in _rows(plan, "measures"):
        yield "prevention.start", _key(row, "measure site period via"), 1.0
    for row in _rows(plan, "mechanisms"):
        yield "mechanisms.start", _key(row, "mechanism period"), 1.0
    for row in _rows(plan, "beats"):
        yield "beats.assigned", _key(row, "post site"), 1.0


# Whole numbers that the tables leave open; they follow from the others.
_NOT_TOLD = frozenset({"beats.assigned", "beats.answers", "beats.begun"})


def _rows(plan: Plan, table: str) -> list[dict[str, Any]]:
    return plan.table(table).to_dict("records")  # type: ignore[return-value]


def _key(row: Mapping[str, Any], columns: str) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns.split())


def _visits(plan: Plan) -> dict[tuple[Any, ...], float]:
    """Visits by kind, site and period: as many as any one role is filled."""
    filled: dict[tuple[Any, ...], float] = defaultdict(float)
    for row in _rows(plan, "visits"):
        filled[_key(row, "kind site period role")] += row["visits"]
    out: dict[tuple[Any, ...], float] = {}
    for key, number in filled.items():
        out[key[:3]] = max(number, out.get(key[:3], 0.0))
    return out


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
    return Standing(plan, city, options, arranged, search, _put(search, plan))


def _put(search: Search, plan: Plan) -> Floats:
    """The plan's decisions as values of all columns; what is not whole is found anew around them."""
    live, arrays = search.live, search.arrays
    told = _whole_columns(search, plan)
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


def _whole_columns(search: Search, plan: Plan) -> Floats:
    column, model = search.arrays.column_of(), search.city.model
    told, faults = np.zeros(search.live.columns), []
    for component, key, number in decisions(plan):
        variable = model.find_component(component)
        known = variable is not None and key in variable
        if not known and component in _NOT_TOLD:  # a median's model leaves out assignments that cannot matter
            continue
        if not known:
            file = f"{plan.folder or plan.name}"
            words = "/".join(key) if isinstance(key, tuple) else str(key)
            faults.append(Fault(file, 0, component, words, "a decision that the instance allows"))
        elif id(variable[key]) in column:
            told[column[id(variable[key])]] = number
    if faults:
        raise InputError(faults)
    return told
