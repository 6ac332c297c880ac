"""Objectives and budget lines of coalitions, on plans in which nobody acts or hardly anybody does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocopt.checker import Verdict, check
from checker.small_city import BEFORE, COLUMNS, SITES, Cells, manifest, write_instance, write_plan

IDLE_NEEDS: list[Cells] = [
    ("quake", "s2", "water", "q1", 10, 10, 0, 10, 500),
    ("quake", "s2", "water", "q2", 16, 16, 0, 16, 800),
    ("storm", "s2", "water", "q1", 10, 10, 0, 10, 500),
    ("storm", "s2", "water", "q2", 60, 60, 0, 60, 3000),
]
IDLE: dict[str, list[Cells]] = {table: [] for table in COLUMNS} | {
    "sites": [(*row[:5], 0, row[4]) for row in SITES],
    "needs": IDLE_NEEDS,
    "people": [(pool, t, hours, 0) for pool, hours in (("firemen", 800), ("watch", 4800)) for t in ("q1", "q2")],
    "stock": [("d1", "water", 20, 0, 0.2, 0)],
}
CALM = {
    "standards": "id,rule,source\n",
    "city": """
name: small
travel: {metric: plane, speeds_kmh: {car: 30, foot: 6}}
casualty_value_cny: 1000
cvar_level: 0.8
worst_area: {level: 2, per: share}
periods: [{id: q1, hours: 1000}, {id: q2, hours: 1000}]
shifts:
  - {id: day, hours_share: 0.5, loss_share: 0.5}
  - {id: night, hours_share: 0.5, loss_share: 0.5}
""",
}
CELLS = sum(row[4] for row in SITES)
AREA_B = sum(row[4] for row in SITES if row[0] == "s3")
EACH = [(line, amount, "", 0, amount) for line, amount in (("fireline", 100000), ("goods", 500), ("healthline", 5000))]
EACH += [("policeline", 200000, "", 0, 200000), ("q1patrol", 165000, "", 0, 165000)]


def idle(folder: Path, objective: Any, value: float, city: dict[str, str] | None = None, **options: Any) -> Verdict:
    """The verdict on the plan in which nobody does anything."""
    write_instance(folder / "city", CALM | (city or {}))
    top = manifest()
    top["options"] |= {"objective": objective, **options}
    before = CELLS + 50 * (0.1 * 70 + 0.2 * 26)
    totals = {
        "objective": value,
        "bound": value,
        "gap": 0,
        "gap_avoided": None,
        "loss": before,
        "loss_if_nobody_acts": before,
        "spending": 0,
        "casualties": 2,
        "casualties_if_nobody_acts": 2,
        "averted_after_horizon_cny_year": 0,
        "assumed_share": 1 - (8000 + 0.2 * 50 * 16) / before,
        "assumed_cost_share": 0,
        "by_hand": {"objective": value, "loss": before, "spending": 0, "missed": []},
    }
    tables = IDLE | {"budgets": options.pop("budgets", EACH)}
    top["options"].pop("budgets", None)
    return check(write_plan(folder / "plan", tables, top | totals))


def wrong(verdict: Verdict) -> list[str]:
    """What is wrong but the sensitivity, which these plans leave as it is in the plan where much is done."""
    return [str(violation) for violation in verdict.violations if violation.rule != "sensitivity"]


@pytest.mark.parametrize(
    ("objective", "value"),
    [
        ("loss", BEFORE),
        ("spending", 0.0),
        ("loss_and_spending", BEFORE),
        ({"loss": 0.5, "spending": 2, "cvar": 1}, BEFORE / 2 + CELLS + (0.1 * 3500 + 0.1 * 1300) / 0.2),
        # the worst fifth: the storm (0.1), then half of the quake (0.1 of 0.2)
        ("cvar", CELLS + (0.1 * 3500 + 0.1 * 1300) / 0.2),
        ("worst_area", 1.0),
        # p2 is open: 100 people 5 minutes away, 300 at a slant, 100 one minute away
        ("response_time", (100 * 5 + 300 * 2 * (1 + 2.5**2) ** 0.5 + 100 * 1) / 500),
    ],
)
def test_an_objective_is_recomputed(tmp_path: Path, objective: Any, value: float) -> None:
    verdict = idle(tmp_path, objective, value)
    assert wrong(verdict) == []
    assert verdict.objective == pytest.approx(value)


@pytest.mark.parametrize(("per", "value"), [("total", CELLS + 610 - AREA_B), ("head", AREA_B / 100)])
def test_the_worst_area(tmp_path: Path, per: str, value: float) -> None:
    city = {"city": CALM["city"].replace("per: share", f"per: {per}")}
    verdict = idle(tmp_path, "worst_area", value, city)
    assert wrong(verdict) == []


LINES = """id,amount_cny,body,area,programme,category,periods,scenario,source
f1,100,fire,town,,,q1;q2,,t
f2,70,fire,town,,,q2;q1,,t
p1,30,police,town,,,q1;q2,,t
h1,5,health,town,,,q2;q1,,t
h2,8,health,,,goods,,,t
all,1000,,,,,,,t
"""
LINKS = "id,helper,helped,programme,source\n"


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ({"regime": "silo"}, {"f1": 100, "f2": 70, "p1": 30, "h1": 5, "h2": 8, "all": 1000}),
        ({"regime": "linked"}, {"f1": 100, "f2": 70, "p1": 30, "h1": 5, "h2": 8, "all": 1000}),
        ({"regime": "joint"}, {"f1": 100, "f2+h1+p1": 105, "h2": 8, "all": 1000}),
        ({"regime": "silo", "coalition": ["fire", "police"]}, {"f1": 100, "f2+p1": 100, "h1": 5, "h2": 8, "all": 1000}),
        ({"regime": "silo", "coalition": ["health"]}, {"f1": 100, "f2": 70, "p1": 30, "h1": 5, "h2": 8, "all": 1000}),
    ],
)
def test_lines_of_a_coalition(tmp_path: Path, options: dict[str, Any], lines: dict[str, float]) -> None:
    rows = [(line, amount, "", 0, amount) for line, amount in lines.items()]
    verdict = idle(tmp_path, "loss", BEFORE, {"budgets": LINES, "links": LINKS}, budgets=rows, **options)
    assert wrong(verdict) == []


def test_mclp_a_site_is_covered_or_not(tmp_path: Path) -> None:
    """With a share of 1 and nobody busy, one unit takes the whole loss and effort is left blank."""
    city = {
        "classes": "id,standard_min,busy,source\nfast,3,0,t\n",
        "effects": "by,id,hazard,share,source\nclass,fast,theft,1,t\n",
        "budgets": "id,amount_cny,source\n",
        "crews": "of,role,source\n",
        "units": "id,body,response,mode,count,cost_cny_hour,source\ncar,police,fast,car,1,0,t\n",
        "needs": "scenario,site,commodity,period,amount,source\n",
    }
    write_instance(tmp_path / "city", CALM | city)
    covered = ("s3", "theft", "q1", "night")
    left = [row[4] if row[:4] != covered else 0 for row in SITES]
    before = [row[4] for row in SITES]
    sites = [(*row[:4], row[4], "" if row[:4] == covered else 0, after) for row, after in zip(SITES, left, strict=True)]
    # the observed fire at s3 stays what it was, for today's visits did nothing against it
    raw = {("s3", "fire"): 2000.0}
    sites = [(*r[:4], raw[r[:2]], 0, raw[r[:2]]) if r[:2] in raw else r for r in sites]
    before = [raw.get(row[:2], loss) for row, loss in zip(SITES, before, strict=True)]
    left = [raw.get(row[:2], loss) for row, loss in zip(SITES, left, strict=True)]
    tables = IDLE | {"sites": sites, "needs": [], "patrols": [("car", "p2", "q1", "night", "", 1, 500, 0)]}
    tables["cooperation"] = [("q1", "patrol", "unit_hours", "", 500, 0)]
    top = {
        "objective": sum(left),
        "bound": sum(left),
        "gap": 0,
        "gap_avoided": 0,
        "loss": sum(left),
        "loss_if_nobody_acts": sum(before),
        "spending": 0,
        "casualties": 2,
        "averted_after_horizon_cny_year": 0,
        "assumed_share": 1 - 8000 / sum(before),
        "assumed_cost_share": 0,
        "by_hand": {"objective": sum(left), "loss": sum(left), "spending": 0, "missed": []},
    }
    verdict = check(write_plan(tmp_path / "plan", tables, top))
    assert wrong(verdict) == []
