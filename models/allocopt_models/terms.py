"""What the building blocks hand to each other: efforts on cells, costs with their booking, prices between bodies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# A Pyomo variable or linear expression; Pyomo is not typed.
Expr = Any
Block = Any

# A mechanism's variables by (mechanism, period): 1 while it works.
Works = Mapping[tuple[str, str], Expr]

# What must work for an action to be possible: one mechanism of every group.
Requires = tuple[tuple[str, ...], ...]


class Cell(NamedTuple):
    """Where a loss may occur. A blank shift stands for all shifts together."""

    site: str
    hazard: str
    period: str
    shift: str


class Booking(NamedTuple):
    """What a cost is booked on; budget lines and standards filter over these."""

    body: str
    area: str
    programme: str
    category: str
    period: str


@dataclass(frozen=True)
class Cost:
    """An amount in CNY. `scenario` is blank for what is spent whatever happens; `horizon_share` is the share of the
    life of what is bought that falls into the horizon; `assumed` says that nobody measured the figure behind it, where
    the programme itself tells so."""

    booking: Booking
    amount: Expr
    scenario: str = ""
    horizon_share: float = 1.0
    assumed: bool = False


@dataclass(frozen=True)
class Price:
    """What the helped body owes the helper under a link: `quantity` hours, units or measures at `price_cny` each."""

    link: str
    period: str
    quantity: Expr
    scenario: str = ""


@dataclass(frozen=True)
class EffortTerm:
    """A part of a cell's effort: at most `most`; `values` lists all it can be in a plan, None for a continuum."""

    amount: Expr
    most: float
    values: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Returns:
    """A cell touched by one response class alone: `left[n]` is the share of its loss left with n units."""

    units: Expr
    left: tuple[float, ...]


@dataclass
class Contribution:
    """What one programme adds to the city: a programme is a function that returns this."""

    efforts: dict[Cell, list[EffortTerm]] = field(default_factory=lambda: defaultdict(list))
    returns: dict[Cell, Returns] = field(default_factory=dict)
    costs: list[Cost] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    pool_hours: dict[tuple[str, str], list[Expr]] = field(default_factory=lambda: defaultdict(list))
    penalties: dict[str, list[Expr]] = field(default_factory=lambda: defaultdict(list))

    def join(self, other: Contribution) -> None:
        """Take over all that another programme adds. A cell with a table of returns belongs to one programme: raises
        ValueError where another acts on it as well."""
        for cell, terms in other.efforts.items():
            self.efforts[cell].extend(terms)
        self.returns.update(other.returns)
        if both := sorted(cell for cell in self.returns if self.efforts.get(cell)):
            raise ValueError(
                f"more than one programme acts on {'/'.join(both[0])}, where one averts all that it reaches"
            )
        self.costs.extend(other.costs)
        self.prices.extend(other.prices)
        for pool_period, hours in other.pool_hours.items():
            self.pool_hours[pool_period].extend(hours)
        for scenario, penalties in other.penalties.items():
            self.penalties[scenario].extend(penalties)


def add(b: Block, name: str, component: Any) -> Any:
    """Add a component under a new name; unlike an assignment, a name used twice raises RuntimeError."""
    b.add_component(name, component)
    return component


def total(parts: Sequence[Expr]) -> Expr:
    """Sum of expressions, linear in time; 0 for none."""
    from pyomo.core import quicksum

    return quicksum(parts) if parts else 0.0
