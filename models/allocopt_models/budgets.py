"""Budget lines: ceilings on the costs that match a filter; lines nest freely.

    Σ matching first-stage costs + prices charged − prices credited + (recourse of ω, or Σ_ω π_ω recourse) ≤ amount

for every scenario ω and for "nothing happens", or once on average where the line says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyomo.core import Constraint, Expression, Set, Var

from allocopt_models.terms import Block, Booking, Contribution, Expr, add, total


@dataclass(frozen=True)
class Line:
    """A budget line, or the lines of a coalition put together. Blank filters match everything; `scenario` is `each`
    or `expected`; `pays` and `earns` hold the links whose price it bears or gets."""

    amount_cny: float
    bodies: frozenset[str]
    area: str
    programme: str
    category: str
    periods: frozenset[str]
    scenario: str
    pays: frozenset[str]
    earns: frozenset[str]

    def matches(self, booking: Booking) -> bool:
        return (
            (not self.bodies or booking.body in self.bodies)
            and lies_in(booking.area, self.area)
            and self.programme in ("", booking.programme)
            and self.category in ("", booking.category)
            and (not self.periods or booking.period in self.periods)
        )

    def covers(self, other: Line) -> bool:
        """Whether all that the other matches is matched by this one."""
        return (
            (not self.bodies or (bool(other.bodies) and other.bodies <= self.bodies))
            and lies_in(other.area, self.area)
            and self.programme in ("", other.programme)
            and self.category in ("", other.category)
            and (not self.periods or (bool(other.periods) and other.periods <= self.periods))
        )


def outermost(lines: Mapping[str, Line]) -> list[str]:
    """The lines that stand in no other: of lines alike the first."""
    return [
        name
        for name, line in lines.items()
        if not any(
            outer.covers(line) and (not line.covers(outer) or other < name)
            for other, outer in lines.items()
            if other != name
        )
    ]


def lies_in(area: str, other: str) -> bool:
    """Whether an area path equals another or continues it; a blank one is everywhere."""
    return not other or area == other or area.startswith(other + "/")


def uses(line: Line, spent: Contribution, price_cny: Mapping[str, float]) -> dict[str, list[Expr]]:
    """What uses the line, by scenario; blank for what is spent whatever happens."""
    out: dict[str, list[Expr]] = {"": []}
    matching = {booking for booking in {cost.booking for cost in spent.costs} if line.matches(booking)}
    for cost in spent.costs:
        if cost.booking in matching:
            out.setdefault(cost.scenario, []).append(cost.amount)
    for price in spent.prices:
        sign = (price.link in line.pays) - (price.link in line.earns)
        if sign and price_cny[price.link] and (not line.periods or price.period in line.periods):
            out.setdefault(price.scenario, []).append(sign * price_cny[price.link] * price.quantity)
    return out


def add_budgets(
    b: Block,
    *,
    lines: Mapping[str, Line],
    spent: Contribution,
    price_cny: Mapping[str, float],
    probability: Mapping[str, float],
) -> None:
    """Adds a row `within_budget` for each line and scenario that can use it, and `used` by line and scenario."""
    used: dict[tuple[str, str], Expr] = {}
    for name in sorted(lines):
        parts = uses(lines[name], spent, price_cny)
        whatever = total(parts.pop(""))
        if lines[name].scenario == "expected":
            used[name, ""] = whatever + total([probability[w] * total(parts[w]) for w in sorted(parts)])
        else:
            used.update({(name, w): whatever + total(parts[w]) for w in sorted(parts)})
            used[name, ""] = whatever
    add(b, "USES", Set(initialize=sorted(used), dimen=2, doc="line and scenario"))
    add(b, "used", Expression(b.USES, rule=lambda _, *use: used[use], doc="CNY used of the line"))

    add(b, "LINES", Set(initialize=sorted(lines), doc="budget lines"))
    extra = add(b, "extra", Var(b.LINES, bounds=(0, 0), doc="CNY beyond the line; zero but when repairs are sought"))

    def within_budget(_: Block, name: str, scenario: str) -> Expr:
        return used[name, scenario] - extra[name] <= lines[name].amount_cny

    add(b, "within_budget", Constraint(b.USES, rule=within_budget, doc="a line is not overspent"))


def spending(costs: Iterable[Expr], probability: Mapping[str, float]) -> Expr:
    """First-stage costs times the share of their life in the horizon, plus expected recourse."""
    parts: Sequence[Expr] = [
        (probability[cost.scenario] if cost.scenario else cost.horizon_share) * cost.amount for cost in costs
    ]
    return total(parts)
