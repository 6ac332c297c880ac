"""What the solve says: infeasible with its conflict, a time limit, an interruption, gaps, the next money, changes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.progress import Progress
from allocopt.solving.run import solve
from cities import build, city, findings, objective, planned, shuffled
from solving.towns import INSPECTION, PATROL, PREVENTION, SUPPLY, Tables, crowded, with_tables

TEMPLATE = Path(__file__).parents[2] / "src" / "allocopt" / "template"


def conflict_of(plan: Plan) -> dict[str, Any]:
    assert plan.status == "infeasible"
    assert plan.tables == {}
    assert (plan.objective, plan.bound) == (None, None)
    found = plan.manifest["conflict"]
    assert isinstance(found, dict)
    return found


# What cannot hold together

VISITED: Tables = with_tables(
    INSPECTION,
    pools=[{**INSPECTION["pools"][0], "hours": 9}],
    budgets=[{"id": "purse", "amount_cny": 15}, {"id": "other", "amount_cny": 1000, "programme": "patrol"}],
    standards=[
        {"id": "visited", "rule": "visits", "at_least": 3},
        {"id": "burden", "rule": "visits", "per": "site", "at_most": 2},
        {"id": "safe", "rule": "loss", "at_most": 1500},
    ],
)


def test_conflict_names_what_cannot_hold_together(tmp_path: Path) -> None:
    found = conflict_of(planned(city(tmp_path / "city", VISITED), tmp_path / "plan"))
    assert found["standards"] == ["budget line purse", "visited"]
    assert found["proved"] is True


@pytest.mark.parametrize("dropped", ["visited", "purse"])
def test_each_member_of_the_conflict_is_needed(tmp_path: Path, dropped: str) -> None:
    less = {name: [row for row in rows if row.get("id") != dropped] for name, rows in VISITED.items()}
    assert planned(city(tmp_path / "city", less), tmp_path / "plan").status == "optimal"


def test_repairs_let_the_rest_hold(tmp_path: Path) -> None:
    """Visits at s1 last 1.1 hours with the way: 30 CNY for three visits at s0 break `burden`, so 31 are needed."""
    found = conflict_of(planned(city(tmp_path / "city", VISITED), tmp_path / "plan"))
    by_name = {change["name"]: change for repair in found["repairs"] for change in repair["changes"]}
    assert by_name["purse"]["kind"] == "budget line"
    assert by_name["purse"]["amount"] == pytest.approx(31 - 15)
    assert by_name["visited"]["amount"] == pytest.approx(2)
    more = with_tables(VISITED, budgets=[{"id": "purse", "amount_cny": by_name["purse"]["to"]}])
    assert planned(city(tmp_path / "mended", more), tmp_path / "plan").status == "optimal"


def test_conflict_of_standards_alone_that_only_whole_numbers_show(tmp_path: Path) -> None:
    """Half a unit at each post would do; one whole unit cannot be at both."""
    tables = with_tables(
        PATROL,
        standards=[
            {"id": f"reach{i}", "rule": "cover", "response": "fast", "at_least": 1, "site": f"s{i}"} for i in range(2)
        ],
    )
    found = conflict_of(planned(city(tmp_path / "city", tables), tmp_path / "plan"))
    assert found["standards"] == ["reach0", "reach1"]


@pytest.mark.parametrize("ceiling", [849, 200])
def test_conflict_of_a_ceiling_on_loss(tmp_path: Path, ceiling: float) -> None:
    """Three hours are three visits at s0, or two of both; no lines were drawn where a member is dropped."""
    tables = with_tables(
        INSPECTION,
        pools=[{**INSPECTION["pools"][0], "hours": 2}],
        standards=[
            {"id": "safe", "rule": "loss", "at_most": ceiling},
            {"id": "calm", "rule": "visits", "at_most": 6},
        ],
    )
    found = conflict_of(planned(city(tmp_path / "city", tables), tmp_path / "plan"))
    assert found["standards"] == ["safe"]


def test_conflict_leaves_out_what_does_not_matter(tmp_path: Path) -> None:
    """The ceiling on loss cannot be kept by anybody; the other standards have nothing to do with it."""
    tables = with_tables(crowded(4))
    tables["measures"] = []
    tables["effects"] = tables["effects"][:2]
    tables["budgets"] = []
    tables["pools"] = [{"id": "men", "body": "fire", "hours": 4}]
    tables["standards"] = [
        {"id": "safe", "rule": "loss", "at_most": 8500},
        {"id": "fair", "rule": "visits", "per": "site", "at_least": 1},
        {"id": "few", "rule": "visits", "at_most": 5},
    ]
    whole = city(tmp_path / "city", tables)
    plan = solve(whole, gap=1e-6, threads=1)
    assert plan.status == "infeasible"
    names = plan.manifest["conflict"]["standards"]
    for name in names:
        less = with_tables(tables, standards=[row for row in tables["standards"] if row["id"] != name])
        assert solve(city(tmp_path / name, less), gap=1e-6, threads=1).status == "optimal", name


def test_soft_standards_are_missed_at_their_price(tmp_path: Path) -> None:
    tables = with_tables(VISITED, standards=[{"id": "visited", "rule": "visits", "at_least": 3, "price_cny": 7}])
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    assert objective(plan) == pytest.approx(500 + 600 + 2 * 7)


# Time and interruption


def test_time_limit_is_kept_and_what_was_found_is_told(tmp_path: Path) -> None:
    town = city(tmp_path / "city", crowded(40))
    started = time.monotonic()
    plan = solve(town, gap=0.0, time_limit=4.0, threads=1)
    assert time.monotonic() - started < 12
    assert plan.status in ("feasible", "optimal")
    assert plan.tables


def test_no_time_at_all(tmp_path: Path) -> None:
    plan = solve(city(tmp_path / "city", crowded(20)), gap=0.0, time_limit=1e-6, threads=1)
    assert plan.status == "no_plan"
    assert "conflict" not in plan.manifest


class _AfterTheFirstPlan:
    """Says stop as soon as a plan was told of."""

    def __init__(self) -> None:
        self.seen = False

    def hear(self, progress: Progress) -> None:
        self.seen = self.seen or "best plan" in progress.doing

    def __call__(self) -> bool:
        return self.seen


def test_interrupted_keeps_the_best_plan(tmp_path: Path) -> None:
    from allocopt.plan import write

    stop = _AfterTheFirstPlan()
    town = city(tmp_path / "city", crowded(40))
    plan = solve(town, gap=0.0, threads=1, progress=stop.hear, interrupted=stop)
    assert stop.seen
    assert plan.status in ("feasible", "optimal")
    write(plan, tmp_path / "plan")
    assert findings(tmp_path / "plan") == []


def test_interrupted_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    plan = solve(city(tmp_path / "city", crowded(40)), gap=0.0, threads=1, interrupted=lambda: True)
    assert time.monotonic() - started < 8
    assert plan.status in ("feasible", "no_plan")


# Gaps


@pytest.mark.parametrize("gap", [0.3, 0.02])
def test_gap_that_was_asked_for_is_reached(tmp_path: Path, gap: float) -> None:
    plan = planned(city(tmp_path / "city", crowded(15)), tmp_path / "plan", gap=gap)
    assert plan.status == "optimal"
    assert plan.gap is not None
    assert plan.gap <= gap + 1e-6


def test_gap_of_the_loss_avoided(tmp_path: Path) -> None:
    plan = planned(city(tmp_path / "city", crowded(15)), tmp_path / "plan", gap=0.5, gap_avoided=0.02)
    assert plan.status == "optimal"
    assert plan.gap_avoided is not None
    assert plan.gap_avoided <= 0.02 + 1e-6


# Ceilings and standards


@pytest.mark.parametrize("aim", ["loss", "loss_and_spending"])
def test_more_money_never_hurts(tmp_path: Path, aim: str) -> None:
    before = float("inf")
    for amount in (0, 50, 100, 150, 200, 400):
        tables = with_tables(PREVENTION, budgets=[{"id": "all", "amount_cny": amount}])
        plan = planned(city(tmp_path / f"city{amount}", tables), tmp_path / f"plan{amount}", objective=aim)
        assert plan.bound is not None
        assert plan.bound <= before + 1e-6
        before = objective(plan)


@pytest.mark.parametrize("dropped", [row["id"] for row in VISITED["standards"]])
def test_dropping_a_standard_never_hurts(tmp_path: Path, dropped: str) -> None:
    rich = with_tables(VISITED, budgets=[{"id": "purse", "amount_cny": 31}])
    whole = objective(planned(city(tmp_path / "whole", rich), tmp_path / "plan"))
    less = with_tables(rich, standards=[row for row in rich["standards"] if row["id"] != dropped])
    plan = planned(city(tmp_path / "less", less), tmp_path / "other")
    assert plan.bound is not None
    assert plan.bound <= whole + 1e-6


# The next money


def test_next_money_says_where_it_is_short(tmp_path: Path) -> None:
    tables = with_tables(
        PREVENTION,
        budgets=[{"id": "all", "amount_cny": 100}, {"id": "idle", "amount_cny": 500, "programme": "inspection"}],
    )
    plan = planned(city(tmp_path / "city", tables), tmp_path / "plan")
    by_line = {entry["line"]: entry for entry in plan.manifest["next_money"]}
    assert by_line.keys() == {"all", "idle"}
    assert by_line["all"]["gain"] == pytest.approx(300, rel=1e-4)
    assert by_line["all"]["step_cny"] >= 100
    assert by_line["idle"]["gain"] == pytest.approx(0, abs=1e-6)


def test_next_money_leaves_the_plan_as_it_is(tmp_path: Path) -> None:
    """Asking twice, with steps in between, gives the same plan and the same answer."""
    town = city(tmp_path / "city", crowded(8))
    first, second = (solve(town, gap=1e-6, threads=1) for _ in range(2))
    assert first.manifest["next_money"] == second.manifest["next_money"]
    assert first.objective == second.objective


# Order and changes


def _template_rows() -> Callable[[Path, int], Path]:
    """The template with the lines of every table in another order."""

    def write_shuffled(folder: Path, seed: int) -> Path:
        folder.mkdir()
        for file in TEMPLATE.iterdir():
            text = file.read_text(encoding="utf-8")
            if file.suffix == ".csv":
                lines = [line for line in text.splitlines() if line and not line.startswith("#")]
                rows = lines[1:]
                random.Random(seed).shuffle(rows)
                text = "\n".join([lines[0], *rows]) + "\n"
            (folder / file.name).write_text(text, encoding="utf-8")
        return folder

    return write_shuffled


def test_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    from allocopt.plan import write

    shuffle = _template_rows()
    for seed in range(2):
        town = load(shuffle(tmp_path / f"city{seed}", seed))
        write(solve(town, gap=0.02, threads=1), tmp_path / f"plan{seed}")
    first, second = ({f.name: f.read_bytes() for f in (tmp_path / f"plan{i}").glob("*.csv")} for i in range(2))
    assert first == second


@pytest.mark.parametrize("order", [(3, 1, 2), (2, 1), (9, 3, 7, 5, 1)])
def test_order_of_rows_changes_nothing_in_a_tiny_city(tmp_path: Path, order: tuple[int, ...]) -> None:
    planned(city(tmp_path / "city", crowded(6)), tmp_path / "plan")
    planned(city(tmp_path / "other", shuffled(crowded(6), order)), tmp_path / "second")
    first, second = ({f.name: f.read_bytes() for f in (tmp_path / p).glob("*.csv")} for p in ("plan", "second"))
    assert first == second


@pytest.mark.parametrize(
    ("change", "best"),
    [
        ("budgets.all.amount_cny=250", 800),
        ("budgets.*.amount_cny=x0.5", 1600),
        ("measures.alarm.cost_cny=70", 800),
        ("risks.s1/blaze.loss_cny=2000", 2000),
        ("city.objective=loss_and_spending", None),
    ],
)
def test_changes_reach_the_model(tmp_path: Path, change: str, best: float | None) -> None:
    folder = build(tmp_path / "city", PREVENTION)
    plan = planned(load(folder, changes=[change]), tmp_path / "plan")
    assert plan.manifest["options"]["set"] == [change]
    if best is not None:
        assert objective(plan) == pytest.approx(best)


def test_plan_says_which_scenarios_are_known_too_early(tmp_path: Path) -> None:
    """A need in the second period, of a scenario that nothing keeps from being known in the first."""
    periods = [{"id": "t1", "hours": 500}, {"id": "t2", "hours": 500}]
    later = {"needs": [{**SUPPLY["needs"][0], "period": "t2"}]}
    for known_from, told in ((None, ["storm"]), ("t1", ["storm"]), ("t2", [])):
        scenarios = [{**SUPPLY["scenarios"][0], "known_from": known_from}]
        folder = tmp_path / str(known_from)
        plan = planned(
            city(folder / "city", with_tables(SUPPLY, **later, scenarios=scenarios), periods=periods), folder / "plan"
        )
        assert plan.manifest["sees_ahead"] == told


def test_a_gap_of_what_is_avoided_needs_the_loss_as_objective(tmp_path: Path) -> None:
    town = city(tmp_path / "city", SUPPLY)
    assert solve(town, objective={"loss": 1.0}, gap_avoided=0.1).manifest["options"]["objective"] == "loss"
    with pytest.raises(InputError, match="--gap-avoided"):
        solve(town, objective="spending", gap_avoided=0.1)
