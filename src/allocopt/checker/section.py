"""A section of the checker: the tables it answers for, the rules it may find broken, and how it recomputes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from allocopt.checker.case import Case
from allocopt.checker.deeds import Deeds
from allocopt.checker.efforts import Efforts
from allocopt.checker.tables import PlanTable

Effort = Callable[[Case, Deeds, bool, Efforts], None]
"""Adds the efforts of some deeds; the truth value says that everybody may act (today's plan)."""


@dataclass(frozen=True)
class Section:
    """One section; the registry lists them in the order in which they run. `shapes` has the tables of the instance
    that only this section knows, in the notation of `columns`."""

    name: str
    check: Callable[[Case], None]
    tables: tuple[PlanTable, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    effort: Effort | None = None
    shapes: Mapping[str, str] = field(default_factory=dict)
