"""Every rule of the registry is broken by at least one plan, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from allocopt.checker import RULES, check
from checker.small_city import COLUMNS, DECISIONS, INSTANCE, OUTCOMES, Cells, manifest, seal, write_instance, write_plan

Rows = list[Cells]


@dataclass(frozen=True)
class Breach:
    """What to change, and which rule that breaks."""

    rule: str
    what: str
    tables: dict[str, Rows] = field(default_factory=dict)
    city: dict[str, str] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)


def rows(table: str, number: int, **cells: object) -> dict[str, Rows]:
    """The table with some cells of a row changed; derived figures stay as they were."""
    names = COLUMNS[table].split()
    all_rows = list((DECISIONS | OUTCOMES)[table])
    all_rows[number] = tuple(cells.get(name, cell) for name, cell in zip(names, all_rows[number], strict=True))
    return {table: all_rows}


def more(table: str, *row: object) -> dict[str, Rows]:
    return {table: [*DECISIONS[table], row]}


def city(table: str, before: str, after: str) -> dict[str, str]:
    """The instance's table with one text in it replaced."""
    assert before in INSTANCE[table], (table, before)
    return {table: INSTANCE[table].replace(before, after, 1)}


def option(**changes: Any) -> dict[str, Any]:
    return {"options": manifest()["options"] | changes}


def by_hand(**changes: Any) -> dict[str, Any]:
    return {"by_hand": manifest()["by_hand"] | changes}


BREACHES = [
    Breach("programme", "not installed here", top={"programmes": {"drones": {"tables": {}}}}),
    Breach("options", "no such regime", top=option(regime="anarchy")),
    Breach("options", "no such body", top=option(coalition=["mafia"])),
    Breach("options", "no such scenario", top=option(scenario="poor")),
    Breach("options", "a change that meets nothing", top=option(set=["pools.nobody.hours=3"])),
    Breach("options", "rubbish", top=option(set=7, objective=3, scenario=[])),
    Breach("manifest", "no folder", top={"instance": {"folder": 7}}),
    Breach("instance", "a word for a number", city=city("pools", ",400,", ",many,")),
    Breach("instance", "a standard nobody can check", city=city("standards", ",depots,", ",loss_gap,")),
    Breach("table", "an unknown site", rows("visits", 0, site="s9")),
    Breach("table", "a negative amount", rows("orders", 0, amount=-1)),
    Breach("table", "nothing", rows("presence", 0, hours=0)),
    Breach("table", "to nowhere", rows("shipments", 0, to_site="")),
    Breach("table", "an area of no site", rows("referrals", 0, area="town")),
    Breach("whole", "half a visit", rows("visits", 0, visits=1.5)),
    Breach("whole", "half a unit", rows("patrols", 0, units=1.5)),
    Breach("whole", "half a person", rows("crews", 0, people=1.5)),
    Breach("allowed", "links in silo", top=option(regime="silo")),
    Breach("allowed", "no power", city=city("powers", "fire,inspect,town,", "fire,inspect,town/b,")),
    Breach("allowed", "no skill", city=city("pools", "safety;first aid", "first aid")),
    Breach("allowed", "wrong type", city=city("kinds", "village;factory", "factory")),
    Breach("allowed", "wrong type for a measure", city={
        "measures": "id,body,site_types,cost_cny,cost_cny_person,life_years,source\n"
        "alarm,police,factory,1000,2,1,assumed\ndrain,health,,800,,0.1,assumed\n"}),
    Breach("allowed", "too often", city=city("kinds", "factory,2,3,", "factory,2,1,")),
    Breach("allowed", "out of reach", city=city("pools", "police,,8,600,0.5,20,foot", "police,,8,600,0.5,20,boat")),
    Breach("allowed", "a link where none is needed", rows("visits", 1, via="k1")),
    Breach("allowed", "a mechanism that is not there", {"mechanisms": []}),
    Breach("allowed", "a mechanism too late", rows("mechanisms", 0, period="q2")),
    Breach("allowed", "nothing to avert", rows("visits", 1, kind="enforce", role="officer")),
    Breach("allowed", "nothing to see", rows("presence", 0, site="s2")),
    Breach("allowed", "committed over another's link", rows("patrols", 3, via="k5")),
    Breach("allowed", "a crew over another's link", rows("crews", 4, via="k2")),
    Breach("allowed", "a crew over no link", rows("crews", 4, via="")),
    Breach("allowed", "a crew over a needless link", rows("crews", 0, via="k5")),
    Breach("allowed", "a transfer over no link", rows("shipments", 3, via="")),
    Breach("allowed", "no supplier then", city={
        "suppliers": "id,body,depot,commodity,period,capacity,cost_cny,lead,source\n"
        "sup,health,d2,water,q2,50,3,1,assumed\n"}),
    Breach("derived", "hours", rows("visits", 0, hours=4)),
    Breach("derived", "the share of life", rows("measures", 0, horizon_share=1)),
    Breach("derived", "kilometres", rows("shipments", 0, km=2)),
    Breach("outcome", "a loss", rows("sites", 0, loss_cny=1)),
    Breach("outcome", "another line", rows("budgets", 2, scenario="quake")),
    Breach("outcome-row", "one too many", {"people": [("firemen", "q1", 800, 2)]}),
    Breach("crew", "a role not filled", {"visits": DECISIONS["visits"][1:]}),
    Breach("crew", "no such role", rows("visits", 0, role="cook")),
    Breach("crew", "a unit half manned", {"crews": DECISIONS["crews"][1:]}),
    Breach("crew", "too many guards", rows("crews", 1, people=3)),
    Breach("crew", "no such role in a unit", rows("crews", 1, role="cook")),
    Breach("referral", "none", {"referrals": []}),
    Breach("referral", "too few", rows("referrals", 0, visits=1)),
    Breach("referral", "in the wrong period", rows("referrals", 0, period="q1")),
    Breach("hours", "too few people", city=city("pools", "first aid,2,400", "first aid,2,2")),
    Breach("link-capacity", "of inspectors", city=city("links", "inspection,town,0.5", "inspection,town,0.001")),
    Breach("link-capacity", "of units", city=city("links", "k2,fire,police,patrol,,1,", "k2,fire,police,patrol,,0.1,")),
    Breach("link-capacity", "of patrol", rows("presence", 1, hours=101)),
    Breach("link-capacity", "of goods", city=city("links", "supply,,0.9", "supply,,0.6")),
    Breach("relief", "too few crews", city=city("units", "car,4,1.5", "car,2,1.5")),
    Breach("vehicles", "too few", city=city("units", "1.5,2,30", "1.5,1,30")),
    Breach("post", "closed", {"posts": []}),
    Breach("post", "no room", city=city("posts", "police,3,no", "police,2,no")),
    Breach("commit", "more than there are", rows("patrols", 3, units=2)),
    Breach("commit", "where nobody is served", city=city("links", "patrol,,1,3", "patrol,town/b,1,3")),
    Breach("presence", "too long", rows("presence", 0, hours=201)),
    Breach("depot", "closed", {"depots": []}),
    Breach("stock", "more than allowed", city=city("stocks", "20,100", "20,70")),
    Breach("stock", "no room", city=city("depots", "yes,,1,", "yes,,0.5,")),
    Breach("stock", "forgotten", {"stock": []}),
    Breach("order", "too much", rows("orders", 0, amount=51)),
    Breach("trip", "a closed way", rows("shipments", 4, scenario="quake")),
    Breach("trip", "too long", city=city("commodities", "0.1,30", "0.1,2.5")),
    Breach("balance", "more than there is", rows("shipments", 4, amount=26)),
    Breach("balance", "past its life", city=city("commodities", ",50,2,", ",50,1,")),
    Breach("balance", "lost in the storm", city=city("survival", "0.5", "0.2")),
    Breach("known", "another order", rows("orders", 0, amount=11)),
    Breach("known", "another shipment", rows("shipments", 0, amount=11)),
    Breach("once", "a measure twice", more("measures", "alarm", "s2", "q2", "k4", 1600, 1000 / 8760)),
    Breach("once", "a mechanism twice", more("mechanisms", "platform", "q2", 500, 1000 / 87600)),
    Breach("once", "a post open already", more("posts", "p2", 1, 0)),
    Breach("once", "a depot open already", more("depots", "d1", 1, 0)),
    Breach("once", "opened twofold", rows("posts", 0, opened=2)),
    Breach("budget", "too little", city=city("budgets", "fireline,100000", "fireline,50000")),
    Breach("budget", "too little in a storm", city=city("budgets", "healthline,5000", "healthline,1344")),
    Breach("budget", "too little on average", city=city("budgets", "goods,500", "goods,128")),
    Breach("standard", "too few visits", city=city("standards", "visits,1,3", "visits,2,3")),
    Breach("standard", "too many visits", city=city("standards", "visits,1,3", "visits,1,1")),
    Breach("standard", "not filled", city=city("standards", "fill_rate,0.3", "fill_rate,0.7")),
    Breach("standard", "not safe", city=city("standards", "loss,,50000", "loss,,5000")),
    Breach("standard", "not covered", city=city("standards", "response_share,0,", "response_share,0.1,")),
    Breach("standard", "too little spent", city=city("standards", "spending,100", "spending,510")),
    Breach("beats", "none", {"beats": []}),
    Breach("beats", "two posts", rows("beats", 2, post="p2", minutes=1)),
    Breach("beats", "apart", city={"neighbours": "site,neighbour\ns1,s2\n"}),
    Breach("beats", "twice", more("beats", "s1", "p2", 5, 100)),
    Breach("totals", "another loss", top={"loss": 1.0}),
    Breach("totals", "no number", top={"spending": "much"}),
    Breach("sensitivity", "none", top={"sensitivity": {}}),
    Breach("by_hand", "better than the plan", top=by_hand(objective=manifest()["objective"] - 1)),
    Breach("by_hand", "below the bound", top=by_hand(objective=0)),
    Breach("by_hand", "more lost than there is", top=by_hand(loss=1e12)),
    Breach("by_hand", "no number", top=by_hand(spending="much")),
    Breach("by_hand", "an unknown standard", top={"by_hand": {"missed": ["neverland"]}}),
    Breach("by_hand", "figures and standards that it misses", top=by_hand(missed=["beats"])),
    Breach("by_hand", "no object", top={"by_hand": 7}),
    Breach("bound", "above the objective", top={"bound": manifest()["objective"] + 1}),
    Breach("bound", "no number", top={"bound": "high"}),
    Breach("status", "not optimal", top=option(gap=1e-6)),
    Breach("status", "unknown", top={"status": "perfect"}),
    Breach("recompute", "ids that meet nothing", city=city("hazards", "flood,health", "fire2,health")),
]  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.rule}: {breach.what}")
def test_the_rule_that_is_broken_is_named(tmp_path: Path, breach: Breach) -> None:
    write_instance(tmp_path / "city", breach.city)
    if breach.what == "no folder":
        plan = write_plan(tmp_path / "plan")
        (plan / "plan.json").write_text(json.dumps(manifest() | breach.top), encoding="utf-8")
    else:
        plan = write_plan(tmp_path / "plan", breach.tables, breach.top)
    verdict = check(plan, edited=True)
    assert not verdict.ok
    assert breach.rule in {violation.rule for violation in verdict.violations}
    assert all(violation.rule in RULES for violation in verdict.violations)


HASHED: dict[str, Callable[[Path], object]] = {
    "a table": lambda plan: _append(plan / "beats.csv", "\n"),
    "a table of the city": lambda plan: _append(plan.parent / "city" / "sites.csv", "\n"),
    "today's plan": lambda plan: _append(plan.parent / "city" / "current" / "visits.csv", "\n"),
    "a table more": lambda plan: _append(plan.parent / "city" / "nodes.csv", "id,source\n"),
    "a table less": lambda plan: (plan.parent / "city" / "travel.csv").unlink(),
    "the manifest": lambda plan: _append_manifest(plan, "command", "rm -rf /"),
}


def _append(path: Path, text: str) -> None:
    path.write_bytes((path.read_bytes() if path.exists() else b"") + text.encode())


def _append_manifest(plan: Path, key: str, value: str) -> None:
    read = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    (plan / "plan.json").write_text(json.dumps(read | {key: value}), encoding="utf-8")


@pytest.mark.parametrize("what", HASHED)
def test_what_was_touched_is_noticed_unless_edited_by_hand(plan: Path, what: str) -> None:
    travel = plan.parent / "city" / "travel.csv"
    travel.write_text("mode,from_place,to_place,minutes,km,source\n", encoding="utf-8")
    seal(plan, manifest())
    HASHED[what](plan)
    assert {violation.rule for violation in check(plan).violations} == {"hash"}
    assert check(plan, edited=True).ok


def test_every_rule_is_broken_somewhere() -> None:
    assert {breach.rule for breach in BREACHES} | {"hash"} == set(RULES)


def test_every_rule_has_a_sentence() -> None:
    assert all(text.endswith((".", ").")) for text in RULES.values())


def test_all_violations_come_at_once(plan: Path) -> None:
    write_plan(plan, rows("visits", 0, visits=1.5) | rows("orders", 0, amount=51) | {"beats": []})
    _append(plan / "beats.csv", "\n")
    rules = {violation.rule for violation in check(plan).violations}
    assert {"hash", "whole", "order", "beats", "derived", "outcome"} <= rules


def test_a_violation_names_file_line_and_field(plan: Path) -> None:
    write_plan(plan, rows("visits", 2, hours=4))
    (violation,) = check(plan).violations
    assert (violation.rule, violation.file, violation.row, violation.field) == ("derived", "visits.csv", 4, "hours")
    assert violation.found == "4"
    assert float(violation.expected) == pytest.approx(25 / 3)
