"""The next yuan where whole numbers count as many, so that money is spent by hand: what is told holds of every plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from allocopt.checker import check
from allocopt.instance.load import load
from allocopt.solving import buying
from allocopt.solving.by_hand.adding import Adding
from allocopt.solving.search import Found
from allocopt.study.frontier.run import budget
from allocopt.study.study import Study
from allocopt.summary.next_yuan import parts
from cities import build, city, filled
from drawn.enumeration import Plans, TooManyPlansError
from drawn.strategies import Drawn, inspected, mixed, patrolled, prevented
from study.test_next_yuan import all_checked, lamps, row

DRAWN = settings(
    max_examples=3,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
# The least loss with so much on the budget lines.
Least = Callable[[dict[str, float]], float]


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole numbers count as many in any town."""
    monkeypatch.setattr(buying, "FEW", -1)


def studied(tmp_path: Path, tables: dict[str, Any], **how: Any) -> Study:
    asked: dict[str, Any] = {"budgets": ("100%",), "gap": 1e-6, "workers": 1, **how}
    return budget(load(build(tmp_path / "town", tables)), tmp_path / "study", **asked)


def test_the_next_thing_is_had_for_its_price_less_what_is_left(tmp_path: Path) -> None:
    """With 25 the lamps of 10 and 12 for the larger losses are had; 3 are left, and the third costs 7."""
    study = studied(tmp_path, lamps([7, 10, 12], {"all": 25}), step="4.5")
    found = row(study, "all")
    assert found["changes_at_cny"] == pytest.approx(4) and found["found"] == "at_the_latest"
    assert found["gain"] == found["gain_then"] == pytest.approx(500) and found["gain_most"] >= 500 - 1e-6
    assert found["words"] == "start 灯 Lamp 0 at s0"
    all_checked(study)


def test_a_large_thing_comes_before_many_small_ones_that_would_use_up_its_money(tmp_path: Path) -> None:
    """For 10 more there is the lamp that averts 3000 for 10, or that which averts 500 for 1, more a yuan."""
    study = studied(tmp_path, lamps([1, 3, 3, 3, 3, 10], {"all": 12}), step="10")
    found = row(study, "all")
    assert found["gain"] == pytest.approx(3000)
    assert found["changes_at_cny"] == pytest.approx(1) and found["gain_then"] == pytest.approx(500)
    all_checked(study)


def test_a_sum_that_buys_nothing_is_an_interval(tmp_path: Path) -> None:
    """All but the lamp of 100 are had. Up to a fifth more of the money nothing can be had, which is not proved."""
    found = row(studied(tmp_path, lamps([7, 10, 100], {"all": 20}), step="2"), "all")
    assert found["found"] == "not_found" and found["gain"] == 0 < found["gain_most"]
    assert math.isnan(found["changes_at_cny"]) and found["words"] == ""


def test_no_plan_is_sought_where_the_relaxation_gains_next_to_nothing(tmp_path: Path) -> None:
    """In the west there is only a lamp against a loss of a cent."""
    tables = lamps([7, 10], {"all": 40, "west": 5}, west={"area": "town/west"})
    tables["risks"][1]["loss_cny"] = 0.01
    study = studied(tmp_path, tables, step="2")
    found = row(study, "west")
    assert found["found"] == "idle" and found["gain"] == 0 <= found["gain_most"]
    told = " ".join(map(str, parts(study.manifest, study.tables["next_yuan"])))
    assert "next to nothing even without whole numbers; a step buys between nothing and" in told


def test_nothing_is_added_twice_nor_beyond_the_limits(tmp_path: Path) -> None:
    tables = lamps([7, 10, 12], {"all": 25})
    search = search_of(tmp_path, tables)
    nothing = search.settle(np.clip(0.0, search.arrays.lower, search.arrays.upper))
    adding = Adding(search.city, search.arrays)
    losses = []
    for x in adding.filled(nothing):
        found = Found()
        assert search.keep_if_better(x, found) and found.x is not None and search.arrays.allows(found.x)
        losses.append(found.objective)
        assert not list(adding.filled(found.x)) and not list(adding.with_one_more(found.x, 1e-3))
    assert min(losses) == pytest.approx(6000 - 1000 - 1500)


def search_of(tmp_path: Path, tables: dict[str, Any]) -> Any:
    from allocopt.arrange.whole import arrange
    from allocopt.solving.options import Options, objective_of, plain
    from allocopt.solving.search import Search
    from allocopt_models.city import city_model

    town = load(build(tmp_path / "town", tables))
    options = Options("linked", None, plain(objective_of(town)), 1e-6, None, None, 1)
    return Search(city_model(arrange(town, options.acting(town), options.objective).data), threads=1)


def least_loss(drawn: Drawn) -> Least:
    tables, given_settings = drawn

    def least(amounts: dict[str, float]) -> float:
        budgets = [{**line, "amount_cny": amounts.get(line["id"], line["amount_cny"])} for line in tables["budgets"]]
        return Plans(filled({**tables, "budgets": budgets}), given_settings, "linked").objective("loss")

    return least


def holds(told: dict[str, Any], raised: Callable[[float], dict[str, float]], least: Least, present: float) -> None:
    """What a row tells, against every plan that there is."""
    hair = 1e-6 * max(1.0, present)
    true_gain = present - least(raised(told["step_cny"]))
    assert told["gain"] <= true_gain + hair and true_gain <= told["gain_most"] + hair
    if told["found"] == "unusable":
        assert least(raised(told["limit_cny"])) >= least({}) - hair
    if not math.isnan(told["changes_at_cny"]):
        assert 0 < told["changes_at_cny"] <= told["limit_cny"] + 0.01 and told["words"]
        assert least(raised(told["changes_at_cny"])) <= present - told["gain_then"] + hair


def compare(drawn: Drawn) -> None:
    tables, given_settings = drawn
    assume(any(line["amount_cny"] for line in tables.get("budgets", ())))
    try:
        least = least_loss(drawn)
        assume(math.isfinite(least({})))
    except TooManyPlansError:
        assume(False)
    with TemporaryDirectory() as place:
        town = city(Path(place) / "city", tables, **given_settings)
        how: dict[str, Any] = {"budgets": ("100%",), "gap": 1e-6, "workers": 1, "step": "15%"}
        study = budget(town, Path(place) / "study", **how)
        money = {line["id"]: line["amount_cny"] for line in tables["budgets"]}
        for told in study.tables["next_yuan"].to_dict("records"):

            def raised(more: float, told: dict[str, Any] = told) -> dict[str, float]:
                return {line: money[line] * (1 + more / told["amount_cny"]) for line in told["lines"].split(";")}

            holds(told, raised, least, study.manifest["next_yuan"]["objective"])
        plans = sorted((Path(place) / "study" / "plans").glob("*/plan.json"))
        assert all(check(plan.parent).ok for plan in plans)


@pytest.mark.parametrize("strategy", [inspected, prevented, patrolled, mixed], ids=lambda each: each.__name__)
def test_what_is_told_holds_of_every_plan(strategy: Callable[[], Any]) -> None:
    @DRAWN
    @given(strategy())
    def told(drawn: Drawn) -> None:
        compare(drawn)

    told()
