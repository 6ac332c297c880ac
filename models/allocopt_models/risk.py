"""Residual risk: the loss that is left where effort was spent.

    loss[s,h,t,j] = ℓ · exp(−effort[s,h,t,j])            cell (s, h, t, j)

Efforts add where survival probabilities multiply. With `left` = loss / ℓ the model holds only lines that lie on or
below exp(−effort) wherever a plan can be, so its optimum is a proved lower bound on the loss:

    left ≥ exp(−a) · (1 + a − effort)                    tangent at a
    left ≥ chord of exp(−·) between two neighbours of the efforts that can occur, when these are few

(outer approximation: Duran and Grossmann 1986). Lines are added where plans lie until what they leave out is small.
A cell that one response class alone touches has a table of returns by whole units instead, convex and exact:
with full effect it is the maximal covering problem (Church and ReVelle 1974).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pyomo.environ import Constraint, Set, Var

from allocopt_models.terms import Block, Cell, Contribution, EffortTerm, Expr, Returns, add, total

# Where the first tangents touch: the error between neighbours is below 4 % of ℓ, and refinement does the rest.
FIRST_EFFORTS = (0.0, 0.35, 0.8, 1.4, 2.2, 3.5)
# A cell with more attainable efforts than this gets tangents.
MOST_ATTAINABLE = 64
# Attainable efforts closer than this are one, apart by rounding; chords are lowered by what that can hide.
SAME_EFFORT = 1e-11
# A line as flat as this says next to nothing, and the solver drops such coefficients, which would lift it.
FLATTEST = 1e-8


class Line(NamedTuple):
    """left ≥ level − slope · effort."""

    level: float
    slope: float


# The efforts that each term of a cell can have.
Values = tuple[tuple[float, ...] | None, ...]


def attainable(values: Values) -> tuple[float, ...] | None:
    """All efforts that terms with these values can sum to, ascending; None when they are too many or a continuum."""
    sums = {0.0}
    for row in values:
        if row is None:
            return None
        sums = {round(a + b, 12) for a in sums for b in row}
        if len(sums) > MOST_ATTAINABLE:
            return None
    points = sorted(sums)
    return tuple([points[0]] + [b for a, b in pairwise(points) if b - a > SAME_EFFORT])


def tangent(effort: float) -> Line:
    slope = math.exp(-effort)
    return Line(slope * (1.0 + effort), slope)


def chord(a: float, b: float) -> Line:
    """The line through exp(−effort) at two efforts, a < b."""
    slope = -math.exp(-a) * math.expm1(a - b) / (b - a)
    return Line(math.exp(-a) + slope * a - SAME_EFFORT, slope)


def supporting_line(efforts: Sequence[float] | None, effort: float) -> Line:
    """The line that is tight at `effort`: a chord between attainable neighbours where these are known, or a tangent."""
    if efforts is None or len(efforts) < 2:
        return tangent(effort)
    right = min(max(bisect_right(efforts, effort), 1), len(efforts) - 1)
    return chord(efforts[right - 1], efforts[right])


def first_lines(efforts: Sequence[float] | None, most: float) -> list[Line]:
    """Lines to begin with, over efforts from 0 to `most`."""
    touch = [effort for effort in FIRST_EFFORTS if effort < most] + [most]
    return sorted(line for line in {supporting_line(efforts, effort) for effort in touch} if line.slope > FLATTEST)


def add_residual_risk(b: Block, *, acted_on: Contribution, loss_cny: Mapping[Cell, float]) -> Any:
    """Adds what is left of the loss of every cell that some action touches.

    `loss_cny` has ℓ of every cell. Returns `left` (share of ℓ, 0 to 1) of the cells that can be touched; of any other
    cell all is left. The block keeps `attainable_efforts` by cell for later lines.
    """
    touched = [cell for cell in sorted(loss_cny) if acted_on.efforts.get(cell)]
    tabled = [cell for cell in sorted(loss_cny) if cell in acted_on.returns]
    add(b, "CELLS", Set(initialize=touched, dimen=4, doc="cells whose loss is lowered by effort"))
    add(b, "TABLED_CELLS", Set(initialize=tabled, dimen=4, doc="cells with a table of returns by whole units"))
    left = add(b, "left", Var(b.CELLS | b.TABLED_CELLS, bounds=(0, 1), doc="share of the loss that is left"))
    b.attainable_efforts = _attainable_efforts({cell: acted_on.efforts[cell] for cell in touched})
    _add_effort(b, acted_on.efforts)
    _add_first_lines(b, left)
    _add_returns(b, left, acted_on.returns)
    return left


def _attainable_efforts(efforts: Mapping[Cell, Sequence[EffortTerm]]) -> dict[Cell, tuple[float, ...] | None]:
    """By cell; many cells are acted on alike, and what their efforts add up to is worked out once."""
    values = {cell: tuple(term.values for term in terms) for cell, terms in efforts.items()}
    found = {each: attainable(each) for each in set(values.values())}
    return {cell: found[each] for cell, each in values.items()}


def _add_effort(b: Block, efforts: Mapping[Cell, Sequence[EffortTerm]]) -> None:
    b.most_effort = {cell: sum(term.most for term in efforts[cell]) for cell in b.CELLS}
    add(
        b,
        "effort",
        Var(
            b.CELLS,
            bounds=lambda _, *cell: (0, b.most_effort[cell]),
            doc="effort on the cell, all programmes together",
        ),
    )

    def effort_is_what_actions_add_up_to(_: Block, *cell: str) -> Expr:
        return b.effort[cell] == total([term.amount for term in efforts[Cell(*cell)]])

    add(
        b,
        "effort_is_what_actions_add_up_to",
        Constraint(b.CELLS, rule=effort_is_what_actions_add_up_to, doc="efforts of all actions on a cell add"),
    )


def _add_first_lines(b: Block, left: Mapping[Cell, Expr]) -> None:
    lines = {
        (*cell, i): line
        for cell in b.CELLS
        for i, line in enumerate(
            first_lines(b.attainable_efforts[cell], min(b.most_effort[cell], 2 * FIRST_EFFORTS[-1]))
        )
    }
    add(b, "LINES", Set(initialize=list(lines), dimen=5, doc="cells with the lines that lie below their loss"))

    def loss_lies_above_line(_: Block, site: str, hazard: str, period: str, shift: str, i: int) -> Expr:
        cell, line = (site, hazard, period, shift), lines[site, hazard, period, shift, i]
        return left[cell] + line.slope * b.effort[cell] >= line.level  # type: ignore[index]

    add(
        b,
        "loss_lies_above_line",
        Constraint(b.LINES, rule=loss_lies_above_line, doc="lines on or below exp(-effort) wherever a plan can be"),
    )


def _add_returns(b: Block, left: Mapping[Cell, Expr], returns: Mapping[Cell, Returns]) -> None:
    steps = [(*cell, n) for cell in b.TABLED_CELLS for n in range(len(returns[Cell(*cell)].left) - 1)]
    add(b, "STEPS", Set(initialize=steps, dimen=5, doc="cells with the steps of their tables of returns"))

    def loss_lies_above_step(_: Block, site: str, hazard: str, period: str, shift: str, n: int) -> Expr:
        cell = Cell(site, hazard, period, shift)
        table = returns[cell]
        return left[cell] >= table.left[n] + (table.left[n + 1] - table.left[n]) * (table.units - n)

    add(
        b,
        "loss_lies_above_step",
        Constraint(b.STEPS, rule=loss_lies_above_step, doc="linear between whole units, exact at whole units"),
    )
