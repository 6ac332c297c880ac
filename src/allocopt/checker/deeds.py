"""Decisions, of the plan or of today: the rows by table, and when each mechanism works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from allocopt.checker.files import Row
from allocopt.checker.instance import Instance


class Deeds:
    """What is done. Mechanisms are decided too, and unlock other deeds from some period on."""

    def __init__(self, city: Instance, tables: Mapping[str, Sequence[Row]]) -> None:
        self._city = city
        self._tables = tables

    def rows(self, table: str) -> Sequence[Row]:
        return self._tables.get(table, ())

    @cached_property
    def _working_from(self) -> dict[str, int]:
        working: dict[str, int] = {}
        for row in self.rows("mechanisms"):
            mechanism = row["mechanism"]
            start = self._city.calendar.number[row["period"]] + self._city.by_id("mechanisms")[mechanism].whole("lead")
            working[mechanism] = min(start, working.get(mechanism, start))
        return working

    def works(self, mechanism: str, t: int) -> bool:
        """Whether a mechanism works in a period; what names none always works."""
        return not mechanism or t >= self._working_from.get(mechanism, t + 1)
