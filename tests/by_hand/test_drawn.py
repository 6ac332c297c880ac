"""Drawn tiny cities: the plan by hand passes the checker, and no plan of the search is worse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from by_hand.making import by_hand
from cities import REGIMES, city, planned
from drawn.strategies import Drawn, inspected, mixed, patrolled, prevented
from drawn.test_goods import stocked

FEW = settings(
    max_examples=5,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TRIED = [
    *((strategy, "loss") for strategy in (inspected, prevented, patrolled, mixed, stocked)),
    (mixed, "loss_and_spending"),
    (mixed, "worst_area"),
    (stocked, "cvar"),
]


def compare(drawn: Drawn, aim: str) -> None:
    tables, given_settings = drawn
    with TemporaryDirectory() as place:
        folder = Path(place)
        town = city(folder / "city", tables, **{"worst_area": {"level": 1, "per": "total"}, **given_settings})
        for regime in REGIMES:
            hand, _ = by_hand(town, folder / "hand" / regime, regime=regime, objective=aim)
            plan = planned(town, folder / "plan" / regime, regime=regime, objective=aim)
            if hand.x is not None:
                assert plan.objective is not None
                assert plan.objective <= hand.figures["objective"] * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize(("strategy", "aim"), TRIED, ids=lambda one: getattr(one, "__name__", one))
def test_by_hand_is_a_plan_and_none_is_worse(strategy: Callable[[], object], aim: str) -> None:
    @FEW
    @given(strategy())  # type: ignore[arg-type]
    def test(drawn: Drawn) -> None:
        compare(drawn, aim)

    test()
