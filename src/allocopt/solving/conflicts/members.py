"""What may give way where not everything can hold: the hard standards and the budget lines, and by how much.

A standard gives way by its shortfall, which is held at zero, the same at every place that it speaks of; a line gives
way by its extra, held at zero too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from allocopt.solving.search import Search


@dataclass(frozen=True)
class Lever:
    """A figure that may be eased: its column in the instance's table, what it says there, and the columns of the model
    that tell by how much it is eased. `unit` is how much counts as all of it."""

    field: str
    level: float
    columns: tuple[int, ...]
    unit: float

    def eased(self, amount: float) -> float:
        """The figure after it gave way by so much."""
        return max(self.level - amount, 0.0) if self.field == "at_least" else self.level + amount


@dataclass(frozen=True)
class Member:
    """A named limit. It is let go by letting its levers be as large as they like, and its rows be anything."""

    kind: str
    name: str
    levers: tuple[Lever, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def columns(self) -> list[int]:
        return [column for lever in self.levers for column in lever.columns]

    @property
    def label(self) -> str:
        return self.name if self.kind == STANDARD else f"{self.kind} {self.name}"


LINE, STANDARD = "budget line", "standard"


def members_of(search: Search) -> list[Member]:
    """The budget lines, then the hard standards, by name."""
    return [*_lines(search), *_standards(search)]


def _lines(search: Search) -> list[Member]:
    """Money is counted in shares of the largest line, so that a yuan weighs the same on all of them."""
    column, extra = search.arrays.column_of(), search.city.model.money.extra
    lines = search.city.data.lines
    unit = max((line.amount_cny for line in lines.values()), default=0.0) or 1.0
    there = {name: column[id(extra[name])] for name in sorted(lines) if id(extra[name]) in column}
    return [Member(LINE, name, (Lever("amount_cny", lines[name].amount_cny, (j,), unit),)) for name, j in there.items()]


def _standards(search: Search) -> list[Member]:
    column, short = search.arrays.column_of(), search.city.model.standards.short
    found: dict[str, dict[tuple[str, float], list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, row in enumerate(search.city.data.requirements):
        j = column.get(id(short[i]))
        if row.price_cny is None and j is not None:
            found[row.standard][row.bound, row.required].append(j)
    return [
        Member(
            STANDARD,
            name,
            tuple(Lever(bound, level, tuple(js), level or 1.0) for (bound, level), js in sorted(by_bound.items())),
        )
        for name, by_bound in sorted(found.items())
    ]
