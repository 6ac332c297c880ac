"""`scale.GROUP=…`: assumed figures multiplied, cited ones left, and still a city without faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.checker.instance import read_instance
from allocopt.checker.registry import RULES
from allocopt.checker.verdict import Book
from allocopt.city import City
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.instance.scaling import GROUPS, scaled_city
from allocopt.schema import TABLES
from allocopt.schema.columns import columns
from checker.small_city import INSTANCE, write_instance
from cities import Tables, build
from instance.broken import faults_of, swap

CITED = {"source": "counted"}
KINDS: Tables = {
    "sites": [{"id": "s0", "people": 10}],
    "bodies": [{"id": "fire"}],
    "hazards": [{"id": name, "lead": "fire"} for name in ("blaze", "theft", "flood", "crowd")],
    "risks": [{"site": "s0", "hazard": name, "loss_cny": 100} for name in ("blaze", "theft", "flood", "crowd")],
    "mechanisms": [{"id": "platform"}],
    "mechanism_costs": [{"mechanism": "platform", "body": "fire", "cost_cny": 10}],
    "kinds": [{"id": "check"}],
    "crews": [{"of": "check", "role": "lead"}],
    "pools": [{"id": "men", "body": "fire"}],
    "classes": [{"id": "sure"}, {"id": "idle"}, {"id": "busy", "busy": 0.2}],
    "effects": [
        {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.3},
        {"by": "kind", "id": "check", "hazard": "blaze", "share": 0.35, "mechanism": "platform", **CITED},
        {"by": "kind", "id": "check", "hazard": "theft", "share": 0.3, **CITED},
        {"by": "kind", "id": "check", "hazard": "theft", "share": 0.35, "mechanism": "platform"},
        {"by": "kind", "id": "check", "hazard": "flood", "share": 0.9},
        {"by": "class", "id": "idle", "hazard": "flood", "share": 0.95},
        {"by": "class", "id": "busy", "hazard": "flood", "share": 0.95},
        {"by": "class", "id": "sure", "hazard": "crowd", "share": 1},
    ],
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    create(tmp_path / "town")
    return tmp_path / "town"


def shares(city: City) -> dict[str, float]:
    return {"/".join(filter(None, (r.id, r.hazard, r.mechanism))): r.share for r in city.rows["effects"]}  # type: ignore[attr-defined]


NUMBERS = {table: of for group in GROUPS.values() for table, of in group.items()}


def checkers(folder: Path, change: str) -> dict[str, list[list[float]]]:
    """The figures that can be scaled, by table, as the checker reads them."""
    book = Book(RULES)
    found = read_instance(folder, None, [change], book)
    assert found is not None and not book.entries
    return {
        table: sorted([row.num(column) for column in of] for row in found.tables[table])
        for table, of in NUMBERS.items()
    }


def planners(city: City) -> dict[str, list[list[float]]]:
    return {
        table: sorted([vars(row)[column] for column in of] for row in city.rows[table]) for table, of in NUMBERS.items()
    }


def test_every_cost_belongs_to_a_group_but_terms_agreed_upon() -> None:
    costs = {
        f"{t}.{c}" for t, table in TABLES.items() for c in columns(table.row) if c.startswith(("cost", "open_cost"))
    }
    costs |= {"commodities.ship_cost_cny_km"}
    assert costs == {f"{table}.{column}" for table, named in GROUPS["costs"].items() for column in named}
    assert all(
        column in columns(TABLES[t].row) for group in GROUPS.values() for t, of in group.items() for column in of
    )


def test_only_assumed_figures_are_multiplied(tmp_path: Path) -> None:
    city = load(write_instance(tmp_path / "city"), changes=["scale.losses=1.5"])
    losses = {(row.site, row.hazard): (row.loss_cny, row.casualties) for row in city.rows["risks"]}  # type: ignore[attr-defined]
    assert losses["s1", "fire"] == (15000, 3)
    assert losses["s1", "theft"] == (8000, 0)


def test_costs_are_multiplied_but_not_what_was_agreed_upon(tmp_path: Path) -> None:
    before, after = (load(write_instance(tmp_path / "city"), changes=c) for c in ([], ["scale.costs=x2"]))
    changed = {
        f"{table}.{column}"
        for table in TABLES
        for one, other in zip(before.rows[table], after.rows[table], strict=True)
        for column in vars(one)
        if vars(one)[column] != vars(other)[column]
    }
    all_costs = {f"{table}.{column}" for table, of in GROUPS["costs"].items() for column in of}
    assert changed == all_costs


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("1.2", (0.35, 0.35, 0.3, 0.42, 0.9999, 0.9999, 1.0, 1.0)),
        ("0.8", (0.24, 0.35, 0.3, 0.3, 0.72, 0.76, 0.76, 1.0)),
    ],
)
def test_shares_stop_where_the_city_would_not_hold(tmp_path: Path, by: str, expected: tuple[float, ...]) -> None:
    city = load(build(tmp_path / "city", KINDS), changes=[f"scale.effects={by}"])
    names = ("check/blaze", "check/blaze/platform", "check/theft", "check/theft/platform")
    names += ("check/flood", "idle/flood", "busy/flood", "sure/crowd")
    assert shares(city) == pytest.approx(dict(zip(names, expected, strict=True)))


@pytest.mark.parametrize("by", ["0.5", "2"])
@pytest.mark.parametrize("group", GROUPS)
def test_the_checker_scales_alike_and_so_does_a_city_in_memory(tmp_path: Path, group: str, by: str) -> None:
    folders = [write_instance(tmp_path / "small"), build(tmp_path / "kinds", KINDS)]
    for folder in folders if group in ("losses", "effects") else folders[:1]:
        city = load(folder, changes=[f"scale.{group}={by}"])
        assert planners(city) == checkers(folder, f"scale.{group}={by}")
        assert planners(city) == planners(scaled_city(load(folder), group, float(by)))


def test_needs_not_told_apart_are_multiplied_together_or_not_at_all(tmp_path: Path) -> None:
    def amounts(text: str) -> list[float]:
        folder = write_instance(tmp_path / "city", {"needs": text})
        city = load(folder, changes=["scale.needs=1.5"])
        assert planners(city) == checkers(folder, "scale.needs=1.5")
        return sorted(row.amount for row in city.rows["needs"])  # type: ignore[attr-defined]

    assert amounts(INSTANCE["needs"]) == [15, 15, 16, 90]
    counted = INSTANCE["needs"].replace("quake,s2,water,q1,10,assumed", "quake,s2,water,q1,10,counted")
    assert amounts(counted) == [10, 10, 16, 90]


def test_changes_go_in_their_order(town: Path) -> None:
    def loss(*changes: str) -> float:
        rows = load(town, changes=changes).rows["risks"]
        return next(row.loss_cny for row in rows if (row.site, row.hazard) == ("school", "fire"))  # type: ignore[attr-defined]

    assert loss("scale.losses=1.5", "risks.school/fire.loss_cny=7") == 7
    assert loss("risks.school/fire.loss_cny=8", "scale.losses=×1.5", "scale.losses=x0.5") == 6
    assert loss("risks.school/fire.loss_cny=8", "risks.school/fire.source=counted", "scale.losses=2") == 8


def test_a_scenario_may_scale(town: Path) -> None:
    swap(town / "city.yaml", "budgets.*.amount_cny=x0.7", "scale.costs=1.3")
    before, after = load(town), load(town, scenario="lean")
    assert planners(after) == planners(scaled_city(before, "costs", 1.3))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("scale.loses=1.2", "'losses'"),
        ("scale.risks=1.2", "one of losses, effects, costs, needs"),
        ("scale=1.2", "PATH=VALUE"),
        ("scael.losses=1.2", "'scale'"),
        ("scale.losses=much", "a number above zero"),
        ("scale.losses=", "a number above zero"),
        ("scale.losses=0", "a number above zero"),
        ("scale.losses=x0", "a number above zero"),
        ("scale.losses=-1", "a number above zero"),
        ("scale.losses=x-1", "a number above zero"),
        ("scale.losses=nan", "a number above zero"),
    ],
)
def test_what_cannot_be_scaled_is_a_fault_of_the_call(town: Path, change: str, says: str) -> None:
    (fault,) = faults_of(town, changes=[change])
    assert (fault.file, fault.line, fault.field) == (f"--set {change}", 0, "")
    assert says in str(fault)
    book = Book(RULES)
    read_instance(town, None, [change], book)
    assert [violation.rule for violation in book.entries] == ["options"]


def test_nothing_assumed_is_a_fault(tmp_path: Path) -> None:
    cited: Tables = {**KINDS, "risks": [{**row, **CITED} for row in KINDS["risks"]]}
    (fault,) = faults_of(build(tmp_path / "city", cited), changes=["scale.losses=2"])
    assert "no assumed figure above zero in risks.csv" in fault.found


def test_a_figure_scaled_too_far_names_the_change(town: Path) -> None:
    faults = faults_of(town, changes=["scale.losses=1e9"])
    assert faults and all("risks.csv" in str(fault) for fault in faults)
