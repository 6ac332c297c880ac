"""One check: the city, the plan, what was found so far, and how violations are written down."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from allocopt.checker.deeds import Deeds
from allocopt.checker.efforts import Efforts
from allocopt.checker.figures import Figure, same, within
from allocopt.checker.files import Row
from allocopt.checker.findings import Findings
from allocopt.checker.instance import Calendar, Instance
from allocopt.checker.manifest import Options
from allocopt.checker.rights import Rights
from allocopt.checker.risks import Effects, Risks
from allocopt.checker.tables import PlanTable
from allocopt.checker.trips import Trips
from allocopt.checker.verdict import Book

Expected = float | Decimal | Figure | str | None
"""What a cell should hold; None: nothing."""


@dataclass
class Case:
    """Everything a section needs."""

    book: Book
    city: Instance
    manifest: Mapping[str, Any]
    options: Options
    deeds: Deeds
    today: Deeds
    outcomes: Mapping[str, Sequence[Row]]
    rights: Rights
    trips: Trips
    risks: Risks
    effects: Effects
    found: Findings = field(default_factory=Findings)
    efforts: Sequence[Callable[[Case, Deeds, bool, Efforts], None]] = ()

    @property
    def calendar(self) -> Calendar:
        return self.city.calendar

    @cached_property
    def crews(self) -> dict[str, dict[str, Row]]:
        """The roles of each kind of visit and each unit."""
        crews: dict[str, dict[str, Row]] = {}
        for row in self.city.rows("crews"):
            crews.setdefault(row["of"], {})[row["role"]] = row
        return crews

    def t(self, row: Row) -> int:
        """The number of a row's period."""
        return self.calendar.number[row["period"]]

    def fault(self, rule: str, row: Row, column: str, expected: object, found: object = None) -> None:
        """Write down what is wrong with a row; what was found is the cell, unless said otherwise."""
        if found is None:
            found = row[column] or "blank"
        self.book.add(rule, row.file, row.line, column, found, expected)

    def keeps(self, rule: str, row: Row, column: str, value: float, limit: float, what: str) -> None:
        """Write down a violation when an amount is over its limit by more than a solver's rounding."""
        if not within(value, limit):
            self.fault(rule, row, column, f"{what}: at most {limit:.12g}", value)

    def figure(self, row: Row, column: str, expected: Expected, rule: str = "derived") -> None:
        """Compare a cell with what was recomputed."""
        if isinstance(expected, str) or expected is None:
            if row[column] != (expected or ""):
                self.fault(rule, row, column, expected or "blank")
            return
        value, noise = expected if isinstance(expected, Figure) else (float(expected), 0.0)
        found = row.opt(column)
        if found is None:
            if not row[column]:
                self.fault(rule, row, column, value)
        elif found != value and not same(found, value, noise):
            self.fault(rule, row, column, value)

    def outcome(
        self,
        table: PlanTable,
        expected: Mapping[tuple[str, ...], Mapping[str, Expected]],
        may_miss: Container[tuple[str, ...]] = (),
    ) -> list[Row]:
        """Compare a table of outcomes with what was recomputed; return its rows that should be there."""
        rows = []
        missing = dict.fromkeys(expected)
        for row in self.outcomes[table.name]:
            key = row.key(table.key)
            if key not in expected:
                self.book.add("outcome-row", row.file, row.line, "", "/".join(key), "no such row")
                continue
            missing.pop(key, None)
            rows.append(row)
            for column, value in expected[key].items():
                self.figure(row, column, value, "outcome")
        for key in missing:
            if key in may_miss:
                continue
            self.book.add("outcome-row", table.file, 0, ",".join(table.key), "no row", "/".join(key))
        return rows
