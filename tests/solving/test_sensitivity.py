"""What assumed figures move: the manifest says what the checker finds in the city with these figures scaled."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from allocopt.checker import Verdict, check
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.plan import Plan
from checker.small_city import INSTANCE, write_instance
from cities import city, planned
from solving.towns import INSPECTION, PREVENTION, SUPPLY, with_tables

OBJECTIVES = ("loss", "loss_and_spending", "worst_area", "cvar", "spending", "response_time")


def changed(table: str, *pairs: tuple[str, str]) -> str:
    """A table of the small town with some texts in it replaced."""
    text = INSTANCE[table]
    for before, after in pairs:
        assert text.count(before) == 1, (table, before)
        text = text.replace(before, after)
    return text


# Soft standards on what figures can move, the loss left, the needs met, the money spent; and rows that are cited.
MIXED = {
    "standards": changed(
        "standards",
        ("safe,loss,,50000,area,2,,,,fire,,,,,,,,", "safe,loss,,9000,area,2,,,,fire,,,,,,,0.5,"),
        ("safe-head,loss_per_head,,1000,,,,,,,,,,,,,,", "safe-head,loss_per_head,,50,,,,,,,,,,,,,40,"),
        ("filled,fill_rate,0.3,,,,,,,,,,water,,,,,", "filled,fill_rate,1,,,,,,,,,,water,,,,900,"),
        ("filled-mean,fill_rate,0.5,,,,,,,,,,,,,expected,,", "filled-mean,fill_rate,1,,,,,,,,,,,,,expected,800,"),
        ("spent,spending,100,,,,,,health,,,,,,q1,,,", "spent,spending,5000,,,,,,health,,,,,,q1,,0.1,"),
    ),
    "pools": changed("pools", ("car,0,0,assumed", "car,0,0,payroll")),
    "measures": changed("measures", ("1000,2,1,assumed", "1000,2,1,tender")),
    "mechanism_costs": changed("mechanism_costs", ("police,200,assumed", "police,200,contract")),
    "effects": changed("effects", ("0.4,platform,assumed", "0.4,platform,study")),
    "suppliers": changed("suppliers", ("50,3,1,assumed", "50,3,1,contract")),
}


def moved(plan: Plan, folder: Path, group: str, by: str) -> Verdict:
    """What the checker finds: the same decisions in the city with the group scaled, whatever they break there."""
    assert plan.folder is not None
    shutil.copytree(plan.folder, folder, dirs_exist_ok=True)
    manifest = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    manifest["options"]["set"].append(f"scale.{group}={by}")
    (folder / "plan.json").write_text(json.dumps(manifest), encoding="utf-8")
    return check(folder, city=Path(manifest["instance"]["folder"]), edited=True)


def agrees(plan: Plan, folder: Path) -> None:
    told = plan.manifest["sensitivity"]
    assert list(told) == ["losses", "effects", "costs", "needs"]
    for group, figures in told.items():
        for by in ("0.8", "1.2") if figures["assumed_rows"] else ():
            verdict = moved(plan, folder, group, by)
            assert figures[f"at_{by}"] == pytest.approx(verdict.objective, rel=1e-6), (group, by)
            if group == "costs":
                assert figures[f"spending_at_{by}"] == pytest.approx(verdict.spending, rel=1e-6)
                overrun = {v.found.partition(":")[0] for v in verdict.violations if v.rule == "budget"}
                assert overrun == (set(figures["overrun_at_1.2"]) if by == "1.2" else set())
    share = plan.manifest["assumed_cost_share"]
    if told["costs"]["assumed_rows"] and plan.spending:
        assert told["costs"]["spending_at_1.2"] == pytest.approx(plan.spending * (1 + 0.2 * share))


@pytest.mark.parametrize("objective", OBJECTIVES[:4])
def test_the_town_to_start_from(tmp_path: Path, objective: str) -> None:
    create(tmp_path / "town")
    plan = planned(load(tmp_path / "town"), tmp_path / "plan", objective=objective, gap=0.05)
    agrees(plan, tmp_path / "moved")


@pytest.mark.parametrize("regime", ["silo", "linked", "joint"])
@pytest.mark.parametrize("objective", [*OBJECTIVES, {"loss": 1.0, "spending": 0.2, "cvar": 0.5}])
def test_a_town_with_every_programme(tmp_path: Path, objective: Any, regime: str) -> None:
    """Beats, links, mechanisms, what is observed, soft standards, cited rows among assumed ones."""
    city = load(write_instance(tmp_path / "city", MIXED))
    plan = planned(city, tmp_path / "plan", objective=objective, regime=regime, gap=0.05)
    assert plan.tables or regime == "silo"
    if plan.tables:
        agrees(plan, tmp_path / "moved")
        told = plan.manifest["sensitivity"]
        move = {group for group, figures in told.items() if figures["at_0.8"] != figures["at_1.2"]}
        assert objective == "response_time" or {"losses", "effects", "needs"} <= move


@pytest.mark.parametrize("tables", [INSPECTION, SUPPLY, PREVENTION], ids=["inspection", "supply", "prevention"])
def test_one_programme_alone(tmp_path: Path, tables: Any) -> None:
    agrees(planned(city(tmp_path / "city", tables), tmp_path / "plan"), tmp_path / "moved")


def test_a_plan_made_with_scaled_figures_passes_the_checker(tmp_path: Path) -> None:
    create(tmp_path / "town")
    changes = ["scale.losses=1.3", "scale.effects=x0.9", "scale.costs=0.8", "scale.needs=1.1"]
    plan = planned(load(tmp_path / "town", changes=changes), tmp_path / "plan", gap=0.05)
    agrees(plan, tmp_path / "moved")


def test_a_line_that_just_fits_is_overrun_when_costs_rise(tmp_path: Path) -> None:
    town = with_tables(PREVENTION, budgets=[{"id": "all", "amount_cny": 110}, {"id": "ample", "amount_cny": 900}])
    plan = planned(city(tmp_path / "city", town), tmp_path / "plan")
    assert plan.manifest["sensitivity"]["costs"]["overrun_at_1.2"] == pytest.approx({"all": 10})
    assert plan.manifest["assumed_cost_share"] == 1


def test_a_group_without_assumed_rows_is_told_as_such(tmp_path: Path) -> None:
    cited = {table: [{**row, "source": "counted"} for row in PREVENTION[table]] for table in ("risks", "measures")}
    plan = planned(city(tmp_path / "city", with_tables(PREVENTION, **cited)), tmp_path / "plan")
    told = plan.manifest["sensitivity"]
    assert told["losses"] == told["costs"] == told["needs"] == {"assumed_rows": 0}
    assert set(told["effects"]) == {"assumed_rows", "at_0.8", "at_1.2"}
    assert plan.manifest["assumed_cost_share"] == 0


def test_a_need_of_nothing_does_not_stop_the_worst_area(tmp_path: Path) -> None:
    sites = [*SUPPLY["sites"], {"id": "s1", "people": 5}]
    needs = [*SUPPLY["needs"], {**SUPPLY["needs"][0], "site": "s1", "amount": 0}]
    town = city(tmp_path / "city", with_tables(SUPPLY, sites=sites, needs=needs), objective="worst_area")
    assert planned(town, tmp_path / "plan").objective == 10
