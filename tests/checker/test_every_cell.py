"""No cell of a plan can be changed unnoticed: not a number by two millionths, not a text at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from allocopt.checker import check, registry
from checker.small_city import COLUMNS, DECISIONS, OUTCOMES, SENSITIVITY, Cells, csv_text, write_plan

TABLES = DECISIONS | OUTCOMES
TOTALS = (
    "objective",
    "bound",
    "gap",
    "gap_avoided",
    "loss",
    "loss_if_nobody_acts",
    "spending",
    "casualties",
    "casualties_if_nobody_acts",
    "averted_after_horizon_cny_year",
    "assumed_share",
    "assumed_cost_share",
)


def _mutants(table: str) -> Iterator[tuple[int, int, object]]:
    """Line, column and new value of every change of one cell."""
    for number, row in enumerate(TABLES[table]):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                yield number, column, cell + "x"
                if cell:
                    yield number, column, ""
            else:
                yield number, column, cell * (1 + 2e-6) if cell else 1e-3
                yield number, column, cell * (1 - 2e-6) if cell else -1e-3
                if number:
                    continue
                yield number, column, "rubbish"
                if (table, COLUMNS[table].split()[column]) != ("standards", "price_cny"):
                    yield number, column, ""


def _with(rows: list[Cells], number: int, column: int, value: object) -> list[Cells]:
    changed = list(rows[number])
    changed[column] = value
    return [*rows[:number], tuple(changed), *rows[number + 1 :]]


def test_no_table_is_left_out() -> None:
    of_every_city = {table.name for table in registry.TABLES if not table.only_with}
    assert of_every_city == {name for name, rows in TABLES.items() if rows}


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_cell_is_noticed(plan: Path, table: str) -> None:
    path, before = plan / f"{table}.csv", (plan / f"{table}.csv").read_bytes()
    unnoticed = []
    for number, column, value in _mutants(table):
        rows = _with(TABLES[table], number, column, value)
        path.write_text(csv_text(COLUMNS[table].split(), rows), encoding="utf-8-sig")
        if check(plan, edited=True).ok:
            unnoticed.append((TABLES[table][number], COLUMNS[table].split()[column], value))
    path.write_bytes(before)
    assert unnoticed == []
    assert check(plan).ok


@pytest.mark.parametrize("table", TABLES)
def test_a_row_lost_or_doubled_is_noticed(plan: Path, table: str) -> None:
    for number, row in enumerate(TABLES[table]):
        rows = TABLES[table]
        for changed in ([*rows[:number], *rows[number + 1 :]], [*rows, row]):
            write_plan(plan, {table: changed})
            assert not check(plan).ok, row


@pytest.mark.parametrize("name", TOTALS)
@pytest.mark.parametrize("factor", [1 + 2e-6, 1 - 2e-6, 0.0])
def test_a_changed_total_is_noticed(plan: Path, name: str, factor: float) -> None:
    manifest = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    manifest[name] *= factor
    (plan / "plan.json").write_text(json.dumps(manifest), encoding="utf-8")
    rules = {violation.rule for violation in check(plan, edited=True).violations}
    assert rules & {"totals", "bound"}


@pytest.mark.parametrize("group", SENSITIVITY)
@pytest.mark.parametrize("factor", [1 + 2e-6, 1 - 2e-6, 0.0])
def test_a_changed_sensitivity_is_noticed(plan: Path, group: str, factor: float) -> None:
    manifest = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    figures = {name for name, figure in SENSITIVITY[group].items() if not isinstance(figure, dict)}
    for name in figures:
        changed = manifest["sensitivity"][group] | {name: SENSITIVITY[group][name] * factor}
        found = manifest | {"sensitivity": manifest["sensitivity"] | {group: changed}}
        (plan / "plan.json").write_text(json.dumps(found), encoding="utf-8")
        assert {violation.rule for violation in check(plan, edited=True).violations} == {"sensitivity"}


@pytest.mark.parametrize(
    ("group", "figures"),
    [
        ("losses", None),
        ("costs", {"overrun_at_1.2": {"goods": 1.0}}),
        ("costs", {"overrun_at_1.2": {"nobody": 1.0}}),
        ("needs", {"spending_at_1.2": 1.0}),
        ("needs", {"at_1.2": None}),
        ("all", {"assumed_rows": 0}),
    ],
)
def test_a_sensitivity_too_many_or_too_few_is_noticed(
    plan: Path, group: str, figures: dict[str, object] | None
) -> None:
    manifest = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    if figures is None:
        del manifest["sensitivity"][group]
    else:
        manifest["sensitivity"].setdefault(group, {}).update(figures)
    (plan / "plan.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert {violation.rule for violation in check(plan, edited=True).violations} == {"sensitivity"}
