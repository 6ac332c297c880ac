"""What foresight is worth, in towns where it is computed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import Var

import allocopt.study
from allocopt.checker import check
from allocopt.faults import InputError
from allocopt.progress import Progress
from allocopt.schema.risk import EffectRow
from allocopt.schema.supply import ClosureRow, NeedRow, SurvivalRow
from allocopt.solving.decisions import FIRST_STAGE, RECOURSE
from allocopt.solving.run import build
from allocopt.study.foreknowledge.mean import on_average
from allocopt.study.foreknowledge.worlds import chances, known_to_come
from allocopt.study.study import Study
from allocopt.study.workers import InterruptedStudyError
from cities import GAP, city
from solving.towns import INSPECTION
from study.towns import Tables, late_orders, newsvendor

# Variables that follow from decisions, or are none.
FOLLOWS = {
    "inspection.sharper",
    "response.lent",
    "response.step",
    "risk.left",
    "risk.effort",
    "risk.part",
    "supply.unmet",
    "supply.need_left",
    "supply.need_effort",
    "money.extra",
    "standards.short",
    "standards.covered",
}


def studied(folder: Path, tables: Tables, **settings: Any) -> Study:
    """The study of a town that minimises loss and spending; its plan passes the checker."""
    town = city(folder / "city", tables, **{"objective": "loss_and_spending", **settings})
    study = allocopt.study.information(town, folder / "study", gap=GAP, workers=1)
    assert check(folder / "study" / "plans" / "plan").ok
    return study


def measure(study: Study, name: str) -> Any:
    """A figure of which all is proved."""
    row = study.tables["information"].set_index("measure").loc[name]
    assert row["low"] == pytest.approx(row["high"], rel=1e-5, abs=1e-5)
    assert row["low"] <= row["value"] <= row["high"]
    return row["value"]


def test_a_newsvendor(tmp_path: Path) -> None:
    """Enough for the worst is bought: 50. Who knows buys 10 or 50, 20 on average. Who plans for the mean of 25 misses
    25 at a chance of 0.3, which costs 30 more than the 25 that were saved."""
    study = studied(tmp_path, newsvendor({"dry": (0.5, 10), "wet": (0.3, 50)}))
    assert measure(study, "here_and_now") == pytest.approx(50)
    assert measure(study, "wait_and_see") == pytest.approx(20)
    assert measure(study, "perfect_information") == pytest.approx(30)
    assert measure(study, "mean_problem") == pytest.approx(25)
    assert measure(study, "mean_plan") == pytest.approx(55)
    assert measure(study, "stochastic_solution") == pytest.approx(5)
    assert measure(study, "knowing_earlier") == 0
    worlds = study.tables["scenarios"].set_index("scenario")
    assert worlds["wait_and_see"].to_dict() == pytest.approx({"": 0, "dry": 10, "wet": 50})
    assert worlds["here_and_now"].to_dict() == pytest.approx({"": 50, "dry": 50, "wet": 50})
    assert worlds["mean_plan"].to_dict() == pytest.approx({"": 25, "dry": 25, "wet": 125})
    assert worlds["chance"].to_dict() == pytest.approx({"": 0.2, "dry": 0.5, "wet": 0.3})
    assert study.tables["broken"].empty


def test_a_mean_plan_that_breaks_a_standard(tmp_path: Path) -> None:
    """The 25 kits bought for the mean serve half of who needs them in the wet scenario."""
    floor = {"standards": [{"id": "most_served", "rule": "fill_rate", "at_least": 0.8}]}
    study = studied(tmp_path, newsvendor({"dry": (0.5, 10), "wet": (0.3, 50)}) | floor)
    (row,) = study.tables["broken"].to_dict("records")
    assert (row["standard"], row["scenario"], row["required"]) == ("most_served", "wet", 0.8)
    assert row["reached"] == pytest.approx(0.5)
    assert measure(study, "mean_plan") == pytest.approx(55)
    solution = study.manifest["measures"]["stochastic_solution"]
    assert solution["value"] is None
    assert "most_served" in solution["note"]


def test_orders_placed_before_it_is_known_what_for(tmp_path: Path) -> None:
    """Blind, 50 kits are ordered whatever comes; told apart, 10 or 50. Nothing is decided ahead of both."""
    study = studied(tmp_path, late_orders(known_from="t2"), periods=[{"id": t, "hours": 1000} for t in ("t1", "t2")])
    assert measure(study, "here_and_now") == pytest.approx(50)
    assert measure(study, "told_apart_at_once") == pytest.approx(30)
    assert measure(study, "knowing_earlier") == pytest.approx(20)
    assert measure(study, "perfect_information") == pytest.approx(20)
    assert measure(study, "stochastic_solution") == pytest.approx(0)


def test_goods_that_no_scenario_could_use(tmp_path: Path) -> None:
    """What is needed is needed where nothing survives. On average half survives and half is needed, so the mean plan
    buys twice that: 100 for nothing."""
    tables = newsvendor({"calm": (0.5, 0), "flood": (0.5, 100)})
    tables["survival"] = [{"scenario": "flood", "depot": "d", "share": 0}]
    study = studied(tmp_path, tables)
    assert measure(study, "here_and_now") == pytest.approx(200)
    assert measure(study, "perfect_information") == pytest.approx(0, abs=1e-6)
    assert measure(study, "mean_problem") == pytest.approx(100)
    assert measure(study, "mean_plan") == pytest.approx(300)
    assert measure(study, "stochastic_solution") == pytest.approx(100)


def test_a_budget_fits_each_world(tmp_path: Path) -> None:
    """With 30 CNY, all go into stock. Known to be dry, 10 are enough."""
    tables = newsvendor({"dry": (0.5, 10), "wet": (0.5, 50)}) | {"budgets": [{"id": "all", "amount_cny": 30}]}
    study = studied(tmp_path, tables, objective="loss")
    assert measure(study, "here_and_now") == pytest.approx(0.5 * 4 * 20)
    assert measure(study, "perfect_information") == pytest.approx(0, abs=1e-6)


def test_worlds_weighted_by_their_chances_make_the_objective(tmp_path: Path) -> None:
    tables = newsvendor({"dry": (0.5, 10), "wet": (0.3, 50)})
    tables["standards"] = [{"id": "s", "rule": "fill_rate", "at_least": 1, "price_cny": 7}]
    tables["commodities"][0]["penalty_cny"] = 2
    study = studied(tmp_path, tables)
    worlds = study.tables["scenarios"]
    total = float((worlds["chance"] * worlds["here_and_now"]).sum())
    assert total == pytest.approx(measure(study, "here_and_now"))


def test_the_mean_of_all_scenarios(tmp_path: Path) -> None:
    tables = newsvendor({"dry": (0.2, 10), "wet": (0.4, 40)})
    tables["needs"][1]["penalty_cny"] = 13
    tables["measures"] = [{"id": "wall", "body": "town"}]
    tables["effects"] = [{"by": "measure", "id": "wall", "commodity": "kit", "scenario": "wet", "share": 0.6}]
    tables["survival"] = [{"scenario": "wet", "depot": "d", "share": 0.5}]
    tables["depots"].append({"id": "e", "body": "town"})
    tables["closures"] = [
        {"scenario": "wet", "depot": "e"},
        {"scenario": "dry", "depot": "d"},
        {"scenario": "wet", "depot": "d", "site": "s"},
    ]
    mean = on_average(city(tmp_path / "city", tables))
    assert chances(mean) == pytest.approx({"": 0.4, "mean": 0.6})
    (need,) = mean.of(NeedRow)
    assert need.amount == pytest.approx((0.2 * 10 + 0.4 * 40) / 0.6)
    assert need.penalty_cny == pytest.approx((0.2 * 10 * 4 + 0.4 * 40 * 13) / (0.2 * 10 + 0.4 * 40))
    assert [row.share for row in mean.of(EffectRow)] == pytest.approx([0.4])
    assert {row.depot: row.share for row in mean.of(SurvivalRow)} == pytest.approx({"d": 2 / 3})
    assert {(row.depot, row.site) for row in mean.of(ClosureRow)} == {("e", None), ("d", "s")}


def test_a_world_has_what_is_its_own(tmp_path: Path) -> None:
    tables = newsvendor({"dry": (0.2, 10), "wet": (0.4, 40)})
    tables["survival"] = [{"scenario": w, "depot": "d", "share": 0.5} for w in ("dry", "wet")]
    town = city(tmp_path / "city", tables)
    wet = known_to_come(town, "wet")
    assert chances(wet) == {"wet": 1.0}
    assert [row.scenario for row in (*wet.of(NeedRow), *wet.of(SurvivalRow))] == ["wet", "wet"]
    calm = known_to_come(town, "")
    assert chances(calm) == {"": 1.0}
    assert not calm.of(NeedRow)


def test_every_variable_is_of_the_first_stage_or_recourse_or_follows(tmp_path: Path) -> None:
    model = build(city(tmp_path / "city", newsvendor({"wet": (0.5, 10)})))
    assert {v.name for v in model.component_objects(Var)} == FIRST_STAGE | RECOURSE | FOLLOWS


@pytest.mark.parametrize("aim", ["cvar", "worst_area", "response_time", {"loss": 1.0, "cvar": 0.5}])
def test_objectives_that_are_no_means_are_refused(tmp_path: Path, aim: Any) -> None:
    town = city(tmp_path / "city", newsvendor({"wet": (0.5, 10)}))
    with pytest.raises(InputError) as refused:
        allocopt.study.information(town, tmp_path / "study", objective=aim)
    assert [fault.file for fault in refused.value.faults] == ["--objective"]


def test_a_town_with_nothing_to_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        allocopt.study.information(city(tmp_path / "city", INSPECTION), tmp_path / "study")
    assert {fault.file for fault in refused.value.faults} == {"scenarios.csv", "risks.csv"}


def test_a_town_without_a_plan(tmp_path: Path) -> None:
    tables = newsvendor({"wet": (0.5, 10)}) | {"budgets": [{"id": "all", "amount_cny": 1}]}
    tables["standards"] = [{"id": "served", "rule": "fill_rate", "at_least": 1}]
    study = allocopt.study.information(city(tmp_path / "city", tables), tmp_path / "study", workers=1)
    assert study.manifest["status"] == "infeasible"
    assert not study.tables
    assert study.manifest["conflict"]["standards"] == ["budget line all", "served"]


def test_interrupted_it_goes_on_to_the_same_figures(tmp_path: Path) -> None:
    tables = newsvendor({"dry": (0.5, 10), "wet": (0.3, 50)})
    whole = studied(tmp_path / "whole", tables)
    town = city(tmp_path / "city", tables, objective="loss_and_spending")
    for most in range(1, 5):
        told: list[Progress] = []
        with pytest.raises(InterruptedStudyError):
            allocopt.study.information(
                town,
                tmp_path / "study",
                gap=GAP,
                workers=1,
                progress=told.append,
                interrupted=lambda told=told, most=most: told[-1].done >= most,
            )
        assert told[-1].done == most
    study = allocopt.study.information(town, tmp_path / "study", gap=GAP, workers=1)
    for name in whole.tables:
        assert study.tables[name].equals(whole.tables[name]), name
