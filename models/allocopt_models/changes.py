"""Changes: how far a plan lies from a present one x⁰, and that it is no farther than so many of them.

    changed[g] = max(Σ_{i in g} (x[i] − x⁰[i])⁺, Σ_{i in g} (x⁰[i] − x[i])⁺)
    Σ_g changed[g] ≤ limit

Whole numbers of one group stand in for each other: what one has more and another less is moved, which is one change.
The row is that of local branching (Fischetti and Lodi 2003). A number that the present plan has at its least can only
rise, one that it has at its most can only fall; the others are parted in two, x − x⁰ = rise − fall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyomo.core import Constraint, NonNegativeReals, Set, Var, value

from allocopt_models.terms import Block, Expr, add, total


@dataclass(frozen=True)
class Counted:
    """A whole number of the model, and what it is in the present plan."""

    number: Any
    present: float


@dataclass(frozen=True)
class _Moves:
    """By how much the numbers of a group rise and fall; nothing for those that cannot."""

    rises: Sequence[Expr]
    falls: Sequence[Expr]

    @property
    def one_way(self) -> bool:
        return not self.rises or not self.falls


def add_changes(b: Block, groups: Sequence[Sequence[Counted]]) -> None:
    """Adds the row `within_limit`: the changes of all groups are none. Who solves the model raises that limit."""
    counted = {(g, i): one for g, group in enumerate(groups) for i, one in enumerate(group)}
    both = [key for key, one in counted.items() if one.number.lb < one.present < one.number.ub]
    add(b, "PARTED", Set(initialize=both, dimen=2, doc="group and number in it that may rise as well as fall"))
    rise = add(b, "rise", Var(b.PARTED, domain=NonNegativeReals, doc="how much more than in the present plan"))
    fall = add(b, "fall", Var(b.PARTED, domain=NonNegativeReals, doc="how much less than in the present plan"))

    def rises_or_falls(_: Block, *key: int) -> Expr:
        one = counted[key]  # type: ignore[index]
        return one.number - one.present == rise[key] - fall[key]

    add(b, "rises_or_falls", Constraint(b.PARTED, rule=rises_or_falls, doc="more or less than in the present plan"))
    b.counted = counted
    b.moves = [_moves(group, g, rise, fall) for g, group in enumerate(groups)]
    _add_changed(b, b.moves)


def _moves(group: Sequence[Counted], g: int, rise: Mapping[Any, Expr], fall: Mapping[Any, Expr]) -> _Moves:
    rises, falls = [], []
    for i, one in enumerate(group):
        if (g, i) in rise:
            rises.append(rise[g, i])
            falls.append(fall[g, i])
        elif one.present <= one.number.lb:
            rises.append(one.number - one.present)
        else:
            falls.append(one.present - one.number)
    return _Moves(rises, falls)


def _add_changed(b: Block, moves: Sequence[_Moves]) -> None:
    two_ways = [g for g, move in enumerate(moves) if not move.one_way]
    add(b, "TWO_WAYS", Set(initialize=two_ways, doc="groups in which one number may rise while another falls"))
    changed = add(b, "changed", Var(b.TWO_WAYS, domain=NonNegativeReals, doc="changes of the group"))

    def counts_what_rises(_: Block, g: int) -> Expr:
        return changed[g] >= total(moves[g].rises)

    def counts_what_falls(_: Block, g: int) -> Expr:
        return changed[g] >= total(moves[g].falls)

    add(b, "counts_what_rises", Constraint(b.TWO_WAYS, rule=counts_what_rises, doc="what there is more of"))
    add(b, "counts_what_falls", Constraint(b.TWO_WAYS, rule=counts_what_falls, doc="what there is less of"))
    each = [changed[g] if g in b.TWO_WAYS else total([*move.rises, *move.falls]) for g, move in enumerate(moves)]
    if b.counted:
        row = Constraint(expr=total(each) <= 0, doc="no more changes than are allowed")
        add(b, "within_limit", row)


def settle_changes(b: Block) -> None:
    """What rises and falls at its true value, once the model holds a plan."""
    for key in b.PARTED:
        one = b.counted[key]
        more = value(one.number) - one.present
        b.rise[key].set_value(max(more, 0.0), skip_validation=True)
        b.fall[key].set_value(max(-more, 0.0), skip_validation=True)
    for g in b.TWO_WAYS:
        move = b.moves[g]
        most = max(sum(map(value, move.rises)), sum(map(value, move.falls)))
        b.changed[g].set_value(most, skip_validation=True)
