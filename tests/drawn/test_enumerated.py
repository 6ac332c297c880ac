"""Drawn tiny cities: the planner's optimum against every plan there is."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from cities import REGIMES, city, filled, objective, planned
from drawn.enumeration import Plans, TooManyPlansError
from drawn.strategies import Drawn, inspected, mixed, patrolled, prevented

FEW = settings(
    max_examples=10,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
OBJECTIVES = ("loss", "loss_and_spending", "spending", "worst_area")


def compare(drawn: Drawn, aim: str) -> None:
    """Objective and bound of every regime against the enumeration; each regime holds the plans of the one before."""
    tables, given_settings = drawn
    wanted = {**given_settings, "objective": aim, "worst_area": {"level": 2, "per": "total"}}
    try:
        best = {regime: Plans(filled(tables), wanted, regime).objective(aim) for regime in REGIMES}
    except TooManyPlansError:
        assume(False)
    with TemporaryDirectory() as place:
        folder = Path(place)
        if len({row["area"] for row in tables["sites"]}) == 1:
            wanted["worst_area"] = {"level": 1, "per": "total"}
        town = city(folder / "city", tables, **wanted)
        before = math.inf
        for regime in REGIMES:
            plan = planned(town, folder / regime, regime=regime)
            assert objective(plan) == pytest.approx(best[regime], rel=1e-6, abs=1e-6), regime
            assert (plan.bound or 0.0) <= best[regime] + 1e-6 * max(1.0, abs(best[regime]))
            assert (plan.bound or -math.inf) <= before + 1e-6 * max(1.0, abs(before))
            before = best[regime]


def _test(strategy: Callable[[], object], aim: str) -> Callable[[], None]:
    @FEW
    @given(strategy())  # type: ignore[arg-type]
    def test(drawn: Drawn) -> None:
        compare(drawn, aim)

    return test


@pytest.mark.parametrize("strategy", [inspected, prevented, patrolled, mixed], ids=lambda s: s.__name__)
@pytest.mark.parametrize("aim", OBJECTIVES)
def test_no_plan_is_better(strategy: Callable[[], object], aim: str) -> None:
    _test(strategy, aim)()
