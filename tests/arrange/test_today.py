"""Observed losses: the effort of today's plan, by hand, and what follows from it."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allocopt.arrange.calendar import Calendar
from allocopt.arrange.risks import arrange_risks
from allocopt.arrange.today import efforts_of_today, loss_if_nobody_acts
from allocopt.checker import check
from allocopt.city import City
from allocopt.faults import InputError
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.instance.today import DECISIONS
from allocopt.plan import PLAN_TABLES, Plan, write
from allocopt.solving.run import solve
from allocopt_models.terms import Cell
from arrange import towns

BODIES = {"bodies": [{"id": "b"}], "hazards": [{"id": "fire", "lead": "b", "keep": 0.5}]}
SITES = [{"id": "near", "area": "a", "x": 1000.0, "y": 0.0}, {"id": "far", "area": "a", "x": 9000.0, "y": 0.0}]
RISKS = [{"site": s, "hazard": "fire", "loss_cny": 900.0, "observed": "yes"} for s in ("near", "far")]
TWO_SHIFTS = [{"id": j, "hours_share": 0.5, "loss_share": share} for j, share in (("day", 0.25), ("night", 0.75))]


def w(share: float) -> float:
    """Effort that takes away a share."""
    return -math.log(1.0 - share)


def town(tables: Mapping[str, Any], today: Mapping[str, Sequence[Mapping[str, str]]], **settings: Any) -> City:
    """Two sites at risk of fire, over three days, and what is done there today."""
    city = towns.city({"sites": SITES, "risks": RISKS, **BODIES, **tables}, periods=towns.days(3), **settings)
    blank = {name: dict.fromkeys(decision.columns, "") for name, decision in DECISIONS.items()}
    return replace(city, today={name: tuple({**blank[name], **row} for row in rows) for name, rows in today.items()})


def efforts(city: City, site: str, shift: str = "") -> list[float]:
    """The efforts at a site, day by day."""
    found = efforts_of_today(city)
    return [found.get(Cell(site, "fire", t, shift), 0.0) for t in ("t1", "t2", "t3")]


def visit(period: str, role: str, visits: str, pool: str = "p") -> dict[str, str]:
    return {"kind": "look", "site": "near", "period": period, "role": role, "pool": pool, "visits": visits}


LOOK = {
    "kinds": [{"id": "look", "most": 9}],
    "effects": [{"by": "kind", "id": "look", "hazard": "fire", "share": 0.2}],
}


def test_visits_count_once_for_all_their_roles_and_are_kept() -> None:
    rows = [visit("t1", "one", "2"), visit("t1", "two", "1"), visit("t1", "two", "1", "q"), visit("t3", "one", "1")]
    city = town(LOOK, {"visits": rows})
    assert efforts(city, "near") == pytest.approx([2 * w(0.2), w(0.2), 0.5 * w(0.2) + w(0.2)])
    assert efforts(city, "far") == [0.0, 0.0, 0.0]


def test_a_mechanism_sharpens_the_visits_of_the_periods_in_which_it_works() -> None:
    sharper = {"by": "kind", "id": "look", "hazard": "fire", "share": 0.6, "mechanism": "z"}
    tables = {**LOOK, "effects": [*LOOK["effects"], sharper], "mechanisms": [{"id": "z", "lead": 1, "life_years": 5.0}]}
    visits = [visit(t, "one", "1") for t in ("t1", "t2")]
    city = town(tables, {"visits": visits, "mechanisms": [{"mechanism": "z", "period": "t1"}]})
    first, second = w(0.2), w(0.2) * 0.5 + w(0.6)
    assert efforts(city, "near") == pytest.approx([first, second, second * 0.5])
    without = town(tables, {"visits": visits})
    assert efforts(without, "near") == pytest.approx([w(0.2), 1.5 * w(0.2), 0.75 * w(0.2)])


def test_a_visit_does_nothing_where_there_is_no_risk() -> None:
    city = town(
        {**LOOK, "risks": [row for row in RISKS if row["site"] == "far"]}, {"visits": [visit("t1", "one", "1")]}
    )
    assert efforts_of_today(city) == {}


UNITS = {
    "classes": [{"id": "car", "standard_min": 5.0, "busy": 0.5}],
    "units": [
        {"id": u, "body": "b", "response": "car", "mode": "car", "count": 9, "cost_cny_hour": 1.0} for u in ("u", "v")
    ],
    "posts": [{"id": "here", "open": "yes", "x": 0.0, "y": 0.0}, {"id": "there", "open": "yes", "x": 4000.0, "y": 0.0}],
    "effects": [{"by": "class", "id": "car", "hazard": "fire", "share": 0.4}],
}


def stand(unit: str, post: str, units: str, shift: str = "night", via: str = "") -> dict[str, str]:
    return {"unit": unit, "post": post, "period": "t2", "shift": shift, "units": units, "via": via}


def test_units_within_the_standard_answer_together_in_their_shift() -> None:
    rows = [
        stand("u", "here", "1"),
        stand("v", "there", "2"),
        stand("u", "there", "1", "day"),
        stand("v", "there", "1", via="k"),
    ]
    city = town(UNITS, {"patrols": rows}, shifts=TWO_SHIFTS)
    # `here` is a minute from `near`, `there` three; `far` is nine and five (the boundary covers).
    assert efforts(city, "near", "night") == pytest.approx([0.0, w(0.4 * (1 - 0.5**3)), 0.0])
    assert efforts(city, "far", "night") == pytest.approx([0.0, w(0.4 * (1 - 0.5**2)), 0.0])
    assert efforts(city, "far", "day") == pytest.approx([0.0, w(0.4 * 0.5), 0.0])


def test_a_standard_in_metres_is_read_as_well() -> None:
    tables = {**UNITS, "classes": [{"id": "car", "standard_m": 1000.0}]}
    city = town(tables, {"patrols": [stand("u", "here", "3", "all")]})
    assert efforts(city, "near") == pytest.approx([0.0, w(0.4), 0.0])
    assert efforts(city, "far") == [0.0, 0.0, 0.0]


def test_hours_of_presence_count_in_their_shift() -> None:
    tables = {**UNITS, "effects": [{"by": "unit", "id": "u", "hazard": "fire", "share": 0.01}]}
    rows = [
        {"unit": u, "site": "far", "period": "t3", "shift": "day", "hours": hours}
        for u, hours in (("u", "12.5"), ("v", "8"))
    ]
    city = town(tables, {"presence": rows}, shifts=TWO_SHIFTS)
    assert efforts(city, "far", "day") == pytest.approx([0.0, 0.0, 12.5 * w(0.01)])
    assert efforts(city, "far", "night") == [0.0, 0.0, 0.0]


def test_measures_work_from_their_start_and_lead_on_in_every_shift() -> None:
    effects = [{"by": "measure", "id": "m", "hazard": "fire", "share": 0.3}, *UNITS["effects"]]
    measure = {"id": "m", "body": "b", "cost_cny": 1.0, "life_years": 9.0, "lead": 1}
    city = town(
        {**UNITS, "measures": [measure], "effects": effects},
        {"measures": [{"measure": "m", "site": "far", "period": "t1"}]},
        shifts=TWO_SHIFTS,
    )
    for shift in ("day", "night"):
        assert efforts(city, "far", shift) == pytest.approx([0.0, w(0.3), w(0.3)])


def test_each_shift_of_an_observed_loss_is_scaled_by_its_own_effort() -> None:
    city = town(UNITS, {"patrols": [stand("u", "here", "1")]}, shifts=TWO_SHIFTS)
    loss = loss_if_nobody_acts(city, arrange_risks(city, Calendar(city)))
    assert loss[Cell("near", "fire", "t2", "night")] == pytest.approx(300 * 0.75 / (1 - 0.4 * 0.5))
    assert loss[Cell("near", "fire", "t2", "day")] == pytest.approx(300 * 0.25)
    assert loss[Cell("far", "fire", "t2", "night")] == pytest.approx(300 * 0.75)


def test_what_is_not_observed_stays_as_it_is_stated() -> None:
    risks = [{**RISKS[0], "observed": "no"}, RISKS[1]]
    city = town({**LOOK, "risks": risks}, {"visits": [visit("t1", "one", "1")]})
    assert set(loss_if_nobody_acts(city, arrange_risks(city, Calendar(city))).values()) == {300.0}


def test_a_plan_that_leaves_nothing_to_see_is_refused() -> None:
    city = town(LOOK, {"visits": [visit("t1", "one", "200")]})
    with pytest.raises(InputError, match=r"observed.*fire at near"):
        loss_if_nobody_acts(city, arrange_risks(city, Calendar(city)))
    vast = town(LOOK, {"visits": [visit("t1", "one", "99999")]})
    with pytest.raises(InputError, match="inf"):
        loss_if_nobody_acts(vast, arrange_risks(vast, Calendar(vast)))


# The sample town, its plan taken for today's.

ONE_SHIFT = "  - {id: all, hours_share: 1, loss_share: 1}\n"


def sample(folder: Path, *, shifts: bool) -> Path:
    """The sample town, with its two shifts or with one."""
    create(folder)
    if not shifts:
        file = folder / "city.yaml"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if "{id: day" not in line and "{id: night" not in line]
        file.write_text("".join(kept).replace("shifts:\n", "shifts:\n" + ONE_SHIFT), encoding="utf-8")
    return folder


def adopt(plan: Path, folder: Path) -> None:
    """Make the decisions of a plan those of today."""
    (folder / "current").mkdir()
    for name in DECISIONS:
        shutil.copy(plan / PLAN_TABLES[name].file, folder / "current")


def observe(folder: Path, plan: Plan | None) -> None:
    """Say that the losses are observed: as stated, or what the plan leaves of them, period by period."""
    file = folder / "risks.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [{**row, "observed": "yes"} for row in csv.DictReader(lines)]
    if plan is not None:
        rows = [part for row in rows for part in left_of(row, plan)]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def left_of(row: dict[str, str], plan: Plan) -> Iterator[dict[str, str]]:
    """What is left of a risk row in each of its periods, which are all of one length."""
    sites = plan.table("sites")
    cells = sites[(sites["site"] == row["site"]) & (sites["hazard"] == row["hazard"])]
    for cell in cells.to_dict("records"):
        scale = math.exp(-cell["effort"]) / len(cells)
        left = {column: repr(float(row[column] or 0) * scale) for column in ("loss_cny", "casualties")}
        yield {**row, **left, "period": cell["period"]}


def test_todays_plan_adopted_again_gives_back_what_was_observed(tmp_path: Path) -> None:
    before = load(sample(tmp_path / "city", shifts=False))
    plan = write(solve(before, gap=0.05, threads=1), tmp_path / "plan")
    sample(tmp_path / "seen", shifts=False)
    adopt(tmp_path / "plan", tmp_path / "seen")
    observe(tmp_path / "seen", plan)
    seen = load(tmp_path / "seen")

    risks = arrange_risks(seen, Calendar(seen))
    assert sum(risks.loss_cny.values()) == pytest.approx(plan.table("sites")["loss_cny"].sum())
    stated = loss_if_nobody_acts(before, arrange_risks(before, Calendar(before)))
    assert loss_if_nobody_acts(seen, risks) == pytest.approx(stated, rel=1e-9)
    verdict = check(tmp_path / "plan", city=tmp_path / "seen", edited=True)
    # what is observed is reckoned back with other effects when these are scaled, and there are more rows
    assert {violation.rule for violation in verdict.violations} <= {"sensitivity"}
    assert verdict.loss == pytest.approx(plan.loss)


def test_solve_and_checker_agree_on_observed_losses(tmp_path: Path) -> None:
    write(solve(load(sample(tmp_path / "city", shifts=True)), gap=0.05, threads=1), tmp_path / "today")
    sample(tmp_path / "seen", shifts=True)
    adopt(tmp_path / "today", tmp_path / "seen")
    observe(tmp_path / "seen", None)
    seen = load(tmp_path / "seen")
    assert len(efforts_of_today(seen)) > 10
    plan = write(solve(seen, gap=0.05, threads=1), tmp_path / "plan")
    assert [str(violation) for violation in check(tmp_path / "plan").violations] == []
    assert plan.table("sites")["loss_before_cny"].sum() > sum(arrange_risks(seen, Calendar(seen)).loss_cny.values())
