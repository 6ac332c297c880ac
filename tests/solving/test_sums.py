"""The short way through linear expressions comes to what Pyomo's own walker does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyomo.common.errors import InvalidConstraintError
from pyomo.environ import (
    ConcreteModel,
    Constraint,
    Expression,
    NonNegativeReals,
    Objective,
    Param,
    Var,
    quicksum,
)
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.solver import Arrays, compile_model
from allocopt.solving.run import build

PARTS = ("cost", "row_lower", "row_upper", "starts", "columns", "values")


def by_pyomo(model: Any) -> dict[str, Any]:
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    matrix = form.A.tocsr()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    kinds = np.array([row.bound_type for row in form.rows])
    return {
        "cost": form.c.todense().ravel(),
        "row_lower": np.where(kinds <= 0, form.rhs, -np.inf),
        "row_upper": np.where(kinds >= 0, form.rhs, np.inf),
        "starts": matrix.indptr,
        "columns": matrix.indices,
        "values": matrix.data,
    }


def agree(model: Any) -> Arrays:
    arrays, other = compile_model(model), by_pyomo(model)
    for part in PARTS:
        np.testing.assert_allclose(getattr(arrays, part), other[part], rtol=1e-12, atol=1e-12)
    return arrays


def rows(*expressions: Any, model: Any) -> Any:
    for i, expression in enumerate(expressions):
        model.add_component(f"row{i}", Constraint(expr=expression))
    model.aim = Objective(expr=model.x[0] + 2 * model.y)
    return model


@pytest.fixture
def model() -> Any:
    m = ConcreteModel()
    m.x = Var(range(4), domain=NonNegativeReals)
    m.y = Var(bounds=(0, 5))
    m.share = Param(initialize=0.25, mutable=True)
    m.named = Expression(expr=m.x[0] - 3 * m.x[1] + 2)
    m.listed = Expression([0, 1], rule=lambda m, i: m.x[i] + m.y)
    return m


def test_a_city(tmp_path: Path) -> None:
    create(tmp_path / "city")
    assert len(agree(build(load(tmp_path / "city"))).values) > 300


def test_kinds_of_sums(model: Any) -> None:
    m = model
    arrays = agree(
        rows(
            m.x[0] + m.x[1] - 2 * m.x[2] <= 4,
            quicksum(i * m.x[i] for i in range(4)) + 1 == m.y,
            m.listed[0] - 2 * m.listed[1] >= m.x[3],
            -(m.x[0] - m.y) + 3 * (m.x[1] + 2 * (m.x[2] - 1)) <= 7,
            m.y <= 3,
            m.x[0] + m.x[1] >= 1,
            (0, m.x[2] + m.x[3] + 1, 6),
            model=m,
        )
    )
    assert len(arrays.constraints) == 8


def test_what_cancels_is_not_there(model: Any) -> None:
    arrays = agree(rows(model.x[0] + model.x[1] - model.x[0] <= 4, model=model))
    assert len(arrays.values) == 1


def test_what_is_left_to_pyomo(model: Any) -> None:
    """A named scalar, a parameter as coefficient, a quotient: kinds that the short way does not know."""
    m = model
    arrays = agree(rows(m.named <= 1, m.share * m.x[0] + m.x[1] <= 2, (m.x[2] + m.y) / 4 >= m.share, model=m))
    assert 0.25 in arrays.values


def test_a_fixed_variable_is_a_number(model: Any) -> None:
    model.x[1].fix(2.0)
    arrays = agree(rows(model.x[0] + 3 * model.x[1] <= 10, model=model))
    assert arrays.row_upper.tolist() == [4.0]


def test_what_is_not_linear_is_refused(model: Any) -> None:
    with pytest.raises(InvalidConstraintError, match="nonlinear"):
        compile_model(rows(model.x[0] * model.x[1] <= 1, model=model))
