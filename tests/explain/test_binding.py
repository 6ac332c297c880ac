"""What binds a plan, and what one more unit buys: known prices, and what solves with a unit more come to."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given

from allocopt.explain import binding
from allocopt.plan import Plan
from allocopt.solving.run import solve
from cities import GAP, city
from drawn.strategies import Drawn, inspected, mixed, prevented
from drawn.test_goods import stocked
from explain.plans import written
from explain.test_conflict import of_draws
from solving.towns import INSPECTION, PATROL, PREVENTION, SUPPLY, with_tables


def limits(plan: Plan) -> dict[tuple[str, str], dict[str, Any]]:
    return {(limit["kind"], limit["name"]): limit for limit in binding(plan, threads=1)["limits"]}


def test_money_that_buys_goods(tmp_path: Path) -> None:
    """A yuan buys one kit more, which is worth 50 in half of all cases; nothing is whole, so both prices agree."""
    found = limits(written(tmp_path, SUPPLY))["budget line", "all"]
    assert found["binds"]
    assert found["buys"] == pytest.approx(25)
    assert found["buys_at_most"] == pytest.approx(25)
    assert found["places"] == [{"file": "budgets.csv", "row": 2}]


def test_money_that_buys_whole_things_only(tmp_path: Path) -> None:
    """50 CNY are left, half an alarm: nothing without another alarm, 3 CNY a yuan at s1 with halves of alarms."""
    found = limits(written(tmp_path, PREVENTION))["budget line", "all"]
    assert (found["binds"], found["buys"]) == (False, 0.0)
    assert found["left"] == pytest.approx(50)
    assert found["buys_at_most"] == pytest.approx(3.0, rel=1e-3)


def test_room_in_a_depot_and_a_soft_standard(tmp_path: Path) -> None:
    depots = [{**SUPPLY["depots"][0], "capacity_m3": 3}]
    standards = [{"id": "filled", "rule": "fill_rate", "at_least": 0.9, "price_cny": 100}]
    found = limits(written(tmp_path, with_tables(SUPPLY, depots=depots, budgets=[], standards=standards)))
    assert found["room in depot", "d"]["buys"] == pytest.approx(25 + 10)  # a kit more fills a tenth more
    filled = found["standard, at least", "filled"]
    assert filled["buys"] == pytest.approx(100)
    assert filled["missed"] == pytest.approx(0.9 - 0.3)
    assert set(found) == {("room in depot", "d"), ("standard, at least", "filled")}


def test_hours_burdens_and_crews(tmp_path: Path) -> None:
    standards = [{"id": "burden", "rule": "visits", "per": "site", "at_most": 1}]
    pools = [{**INSPECTION["pools"][0], "hours": 1.5}]
    found = limits(written(tmp_path / "a", with_tables(INSPECTION, standards=standards, pools=pools)))
    burden, hours = found["standard, at most", "burden"], found["hours of pool", "men"]
    assert burden["binds"]
    assert [row["place"] for row in burden["rows"]] == ["s0"]
    assert not hours["binds"]
    assert hours["left"] == pytest.approx(0.5)
    assert hours["buys_at_most"] == pytest.approx(300 / 1.1, rel=1e-3)
    assert limits(written(tmp_path / "b", PATROL))["crews of unit", "car"]["buys_at_most"] == pytest.approx(300)


def test_what_a_mechanism_keeps_shut_does_not_bind(tmp_path: Path) -> None:
    """The men work only under a law that costs more than there is, so none of their hours is missed."""
    pools = [{**INSPECTION["pools"][0], "mechanism": "law"}]
    costs = [{"mechanism": "law", "body": "fire", "cost_cny": 100}]
    money = [{"id": "all", "amount_cny": 10}]
    town = with_tables(INSPECTION, pools=pools, mechanisms=[{"id": "law"}], mechanism_costs=costs, budgets=money)
    hours = limits(written(tmp_path, town)).get(("hours of pool", "men"))
    assert hours is None or not hours["binds"]


def test_nothing_binds(tmp_path: Path) -> None:
    found = binding(written(tmp_path, with_tables(PREVENTION, budgets=[{"id": "all", "amount_cny": 1e6}])), threads=1)
    assert found["limits"] == []
    assert found["not_binding"] == 1


def steps_of_money(strategy: Any, number: int) -> int:
    """With z the optimum and r that of the relaxation, z(b) − z(b + step) ≤ z(b) − r(b) + price · step for each line of
    so many drawn cities; how many steps were looked at."""
    seen = 0

    @of_draws(number)
    @given(strategy())
    def each(drawn: Drawn) -> None:
        nonlocal seen
        tables, settings = drawn
        with TemporaryDirectory() as place:
            folder = Path(place)
            assume(solve(city(folder / "draft", tables, **settings), gap=1.0, threads=1).tables)
            plan = written(folder, tables, **settings)
            assert plan.objective is not None
            answer = binding(plan, threads=1)
            found = {(limit["kind"], limit["name"]): limit for limit in answer["limits"]}
            for i, row in enumerate(tables["budgets"]):
                for step in (1.0, 60.0):
                    more = [*tables["budgets"]]
                    more[i] = row | {"amount_cny": row["amount_cny"] + step}
                    richer = solve(city(folder / f"{i}-{step}", {**tables, "budgets": more}, **settings), gap=GAP)
                    assert richer.objective is not None
                    price = found.get(("budget line", row["id"]), {"buys_at_most": 0.0})["buys_at_most"]
                    most = plan.objective - answer["relaxation"] + price * step
                    assert plan.objective - richer.objective <= most + 1e-5 * max(plan.objective, 1.0)
                    seen += 1

    each()
    return seen


STRATEGIES = [inspected, prevented, mixed, stocked]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.__name__)
def test_no_step_of_money_buys_more_than_is_told(strategy: Any) -> None:
    steps_of_money(strategy, 1)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.__name__)
def test_no_step_of_money_buys_more_in_many_drawn_cities(strategy: Any) -> None:
    assert steps_of_money(strategy, 8)
