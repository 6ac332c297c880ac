"""Solving a block under test with the planner's own adapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import ConcreteModel, Objective, Var

from allocopt.solver import LiveModel, Status, compile_model
from allocopt_models.terms import Contribution, total

BENCHMARKS = Path(__file__).parents[2].parent / "shared" / "data" / "benchmarks"


def benchmark(name: str) -> Path:
    """A file with a published optimum; the test is skipped where it is not there."""
    path = BENCHMARKS / name
    if not path.is_file():
        pytest.skip(f"no ../shared/data/benchmarks/{name}")
    return path


def minimised(m: ConcreteModel, cost: Any) -> float | None:
    """The least cost, with the solution in the model; None when there is none."""
    m.cost = Objective(expr=cost)
    for variable in m.component_data_objects(Var):
        variable.set_value(variable.lb or 0.0)
    arrays = compile_model(m)
    result = LiveModel(arrays, threads=1).solve()
    if result.status is Status.INFEASIBLE:
        return None
    assert result.status is Status.OPTIMAL
    assert result.x is not None
    for variable, number in zip(arrays.variables, result.x, strict=True):
        variable.set_value(float(number), skip_validation=True)
    return result.objective


def money(added: Contribution, probability: Mapping[str, float], further: Iterable[Any] = ()) -> Any:
    """Costs whatever happens, expected recourse and expected penalties."""
    costs = [(probability[cost.scenario] if cost.scenario else 1.0) * cost.amount for cost in added.costs]
    penalties = [probability[w] * part for w, parts in added.penalties.items() for part in parts]
    return total([*costs, *penalties, *further])
