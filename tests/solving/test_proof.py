"""Bounds proved from row multipliers: true for any, tight for the right ones."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from allocopt.doctor.problems import FAMILIES, draw, programme
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.solver import Arrays, LiveModel, Status, compile_model
from allocopt.solving.proof import _Programme, relaxation_bound, root_bound
from allocopt_models.city import city_model

INF = math.inf
DRAWN = [problem for family in FAMILIES for problem in draw(family, 12)]


def exactly(programme: _Programme, y: np.ndarray) -> Fraction:
    """The bound in rational numbers; the multipliers must be allowed and the bounds they ask for be there."""
    rows, columns, values = programme.by_row.tocoo().coords[0], programme.by_row.indices, programme.by_row.data
    reduced = [Fraction(c) for c in programme.arrays.cost.tolist()]
    for i, j, a in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True):
        reduced[j] -= Fraction(a) * Fraction(float(y[i]))
    total = Fraction(programme.arrays.offset)
    for i, multiplier in enumerate(y.tolist()):
        if multiplier:
            total += Fraction(multiplier) * Fraction(
                float((programme.row_lower if multiplier > 0 else programme.row_upper)[i])
            )
    for j, d in enumerate(reduced):
        if d:
            total += d * Fraction(float((programme.lower if d > 0 else programme.upper)[j]))
    return total


# What HiGHS calls a multiplier


@pytest.mark.parametrize(
    ("cost", "rows", "bounds", "expected"),
    [
        (2.0, (3.0, INF), (0.0, 9.0), 2.0),  # held at its lower limit: a higher limit costs 2 each
        (-2.0, (-INF, 3.0), (0.0, 9.0), -2.0),  # held at its upper limit: a higher limit saves 2 each
        (2.0, (3.0, 3.0), (0.0, 9.0), 2.0),
        (-2.0, (3.0, 3.0), (0.0, 9.0), -2.0),
        (2.0, (-5.0, 8.0), (1.0, 9.0), 0.0),  # held by its column's bound
    ],
)
def test_the_signs_of_multipliers(
    cost: float, rows: tuple[float, float], bounds: tuple[float, float], expected: float
) -> None:
    live = LiveModel(programme([cost], [[1.0]], rows, bounds, False), threads=1)
    result = live.solve(relaxed=True)
    assert result.duals is not None
    assert result.duals.tolist() == pytest.approx([expected])
    assert relaxation_bound(live, result) == pytest.approx(result.objective)


def test_multipliers_of_added_rows_come_last() -> None:
    live = LiveModel(programme([1.0, 1.0], [[1.0, -1.0]], (-INF, 5.0), (0.0, 9.0)), threads=1)
    before = live.solve(relaxed=True)
    live.add_rows([(3.0, [0, 1], [1.0, 2.0])])
    result = live.solve(relaxed=True)
    assert result.duals is not None
    assert result.duals.tolist() == pytest.approx([0.0, 0.5])
    assert relaxation_bound(live, result) == pytest.approx(1.5)
    assert relaxation_bound(live, before) == pytest.approx(0.0)  # multipliers from before the row was added


def test_only_a_solve_without_whole_numbers_has_multipliers() -> None:
    live = LiveModel(programme([1.0], [[2.0]], (3.0, INF), (0.0, 9.0)), threads=1)
    result = live.solve()
    assert (result.objective, result.duals) == (2.0, None)
    assert relaxation_bound(live, result) == -INF
    assert relaxation_bound(live, live.solve(relaxed=True)) == pytest.approx(1.5)


def test_an_infeasible_relaxation_proves_nothing() -> None:
    live = LiveModel(programme([1.0], [[1.0]], (3.0, INF), (0.0, 1.0)), threads=1)
    result = live.solve(relaxed=True)
    assert result.status is Status.INFEASIBLE
    assert relaxation_bound(live, result) == -INF


# Tight for the solver's multipliers, true for any


def test_drawn_relaxations() -> None:
    for problem in DRAWN:
        live = LiveModel(problem.arrays, threads=1)
        result = live.solve(relaxed=True)
        if result.x is None:
            continue
        bound = relaxation_bound(live, result)
        assert bound <= problem.optimum
        assert bound <= result.objective + 1e-9 * max(1.0, abs(result.objective))
        assert bound == pytest.approx(result.objective, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_any_multipliers_prove_something_true(scale: float) -> None:
    rng = np.random.default_rng(3)
    for problem in DRAWN:
        y = scale * rng.normal(size=len(problem.arrays.row_lower))
        assert root_bound(problem.arrays, y) <= problem.optimum


def test_rounding_is_on_the_safe_side() -> None:
    """Never above the same bound in rational numbers, and never far below."""
    rng = np.random.default_rng(4)
    for problem in DRAWN:
        arrays = replace(problem.arrays, cost=problem.arrays.cost * rng.uniform(0.1, 3.0), offset=rng.normal())
        arrays.values = arrays.values * rng.uniform(0.3, 3.0, len(arrays.values))
        inner = _Programme(arrays, ())
        y = inner.mended(rng.normal(size=len(arrays.row_lower)) * 10.0 ** rng.uniform(-6, 6))
        exact, bound = exactly(inner, y), inner.bound(y)
        assert Fraction(bound) <= exact
        assert bound == pytest.approx(float(exact), rel=1e-9, abs=1e-6)


def test_what_is_no_number_counts_nothing_and_too_many_are_refused() -> None:
    arrays = programme([1.0, 1.0], [[1.0, 1.0], [1.0, 0.0]], (1.0, INF), (0.0, 9.0))
    assert root_bound(arrays, np.array([math.nan, math.inf])) == pytest.approx(0.0)
    assert root_bound(arrays, np.array([1.0])) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="3 multipliers for 2 rows"):
        root_bound(arrays, np.ones(3))


# Columns without bounds


def unbounded(cost: list[float], matrix: list[list[float]], rows: tuple[object, object]) -> Arrays:
    return programme(cost, matrix, rows, (0.0, INF), False)  # type: ignore[arg-type]


def test_rows_imply_bounds() -> None:
    arrays = unbounded([-1.0, -1.0], [[1.0, 2.0]], (-INF, 4.0))
    assert root_bound(arrays, np.array([-0.9])) == pytest.approx(-4.0)  # x ≤ 4 and y ≤ 2, from the row
    chain = unbounded([-1.0, 0.0], [[0.0, 1.0], [1.0, -3.0]], (-INF, [2.0, 0.0]))
    assert root_bound(chain, np.zeros(2)) == pytest.approx(-6.0)


def test_multipliers_a_little_off_are_mended() -> None:
    arrays = unbounded([1.0, 5.0], [[1.0, 1.0], [1.0, 0.0]], ([3.0, 1.0], INF))
    for off in (0.0, 1e-12, -1e-12, 1e-7):
        assert root_bound(arrays, np.array([1.0 + off, off])) == pytest.approx(3.0, rel=1e-6)
        assert root_bound(arrays, np.array([1.0 + off, off])) <= 3.0


def test_a_worst_of_several_has_no_bound_of_its_own() -> None:
    """min w, w ≥ 2 − x, w ≥ 0.1 + x/3: thirds are never exact."""
    arrays = programme([1.0, 0.0], [[1.0, 1.0], [1.0, -1 / 3]], ([2.0, 0.1], INF), (0.0, [INF, 2.0]), False)
    live = LiveModel(arrays, threads=1)
    result = live.solve(relaxed=True)
    bound = relaxation_bound(live, result)
    assert bound == pytest.approx(result.objective, rel=1e-9)
    assert bound <= 0.575


@pytest.mark.parametrize(("lower", "upper"), [(0.0, INF), (-INF, 0.0), (-INF, INF), (0.0, 1e30)])
def test_an_unbounded_programme_has_no_bound(lower: float, upper: float) -> None:
    arrays = programme([-1.0 if upper > 0 else 1.0], [[1.0]], (-INF, INF), (lower, upper), False)
    assert root_bound(arrays, np.array([5.0])) == -INF


def test_programmes_without_rows_or_columns() -> None:
    nothing = programme([], np.zeros((1, 0)), (-1.0, 1.0), (0.0, 1.0))
    nothing.offset = 7.0
    assert root_bound(nothing, np.array([0.0])) == pytest.approx(7.0)
    free = programme([2.0, -3.0], np.zeros((0, 2)), (0.0, 0.0), (0.0, 5.0))
    assert root_bound(free, np.zeros(0)) == pytest.approx(-15.0)


# A whole city


@pytest.mark.parametrize("objective", ["loss", "worst_area", "cvar", "spending"])
def test_the_sample_town(objective: str, tmp_path: Path) -> None:
    create(tmp_path / "city")
    city = load(tmp_path / "city")
    model = city_model(arrange(city, Regime.named("linked", city), objective).data)
    live = LiveModel(compile_model(model.model), threads=1)
    result = live.solve(relaxed=True)
    bound = relaxation_bound(live, result)
    assert bound <= result.objective * (1 + 1e-12)
    assert bound == pytest.approx(result.objective, rel=1e-6)
    result = live.solve(absolute_gap=0.2 * result.objective)
    assert bound <= result.objective


def test_a_model_without_variables_needs_no_multipliers() -> None:
    live = LiveModel(programme([], [], (-INF, INF), (0.0, 9.0)), threads=1)
    assert relaxation_bound(live, live.solve(relaxed=True)) == pytest.approx(0.0)
