"""Standards: floors and ceilings on what the plan does and achieves.

    value ≥ required − short    or    value ≤ required + short          short = 0 for a hard standard

`short` of a soft standard costs its price. What a rule counts is one `Measured` kind below; ceilings on loss count
`left`, which lies on or below the true share, and are tightened by further lines until the true value keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pyomo.core import Constraint, Expression, Set, Var

from allocopt_models.budgets import Line
from allocopt_models.inspection import Visit
from allocopt_models.needs import Need
from allocopt_models.presence import Present
from allocopt_models.prevention import Start
from allocopt_models.terms import Block, Cell, Contribution, Expr, add, total


class Scope(NamedTuple):
    """What a row of a standard speaks of; blank where it does not part."""

    site: str = ""
    area: str = ""
    period: str = ""
    shift: str = ""
    scenario: str = ""


@dataclass(frozen=True)
class VisitsMade:
    """Σ visits."""

    visits: Sequence[Visit]


@dataclass(frozen=True)
class UnitsCovering:
    """n of one cover; None where no post is within reach."""

    cover: int | None
    period: str
    shift: str


@dataclass(frozen=True)
class ShareCovered:
    """Share of the people with n ≥ 1: (cover, share of the people) of those within reach of some post."""

    covers: Sequence[tuple[int, float]]
    period: str
    shift: str


@dataclass(frozen=True)
class HoursPresent:
    """Σ hours of visible patrol."""

    presences: Sequence[Present]


@dataclass(frozen=True)
class NeedFilled:
    """1 − Σ weight · unmet, over needs (scenario, site, commodity, period); weight = probability / Σ weighted need."""

    needs: Sequence[tuple[Need, float]]


@dataclass(frozen=True)
class LossLeft:
    """(Σ ℓ · left over cells + Σ penalty · unmet over needs) / heads, with ℓ by cell and expected penalties by need."""

    loss_cny: Mapping[Cell, float]
    heads: float = 1.0
    penalties: Mapping[Need, float] = field(default_factory=dict)


@dataclass(frozen=True)
class MoneySpent:
    """First-stage costs and expected recourse that match the filter of a line."""

    line: Line


@dataclass(frozen=True)
class MeasuresAdopted:
    """Σ adoptions by the end."""

    starts: Sequence[Start]


@dataclass(frozen=True)
class PlacesOpen:
    """Posts or depots open, `already` of them from the start."""

    places: Literal["posts", "depots"]
    already: int


Measured = (
    VisitsMade
    | UnitsCovering
    | ShareCovered
    | HoursPresent
    | NeedFilled
    | LossLeft
    | MoneySpent
    | MeasuresAdopted
    | PlacesOpen
)


@dataclass(frozen=True)
class Requirement:
    """One row of a standard. `price_cny` is None for a hard one; of an `implied` one the model has no row."""

    standard: str
    bound: Literal["at_least", "at_most"]
    scope: Scope
    required: float
    price_cny: float | None
    measured: Measured
    implied: bool = False


@dataclass
class Handles:
    """What standards and objectives may count; a programme the city does not have leaves its part empty."""

    visits: Mapping[Visit, Expr] = field(default_factory=dict)
    covering: Mapping[tuple[int, str, str], Expr] = field(default_factory=dict)
    presence: Mapping[Present, Expr] = field(default_factory=dict)
    unmet: Mapping[Need, Expr] = field(default_factory=dict)
    left: Mapping[Cell, Expr] = field(default_factory=dict)
    starts: Mapping[Start, Expr] = field(default_factory=dict)
    opened_posts: Mapping[str, Expr] = field(default_factory=dict)
    opened_depots: Mapping[str, Expr] = field(default_factory=dict)
    spent: Contribution = field(default_factory=Contribution)
    probability: Mapping[str, float] = field(default_factory=dict)


def add_standards(b: Block, requirements: Sequence[Requirement], *, handles: Handles) -> Expr:
    """Adds a row `standard_is_kept` for each requirement. Returns the price of what is short, in CNY."""
    _add_covered(b, requirements, handles)
    add(b, "REQUIREMENTS", Set(initialize=range(len(requirements)), doc="rows of standards, in the order given"))
    short = add(
        b,
        "short",
        Var(
            b.REQUIREMENTS,
            bounds=lambda _, i: (0, 0 if requirements[i].price_cny is None else None),
            doc="how far a standard is missed; zero for a hard one",
        ),
    )
    values = [value_of(row.measured, b, handles) for row in requirements]
    add(b, "value", Expression(b.REQUIREMENTS, rule=lambda _, i: values[i], doc="what the standard counts"))

    def standard_is_kept(_: Block, i: int) -> Expr:
        row = requirements[i]
        if row.implied:
            return Constraint.Skip
        if row.bound == "at_least":
            return values[i] + short[i] >= row.required
        heads = row.measured.heads if isinstance(row.measured, LossLeft) else 1.0
        return heads * values[i] - heads * short[i] <= heads * row.required

    add(b, "standard_is_kept", Constraint(b.REQUIREMENTS, rule=standard_is_kept, doc="a standard is kept"))
    return total([row.price_cny * short[i] for i, row in enumerate(requirements) if row.price_cny is not None])


def _add_covered(b: Block, requirements: Sequence[Requirement], handles: Handles) -> None:
    wanted = sorted(
        {
            (cover, row.measured.period, row.measured.shift)
            for row in requirements
            if isinstance(row.measured, ShareCovered)
            for cover, _ in row.measured.covers
        }
    )
    add(b, "COVERED", Set(initialize=wanted, dimen=3, doc="covers whose people count as reached or not"))
    covered = add(b, "covered", Var(b.COVERED, bounds=(0, 1), doc="1 if a unit can be there within the standard"))

    def covered_only_if_reached(_: Block, *key: str) -> Expr:
        return covered[key] <= handles.covering[key]  # type: ignore[index]

    add(b, "covered_only_if_reached", Constraint(b.COVERED, rule=covered_only_if_reached, doc="no unit, no cover"))


def value_of(measured: Measured, b: Block, handles: Handles) -> Expr:
    """The expression a rule counts."""
    match measured:
        case VisitsMade(visits):
            return total([handles.visits[visit] for visit in visits])
        case UnitsCovering(cover, period, shift):
            return 0.0 if cover is None else handles.covering[cover, period, shift]
        case ShareCovered(covers, period, shift):
            return total([share * b.covered[cover, period, shift] for cover, share in covers])
        case HoursPresent(presences):
            return total([handles.presence[key] for key in presences])
        case NeedFilled(needs):
            return 1.0 - total([weight * handles.unmet[need] for need, weight in needs])
        case LossLeft(loss_cny, heads, penalties):
            return money_lost(loss_cny, penalties, handles) / heads
        case MoneySpent(line):
            return _money_spent(line, handles)
        case MeasuresAdopted(starts):
            return total([handles.starts[start] for start in starts])
        case PlacesOpen("posts", already):
            return already + total(list(handles.opened_posts.values()))
        case PlacesOpen(_, already):
            return already + total(list(handles.opened_depots.values()))


def loss_left(loss_cny: Mapping[Cell, float], left: Mapping[Cell, Expr]) -> Expr:
    """Loss of these cells in CNY; of a cell that no action touches all is left."""
    touched = [loss_cny[cell] * left[cell] for cell in loss_cny if cell in left]
    return total(touched) + sum(loss_cny[cell] for cell in loss_cny if cell not in left)


def money_lost(loss_cny: Mapping[Cell, float], penalties: Mapping[Need, float], handles: Handles) -> Expr:
    """Loss of these cells and expected penalties of these needs, in CNY."""
    return loss_left(loss_cny, handles.left) + total([each * handles.unmet[need] for need, each in penalties.items()])


def _money_spent(line: Line, handles: Handles) -> Expr:
    costs = [cost for cost in handles.spent.costs if line.matches(cost.booking)]
    return total([(handles.probability[c.scenario] if c.scenario else 1.0) * c.amount for c in costs])
