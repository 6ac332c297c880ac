"""Which budget lines are raised together, and by which sums."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from allocopt.city import City
from allocopt.schema.money import BudgetRow
from allocopt.study.frontier.sums import Sum
from allocopt_models.budgets import Line, outermost

# More is looked at up to this share of what is raised, or up to the step where that is more.
LIMIT_SHARE = 0.2
# A step that is a share is rounded to so many digits.
DIGITS = 2


@dataclass(frozen=True)
class Raised:
    """Budget lines that are raised together, each by the same share of itself: a `line` alone, all of a `body`, or all
    whose filter names an `area`. `whole_cny`: what those of them have that stand in no other of them."""

    kind: str
    name: str
    amounts: tuple[tuple[str, float], ...]
    whole_cny: float

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for line, _ in self.amounts)

    @property
    def shares(self) -> dict[str, float]:
        """What each line gets of a yuan more."""
        return {line: amount / self.whole_cny for line, amount in self.amounts}

    def step(self, asked: Sum) -> float:
        """The step in CNY."""
        return float(f"{asked.number * self.whole_cny:.{DIGITS - 1}e}") if asked.is_share else asked.number

    def limit(self, asked: Sum) -> float:
        """Up to which sum more is looked at."""
        return max(LIMIT_SHARE * self.whole_cny, self.step(asked))

    def given(self, city: City, money: float) -> City:
        """The city with so much more, as if it had been read with these changes; lines of a coalition are raised row
        by row. Amounts are whole cents."""
        rows = {row for line in self.lines for row in line.split("+")}
        more = {
            row.id: _cents_up(row.amount_cny * (1.0 + money / self.whole_cny))
            for row in city.of(BudgetRow)
            if row.id in rows
        }
        budgets = tuple(
            row.model_copy(update={"amount_cny": more[row.id]}) if row.id in more else row for row in city.of(BudgetRow)
        )
        changes = tuple(f"budgets.{row}.amount_cny={amount!r}" for row, amount in more.items())
        return replace(city, rows={**city.rows, "budgets": budgets}, changes=(*city.changes, *changes))


def _cents_up(money: float) -> float:
    """Money rounded up to a cent, but for what is a hair beyond one."""
    return math.ceil(money * 100 - 1e-4) / 100


def raised(lines: Mapping[str, Line]) -> tuple[list[Raised], list[str]]:
    """All that can be raised, by kind and name; and the lines that have no money to take a share of."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, line in lines.items():
        for group in _groups(name, line):
            groups[group].append(name)
    told = [_raised(kind, name, {line: lines[line] for line in members}) for (kind, name), members in groups.items()]
    order = ("line", "body", "area")
    return (
        sorted((one for one in told if one.whole_cny > 0), key=lambda one: (order.index(one.kind), one.name)),
        [one.name for one in told if one.kind == "line" and one.whole_cny <= 0],
    )


def _groups(name: str, line: Line) -> Iterator[tuple[str, str]]:
    yield "line", name
    if line.bodies:
        yield "body", "+".join(sorted(line.bodies))
    if line.area:
        yield "area", line.area


def _raised(kind: str, name: str, lines: Mapping[str, Line]) -> Raised:
    amounts = tuple((line, lines[line].amount_cny) for line in sorted(lines))
    return Raised(kind, name, amounts, sum(lines[line].amount_cny for line in outermost(lines)))


def roomy(most: City, own: City, of: Iterable[Raised], asked: Sum) -> City:
    """A city in which every line has what it has in `most`, and what it has in any row of the table."""
    amounts = {row.id: row.amount_cny for row in most.of(BudgetRow)}
    for one in of:
        for row in one.given(own, one.limit(asked)).of(BudgetRow):
            amounts[row.id] = max(amounts[row.id], row.amount_cny)
    budgets = tuple(row.model_copy(update={"amount_cny": amounts[row.id]}) for row in most.of(BudgetRow))
    return replace(most, rows={**most.rows, "budgets": budgets})
