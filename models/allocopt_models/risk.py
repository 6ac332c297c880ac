"""Residual risk: the loss that is left where effort was spent.

    loss[s,h,t,j] = ℓ · exp(−effort[s,h,t,j])            cell (s, h, t, j)

Efforts add where survival probabilities multiply. With `left` = loss / ℓ the model holds only lines that lie on or
below exp(−effort) wherever a plan can be, so its optimum is a proved lower bound on the loss:

    left ≥ exp(−a) · (1 + a − effort)                    tangent at a
    left ≥ chord of exp(−·) between two neighbours of the efforts that can occur, when these are few

The first of them are written as what the effort takes off, part by part between the points where they cross, which the
solver's simplex method follows with far fewer rows:

    left ≥ 1 − Σ_i slope[i] · part[i],    effort = Σ_i part[i],    0 ≤ part[i] ≤ width[i],    slopes falling

(outer approximation: Duran and Grossmann 1986). Lines are added where plans lie until what they leave out is small.
A cell that one response class alone touches has a table of returns by whole units instead, convex and exact:
with full effect it is the maximal covering problem (Church and ReVelle 1974).

`left` follows from the effort alone. Cells on which the same units act, and nothing else, have the same effort in every
plan: they share one `left`, under the first of them, whatever they may lose and whoever looks at them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from pyomo.core import Constraint, Set, Var

from allocopt_models.terms import Block, Cell, Contribution, EffortTerm, Expr, Returns, add, total

# Where the first tangents touch: the error between neighbours is below 0.6 % of ℓ, and refinement does the rest.
FIRST_EFFORTS = (0.0, 0.15, 0.35, 0.55, 0.8, 1.1, 1.4, 1.8, 2.3, 3.0, 4.0)
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
    lines = {supporting_line(efforts, effort) for effort in touch}
    return sorted((line for line in lines if line.slope > FLATTEST), key=lambda line: -line.slope)


def first_alike(cells: Iterable[Cell], acted_on: Contribution) -> dict[Cell, Cell]:
    """By cell, the first on which the very same sums act (itself, where it is the only one)."""
    first: dict[tuple[object, ...], Cell] = {}
    alike: dict[Cell, Cell] = {}
    for cell in cells:
        alike[cell] = first.setdefault(_acting(cell, acted_on), cell)
    return alike


def _acting(cell: Cell, acted_on: Contribution) -> tuple[object, ...]:
    """What acts on a cell, each sum by its id: sums that are not one and the same count as different."""
    if cell in acted_on.returns:
        returns = acted_on.returns[cell]
        return id(returns.units), returns.left
    return tuple((id(term.amount), term.values) for term in acted_on.efforts[cell])


def add_residual_risk(b: Block, *, acted_on: Contribution, loss_cny: Mapping[Cell, float]) -> Mapping[Cell, Expr]:
    """Adds what is left of the loss of every cell that some action touches.

    `loss_cny` has ℓ of every cell. Returns `left` (share of ℓ, 0 to 1) of the cells that can be touched; of any other
    cell all is left. The block keeps `attainable_efforts` by cell for later lines, and `alike`: by touched cell, the
    one under which it stands in the block.
    """
    b.alike = first_alike(
        [cell for cell in sorted(loss_cny) if acted_on.efforts.get(cell) or cell in acted_on.returns], acted_on
    )
    standing = sorted(set(b.alike.values()))
    touched = [cell for cell in standing if cell not in acted_on.returns]
    tabled = [cell for cell in standing if cell in acted_on.returns]
    add(b, "CELLS", Set(initialize=touched, dimen=4, doc="cells whose loss is lowered by effort"))
    add(b, "TABLED_CELLS", Set(initialize=tabled, dimen=4, doc="cells with a table of returns by whole units"))
    left = add(b, "left", Var(b.CELLS | b.TABLED_CELLS, bounds=(0, 1), doc="share of the loss that is left"))
    b.attainable_efforts = _attainable_efforts({cell: acted_on.efforts[cell] for cell in touched})
    _add_effort(b, acted_on.efforts)
    _add_first_lines(b, left)
    _add_returns(b, left, acted_on.returns)
    return {cell: left[standing] for cell, standing in b.alike.items()}


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


def parts_of(lines: Sequence[Line], most: float) -> list[tuple[float, float]]:
    """(slope, width) of the parts of the effort from 0 to `most` on which one line after another is the highest."""
    ends = [(a.level - b.level) / (a.slope - b.slope) for a, b in pairwise(lines)]
    points = [0.0, *accumulate((min(max(end, 0.0), most) for end in ends), max), most]
    return [(line.slope, b - a) for line, (a, b) in zip(lines, pairwise(points), strict=True)]


def _add_first_lines(b: Block, left: Mapping[Cell, Expr]) -> None:
    b.first_parts = {}
    levels = {}
    for cell in b.CELLS:
        most = b.most_effort[cell]
        lines = first_lines(b.attainable_efforts[cell], min(most, 2 * FIRST_EFFORTS[-1]))
        levels[cell] = lines[0].level
        b.first_parts[cell] = parts_of(lines, most)
    parts = {(*cell, i): width for cell in b.CELLS for i, (_, width) in enumerate(b.first_parts[cell])}
    add(b, "PARTS", Set(initialize=list(parts), dimen=5, doc="cells with the parts of their effort"))
    part = add(
        b, "part", Var(b.PARTS, bounds=lambda _, *key: (0, parts[key]), doc="effort between two crossings of lines")
    )

    def effort_is_filled_by_parts(_: Block, *cell: str) -> Expr:
        return b.effort[cell] == total([part[(*cell, i)] for i in range(len(b.first_parts[cell]))])

    def loss_lies_above_lines(_: Block, *cell: str) -> Expr:
        taken = total([slope * part[(*cell, i)] for i, (slope, _) in enumerate(b.first_parts[cell])])
        return left[cell] + taken >= levels[cell]  # type: ignore[index]

    add(
        b,
        "effort_is_filled_by_parts",
        Constraint(b.CELLS, rule=effort_is_filled_by_parts, doc="the steepest parts first, since these take off most"),
    )
    add(
        b,
        "loss_lies_above_lines",
        Constraint(b.CELLS, rule=loss_lies_above_lines, doc="lines on or below exp(-effort) wherever a plan can be"),
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
