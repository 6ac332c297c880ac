"""The dive: whole numbers near the relaxed ones, in the order in which decisions depend on each other."""

from __future__ import annotations

import numpy as np
import pytest
from pyomo.environ import Block, ConcreteModel, Constraint, NonNegativeIntegers, Objective, Var

from allocopt.solver import LiveModel, SolverError, compile_model
from allocopt.solving.dive import Rest, dive


def model() -> ConcreteModel:
    """Five hours: opening a post costs one and lets two units stand, a unit costs one and a half, a visit one."""
    m = ConcreteModel()
    m.patrol, m.inspection = Block(), Block()
    m.patrol.opened = Var([0], within=NonNegativeIntegers, bounds=(0, 1))
    m.patrol.units = Var([0], within=NonNegativeIntegers, bounds=(0, 2))
    m.inspection.visits = Var([0, 1], within=NonNegativeIntegers, bounds=(0, 3))
    opened, units, visits = m.patrol.opened[0], m.patrol.units[0], m.inspection.visits
    m.only_if_open = Constraint(expr=units <= 2 * opened)
    m.hours = Constraint(expr=opened + 1.5 * units + visits[0] + visits[1] <= 5)
    m.gain = Objective(expr=-(4 * units + 1.1 * visits[0] + 0.9 * visits[1]))
    return m


def test_all_is_whole_and_fits() -> None:
    live = LiveModel(compile_model(model()), threads=1)
    lower, upper = live.arrays.lower.copy(), live.arrays.upper.copy()
    relaxed = live.solve(relaxed=True)
    assert relaxed.x is not None
    x = dive(live, relaxed.x, None)
    assert x is not None
    assert np.abs(x - np.round(x)).max() < 1e-6
    assert float(live.arrays.cost @ x) == pytest.approx(-(4 * 2 + 1.1))
    assert (live.arrays.lower == lower).all() and (live.arrays.upper == upper).all()


def test_the_first_plan_will_do() -> None:
    live = LiveModel(compile_model(model()), threads=1)
    relaxed = live.solve(relaxed=True)
    assert relaxed.x is not None
    x = dive(live, relaxed.x, None, Rest(near=1.0, nodes=1, first=True))
    assert x is not None
    assert live.solve().objective == pytest.approx(-9.1)


def test_a_solver_that_goes_astray_ends_the_dive_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveModel(compile_model(model()), threads=1)
    relaxed = live.solve(relaxed=True)
    assert relaxed.x is not None
    before = live.arrays.upper.copy()

    def astray(**_: object) -> None:
        raise SolverError("HiGHS stopped with 'Solve error'")

    monkeypatch.setattr(live, "solve", astray)
    assert dive(live, relaxed.x, None) is None
    assert (live.arrays.upper == before).all()
