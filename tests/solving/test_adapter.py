"""The adapter to HiGHS: what it refuses, and what it says of models that have no optimum."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Objective, Reals, Var

from allocopt.solver import LiveModel, SolverError, Status, compile_model


def model(coefficient: float = 1.0, rhs: float = 1.0, cost: float = 1.0, domain: Any = NonNegativeReals) -> Any:
    """min cost·x with coefficient · x ≥ rhs."""
    m = ConcreteModel()
    m.x = Var(domain=domain, bounds=(0, 10))
    m.row = Constraint(expr=coefficient * m.x >= rhs)
    m.cost = Objective(expr=cost * m.x)
    return m


def solved(m: Any) -> Any:
    return LiveModel(compile_model(m), threads=1).solve()


def test_optimum() -> None:
    result = solved(model(2.0, 3.0, 5.0))
    assert (result.status, result.objective, result.bound) == (Status.OPTIMAL, 7.5, 7.5)


@pytest.mark.parametrize("number", [1e-10, 1e15, 1e200, float("inf")])
def test_coefficients_out_of_range_are_refused(number: float) -> None:
    with pytest.raises(SolverError, match="row"):
        compile_model(model(coefficient=number))


@pytest.mark.parametrize("where", ["coefficient", "rhs", "cost"])
def test_not_a_number_is_refused(where: str) -> None:
    with pytest.raises((SolverError, ValueError)):
        compile_model(model(**{where: float("nan")}))


def test_infinite_cost_is_refused() -> None:
    with pytest.raises((SolverError, ValueError)):
        compile_model(model(cost=float("inf")))


@pytest.mark.parametrize("domain", [NonNegativeReals, Binary])
def test_infeasible(domain: Any) -> None:
    result = solved(model(rhs=20.0, domain=domain))
    assert result.status is Status.INFEASIBLE
    assert result.x is None


def _unbounded(whole: bool) -> Any:
    m = ConcreteModel()
    m.x, m.y = Var(domain=Reals), Var(domain=Binary if whole else NonNegativeReals)
    m.row = Constraint(expr=m.x + m.y <= 1)
    m.cost = Objective(expr=m.x + m.y)
    return m


@pytest.mark.parametrize("whole", [False, True])
def test_unbounded_is_an_error(whole: bool) -> None:
    with pytest.raises(SolverError):
        solved(_unbounded(whole))


def test_model_without_rows() -> None:
    m = ConcreteModel()
    m.x = Var(bounds=(2, 5))
    m.cost = Objective(expr=3 * m.x)
    assert solved(m).objective == 6


def test_model_without_variables() -> None:
    m = ConcreteModel()
    m.cost = Objective(expr=7.0)
    result = solved(m)
    assert (result.status, result.objective, result.bound) == (Status.OPTIMAL, 7.0, 7.0)


def test_changes_that_are_no_numbers_are_refused_and_leave_the_model() -> None:
    live = LiveModel(compile_model(model()), threads=1)
    with pytest.raises(SolverError):
        live.set_bounds(0, float("nan"), 1.0)
    with pytest.raises(SolverError):
        live.set_costs(np.array([np.nan]), 0.0)
    with pytest.raises(SolverError):
        live.set_row(0, float("nan"), 1.0)
    with pytest.raises(SolverError):
        live.add_rows([(float("nan"), [0], [1.0])])
    assert live.solve().objective == 1.0


def test_changes_are_felt_and_can_be_taken_back() -> None:
    live = LiveModel(compile_model(model()), threads=1)
    live.set_row(0, 4.0, np.inf)
    assert live.solve().objective == 4.0
    live.set_row(0, 1.0, np.inf)
    live.set_bounds(0, 2.0, 10.0)
    assert live.solve().objective == 2.0
    live.add_rows([(3.0, [0], [1.0])])
    assert live.solve().objective == 3.0


def test_time_limit_of_one_solve_does_not_hold_for_the_next() -> None:
    live = LiveModel(compile_model(model(domain=Binary)), threads=1)
    live.solve(deadline=time.monotonic() - 1)
    assert live.solve().status is Status.OPTIMAL


def test_relaxed_leaves_whole_numbers_out() -> None:
    live = LiveModel(compile_model(model(coefficient=2.0, domain=Binary)), threads=1)
    assert live.solve(relaxed=True).objective == 0.5
    assert live.solve().objective == 1.0


@pytest.mark.parametrize("way", ["plain", "proving"])
def test_another_tree_ends_with_the_same_and_leaves_the_next_as_it_was(way: str) -> None:
    """As few sets as hold all of what was drawn."""
    holds = np.random.default_rng(0).random((30, 40)) < 0.15
    m = ConcreteModel()
    m.taken = Var(range(40), domain=Binary)
    m.held = Constraint(range(30), rule=lambda m, row: sum(m.taken[s] for s in np.flatnonzero(holds[row])) >= 1)
    m.many = Objective(expr=sum(m.taken[s] for s in range(40)))
    live = LiveModel(compile_model(m), threads=1)
    fewest = round(live.solve().objective)
    best = live.solve().x
    tree = live.solve(**{way: True}, start=best)  # type: ignore[arg-type]
    assert tree.objective == tree.bound == pytest.approx(fewest)
    assert live.solve(relaxed=True).objective < fewest - 0.1
    assert live.solve().objective == pytest.approx(fewest)
