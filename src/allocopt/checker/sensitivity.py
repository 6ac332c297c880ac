"""What rests on assumed figures: the same plan where all of a group of them are a fifth smaller, or greater."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from allocopt.checker.case import Case
from allocopt.checker.figures import FEASIBLE, NOISE, same
from allocopt.checker.files import Row
from allocopt.checker.findings import Spent
from allocopt.checker.instance import Instance
from allocopt.checker.manifest import FILE, number, part
from allocopt.checker.money import budget_lines, most_used
from allocopt.checker.objectives import loss_if_nobody_acts, objective_value, spending
from allocopt.checker.risk import losses_found
from allocopt.checker.risks import Effects, Risks
from allocopt.checker.scaling import GROUPS, assumed_rows, scale, tables_of
from allocopt.checker.section import Section
from allocopt.checker.standards import price_of_short
from allocopt.checker.supply import needs_found

FACTORS = ("0.8", "1.2")
TOO_MUCH = 1e15
"""A cell's loss that no city has: what is observed cannot be reckoned back."""


def check(case: Case) -> None:
    """Recompute every group, and compare."""
    given = part(case.manifest, "sensitivity")
    if set(given) != set(GROUPS):
        _wrong(case, "", ", ".join(given) or "nothing", ", ".join(GROUPS))
    for group in GROUPS:
        if group in given:
            _check_group(case, group, part(given, group))


def _check_group(case: Case, group: str, given: Mapping[str, object]) -> None:
    rows = assumed_rows(case.city.tables, case.calendar.periods, group)
    if given.get("assumed_rows") != rows:
        _wrong(case, f"{group}.assumed_rows", given.get("assumed_rows"), rows)
    expected = {"assumed_rows"}
    for factor in FACTORS if rows else ():
        moved = _moved(case, group, Decimal(factor))
        figures = {} if moved is None else {f"at_{factor}": objective_value(moved)}
        if moved is None and given.get(f"at_{factor}") is not None:
            _wrong(case, f"{group}.at_{factor}", given.get(f"at_{factor}"), "null")
        if moved is not None and group == "costs":
            figures[f"spending_at_{factor}"] = spending(moved)
            if factor == FACTORS[-1]:
                _check_overrun(case, moved, part(given, f"overrun_at_{factor}"))
                expected.add(f"overrun_at_{factor}")
        for name, value in figures.items():
            _compare(case, f"{group}.{name}", given.get(name), value, NOISE * loss_if_nobody_acts(case))
        expected |= {f"at_{factor}", *figures}
    if set(given) != expected:
        _wrong(case, group, ", ".join(sorted(given)), ", ".join(sorted(expected)))


def _check_overrun(case: Case, moved: Case, given: Mapping[str, object]) -> None:
    """The lines on which the plan no longer fits."""
    lines = {line.id: line for line in budget_lines(case)}
    for name in sorted({*lines, *given}):
        if name not in lines:
            _wrong(case, f"costs.overrun_at_1.2.{name}", name, "a budget line")
            continue
        amount = lines[name].amount
        over, slack = float(most_used(moved, lines[name]) - amount), FEASIBLE * max(1.0, float(amount))
        if name in given or over > 2 * slack:
            _compare(case, f"costs.overrun_at_1.2.{name}", given.get(name), over, 1e-9 * float(amount))
            if over < slack / 2:
                _wrong(case, f"costs.overrun_at_1.2.{name}", given.get(name), "no overrun")


def _compare(case: Case, name: str, found: object, expected: float, noise: float) -> None:
    value = number(found)
    if value is None or not same(value, expected, noise):
        _wrong(case, name, found, expected)


def _wrong(case: Case, name: str, found: object, expected: object) -> None:
    case.book.add("sensitivity", FILE, 0, f"sensitivity.{name}".rstrip("."), found, expected)


def _moved(case: Case, group: str, factor: Decimal) -> Case | None:
    """The same deeds in the city with the group scaled; None where what is observed cannot be reckoned back."""
    if group == "costs":
        more = factor - 1
        costs = {
            item: Spent(spent.cash + more * spent.assumed_cash, spent.horizon + more * spent.assumed_horizon)
            for item, spent in case.found.costs.items()
        }
        moved = replace(case, found=replace(case.found, costs=costs))
    else:
        city = _copy(case.city, group)
        scale(city.tables, case.calendar.periods, group, factor)
        risks = Risks(city)
        moved = replace(case, city=city, risks=risks, effects=Effects(city, risks), found=replace(case.found))
        try:
            moved.found.needs, moved.found.losses = needs_found(moved), losses_found(moved)
        except OverflowError:
            return None
        if any(loss.before >= TOO_MUCH for loss in moved.found.losses):
            return None
    moved.found.short_cny = price_of_short(moved)
    return moved


def _copy(city: Instance, group: str) -> Instance:
    """The city with rows of its own in the tables of the group."""
    own = {table: [_copied(row) for row in city.rows(table)] for table in tables_of(group)}
    return replace(city, tables=city.tables | own)


def _copied(row: Row) -> Row:
    return Row(row.file, row.line, dict(row.cells), dict(row.numbers))


SECTION = Section(
    "sensitivity",
    check,
    rules={"sensitivity": "How far assumed figures move the plan is as plan.json says."},
)
