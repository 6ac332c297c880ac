"""What the next yuan buys: the sum at which a plan changes, known by hand or from every plan that there is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from allocopt.checker import check
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.study.frontier.run import budget
from allocopt.study.study import Study
from allocopt.study.workers import InterruptedStudyError
from cities import SETTINGS, build
from cli.command import allocopt
from study.enumerated import every_plan, losses

ONE: dict[str, Any] = {"budgets": ("100%",), "gap": 1e-6, "workers": 1}


def lamps(prices: list[float], sums: dict[str, float], **filters: dict[str, str]) -> dict[str, Any]:
    """Lamps that halve a loss of 1000, 2000, …, each place with a hazard and a lamp of its own."""
    each = list(enumerate(prices))
    return {
        "sites": [{"id": f"s{i}", "area": "town/east" if i == 0 else "town/west"} for i, _ in each],
        "bodies": [{"id": "town", "name": "镇 Town"}],
        "hazards": [{"id": f"theft{i}", "lead": "town"} for i, _ in each],
        "risks": [{"site": f"s{i}", "hazard": f"theft{i}", "loss_cny": 1000.0 * (i + 1)} for i, _ in each],
        "measures": [
            {"id": f"lamp{i}", "name": f"灯 Lamp {i}", "body": "town", "cost_cny": price} for i, price in each
        ],
        "effects": [{"by": "measure", "id": f"lamp{i}", "hazard": f"theft{i}", "share": 0.5} for i, _ in each],
        "budgets": [{"id": line, "amount_cny": money, **filters.get(line, {})} for line, money in sums.items()],
    }


def studied(tmp_path: Path, tables: dict[str, Any], **how: Any) -> Study:
    return budget(load(build(tmp_path / "town", tables)), tmp_path / "study", **{**ONE, **how})


def row(study: Study, name: str, kind: str = "line") -> dict[str, Any]:
    table = study.tables["next_yuan"]
    (found,) = table[(table["kind"] == kind) & (table["name"] == name)].to_dict("records")
    return found


def all_checked(study: Study) -> None:
    assert study.folder is not None
    plans = sorted((study.folder / "plans").glob("*/plan.json"))
    assert plans and all(check(plan.parent).ok for plan in plans)


def test_the_next_sum_is_the_price_less_what_is_left(tmp_path: Path) -> None:
    """With 25 the lamps of 10 and 12 for the larger losses are had; 3 are left, and the third costs 7."""
    study = studied(tmp_path, lamps([7, 10, 12], {"all": 25}), step="1")
    found = row(study, "all")
    assert found["changes_at_cny"] == pytest.approx(4) and found["found"] == "exact"
    assert found["none_below_cny"] == pytest.approx(4, abs=1e-2)
    assert found["gain_then"] == pytest.approx(500) and "Lamp 0" in found["words"]
    assert found["left_cny"] == pytest.approx(3) and found["gain"] == 0 and found["gain_most"] >= 0
    all_checked(study)


def test_a_dearer_swap_may_come_before_the_next_measure(tmp_path: Path) -> None:
    """With 21 the lamps of 9 and 12 are had, averting 2000; for 1 more the second one takes the place of the first."""
    study = studied(tmp_path, lamps([9, 10, 12], {"all": 21}), step="1")
    found = row(study, "all")
    assert found["changes_at_cny"] == pytest.approx(1) and found["gain_then"] == pytest.approx(500)
    assert found["gain"] == pytest.approx(500) and found["gain_most"] >= 500 - 1e-6
    assert found["words"] == "start 灯 Lamp 1 at s1; do not start 灯 Lamp 0 at s0"


def test_money_that_cannot_be_used_buys_nothing_and_that_is_proved(tmp_path: Path) -> None:
    """All lamps are had for 29."""
    found = row(studied(tmp_path, lamps([7, 10, 12], {"all": 40})), "all")
    assert found["found"] == "unusable" and found["gain_most"] == 0 and found["left_cny"] == pytest.approx(11)
    assert math.isnan(found["changes_at_cny"]) and found["words"] == ""


def test_a_line_in_a_full_one_buys_nothing_alone(tmp_path: Path) -> None:
    """Both lines have 22 and are used up; raised together they do what neither does alone."""
    tables = lamps([7, 10, 12], {"all": 22, "part": 22}, part={"body": "town"}, all={})
    study = studied(tmp_path, tables, step="2")
    for line in ("all", "part"):
        assert row(study, line)["found"] == "unusable" and row(study, line)["gain"] == 0
    both = lamps(
        [7, 10, 12],
        {"outer": 25, "inner": 22},
        outer={"body": "town"},
        inner={"body": "town", "programme": "prevention"},
    )
    study = budget(load(build(tmp_path / "both", both)), tmp_path / "other", **ONE, step="2")
    body = row(study, "town", "body")
    assert body["lines"] == "inner;outer" and body["amount_cny"] == 25
    # 29 are needed of both: 7 more of the inner line's 22 are 7 / 22 of the outer line's 25
    assert math.isnan(body["changes_at_cny"]) and body["found"] == "none"
    assert row(study, "outer")["found"] == "unusable"
    all_checked(study)


def test_a_body_and_an_area_raise_all_of_their_lines(tmp_path: Path) -> None:
    tables = lamps(
        [10, 10, 10, 10],
        {"east": 9, "west": 25, "west_wide": 26},
        east={"area": "town/east", "body": "town"},
        west={"area": "town/west"},
        west_wide={"area": "town/west", "programme": "prevention"},
    )
    study = studied(tmp_path, tables, step="20%")
    assert row(study, "east")["changes_at_cny"] == pytest.approx(1)
    assert row(study, "town", "body")["changes_at_cny"] == pytest.approx(1)
    area = row(study, "town/west", "area")
    assert area["lines"] == "west;west_wide" and area["amount_cny"] == 25
    assert area["changes_at_cny"] == pytest.approx(5) and area["gain_then"] == pytest.approx(1000)
    assert row(study, "west")["changes_at_cny"] != row(study, "west")["changes_at_cny"]
    all_checked(study)


def test_the_instance_own_money_is_looked_at_whatever_sums_are_asked_for(tmp_path: Path) -> None:
    study = studied(tmp_path, lamps([7, 10, 12], {"all": 25}), budgets=("10", "60%"), step="1")
    assert study.tables["frontier"]["budget_cny"].tolist() == [10, 15]
    assert row(study, "all")["changes_at_cny"] == pytest.approx(4)
    all_checked(study)


def test_most_sums_are_left_out_where_few_are_asked_for(tmp_path: Path) -> None:
    tables = lamps([7, 10, 12], {"all": 25, "loose": 200, "none": 0}, none={"programme": "patrol"})
    study = studied(tmp_path, tables, next_yuan=1, step="1")
    assert study.tables["next_yuan"]["name"].tolist() == ["all"]
    left_out = study.manifest["next_yuan"]["left_out"]
    assert [one["name"] for one in left_out] == ["none", "loose"]
    assert studied_without(tmp_path, tables).manifest["next_yuan"] is None


def studied_without(tmp_path: Path, tables: dict[str, Any]) -> Study:
    return budget(load(build(tmp_path / "town", tables)), tmp_path / "without", **ONE, next_yuan=0)


@pytest.mark.parametrize("step", ["0", "-1%", "much", "0%"])
def test_a_step_that_is_none_is_refused(tmp_path: Path, step: str) -> None:
    with pytest.raises(InputError, match="--step"):
        studied(tmp_path, lamps([7], {"all": 5}), step=step)
    assert not (tmp_path / "study").exists()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(5, 30), min_size=3, max_size=5), st.integers(20, 60), st.integers(10, 50))
def test_small_cities_agree_with_every_plan_that_there_is(
    tmp_path_factory: pytest.TempPathFactory, prices: list[int], money: int, west: int
) -> None:
    tables = lamps(
        [float(price) for price in prices], {"all": float(money), "west": float(west)}, west={"area": "town/west"}
    )
    folder = tmp_path_factory.mktemp("drawn")
    study = budget(load(build(folder / "town", tables)), folder / "study", **ONE, step="3")
    least = study.manifest["next_yuan"]["least_gain"]
    here = losses(every_plan(tables, SETTINGS)).min()
    for line, amount in (("all", money), ("west", west)):
        assume(not math.isinf(here))
        found, sums = row(study, line), np.arange(0, math.floor(max(0.2 * amount, 3)) + 1)
        best = [least_loss(tables, line, amount + more) for more in sums]
        better = [more for more, loss in zip(sums, best, strict=True) if loss <= here - least]
        if better:
            assert found["found"] == "exact" and found["changes_at_cny"] == pytest.approx(better[0], abs=0.02)
        else:
            assert found["found"] in ("none", "unusable")
        true_gain = here - least_loss(tables, line, amount + 3)
        assert found["gain"] == pytest.approx(true_gain, abs=least) and found["gain_most"] >= true_gain - 1e-6
    all_checked(study)


def least_loss(tables: dict[str, Any], line: str, amount: float) -> float:
    """The least loss of all plans with so much on a line."""
    budgets = [{**one, "amount_cny": amount} if one["id"] == line else one for one in tables["budgets"]]
    return float(losses(every_plan({**tables, "budgets": budgets}, SETTINGS)).min())


def test_the_table_does_not_depend_on_workers_nor_on_being_stopped(tmp_path: Path) -> None:
    city = load(build(tmp_path / "town", lamps([7, 10, 12, 5], {"all": 20, "west": 18}, west={"area": "town/west"})))
    how = {"budgets": ("80%", "120%"), "gap": 1e-6, "step": "10%"}
    first = budget(city, tmp_path / "a", workers=1, **how)
    kept = tmp_path / "b" / "kept"
    for many in (2, 5):  # among the points, and after the present plan
        with pytest.raises(InterruptedStudyError):
            stopped = lambda: len(list(kept.glob("*.json"))) > many  # noqa: B023, E731
            budget(city, tmp_path / "b", workers=1, interrupted=stopped, **how)
    second = budget(city, tmp_path / "b", workers=2, **how)
    pd.testing.assert_frame_equal(first.tables["next_yuan"], second.tables["next_yuan"])
    assert (tmp_path / "a" / "next_yuan.csv").read_bytes() == (tmp_path / "b" / "next_yuan.csv").read_bytes()


def test_the_command_tells_what_is_bought_in_names(tmp_path: Path) -> None:
    folder = build(tmp_path / "town", lamps([7, 10, 12], {"all": 25}))
    words = ["study", "budget", folder, "--budgets", "100%", "--step", "1", "--gap", "1e-6", "--workers", "1"]
    told = allocopt(*words, "--out", tmp_path / "a")
    assert told.returncode == 0 and "at +4.00: start 灯 Lamp 0 at s0." in told.stdout, told.stdout + told.stderr
    found = json.loads(allocopt(*words, "--out", tmp_path / "a", "--json").stdout)["next_yuan"]
    assert found["plan"] == "plans/present" and found["rows"][0]["changes_at_cny"] == pytest.approx(4)
