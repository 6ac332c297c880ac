"""Scenarios and changes reach what they name, in their order."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.checker.instance import Instance, read_instance
from allocopt.checker.registry import RULES
from allocopt.checker.verdict import Book
from checker.small_city import write_instance


def changed(folder: Path, *changes: str, scenario: str | None = None) -> tuple[Instance, Book]:
    book = Book(RULES)
    found = read_instance(write_instance(folder / "city"), scenario, list(changes), book)
    assert found is not None
    return found, book


@pytest.mark.parametrize(
    ("change", "table", "row", "column", "value"),
    [
        ("pools.watch.headcount=9", "pools", "watch", "headcount", 9),
        ("pools.watch.headcount=x1.5", "pools", "watch", "headcount", 12),
        ("pools.firemen.worth=x2", "pools", "firemen", "worth", 2),
        ("pools.*.cost_cny_hour=x0.1", "pools", "watch", "cost_cny_hour", 2),
        ("budgets.*line.amount_cny=7", "budgets", "policeline", "amount_cny", 7),
        ("risks.s1/theft.loss_cny=1", "risks", "s1", "loss_cny", 10000),
        ("risks.s1/*.loss_cny=1", "risks", "s1", "loss_cny", 1),
        ("risks.*/fire.loss_cny=x3", "risks", "s1", "loss_cny", 30000),
        ("needs.storm/s2/water/q2.amount=1", "needs", "storm", "amount", 10),
        ("needs.storm/*.amount=1", "needs", "storm", "amount", 1),
    ],
)
def test_a_cell_is_changed(tmp_path: Path, change: str, table: str, row: str, column: str, value: float) -> None:
    found, book = changed(tmp_path, change)
    assert book.entries == ()
    assert found.by_id(table)[row].num(column) == value


def test_settings_are_changed(tmp_path: Path) -> None:
    found, book = changed(
        tmp_path,
        "city.casualty_value_cny=x2",
        "city.periods.q2.hours=x0.5",
        "city.travel.detour=x1.2",
        "city.objective=cvar",
        "city.beats.posts=2",
    )
    assert book.entries == ()
    assert found.number("casualty_value_cny") == 2000
    assert found.calendar.hours == (1000, 500)
    assert found.number("travel", "detour") == 1.2
    assert found.settings["objective"] == "cvar"
    assert found.settings["beats"]["posts"] == "2"


def test_the_scenario_goes_first(tmp_path: Path) -> None:
    found, _ = changed(tmp_path, "budgets.fireline.amount_cny=x10", scenario="rich")
    assert found.by_id("budgets")["fireline"].num("amount_cny") == 2_000_000
    assert found.by_id("budgets")["goods"].num("amount_cny") == 500
    assert found.number("casualty_value_cny") == 2000


@pytest.mark.parametrize(
    "change",
    [
        "pools.nobody.hours=1",
        "pools.watch.shoes=1",
        "pool.watch.hours=1",
        "risks.s3/theft.loss_cny=1",
        "classes.fast.standard_m=x2",
        "city.periods.q9.hours=1",
        "city.=2",
        "nonsense",
        ".=",
        "=1",
    ],
)
def test_what_meets_nothing_is_a_violation(tmp_path: Path, change: str) -> None:
    _, book = changed(tmp_path, change)
    assert [violation.rule for violation in book.entries] == ["options"]
