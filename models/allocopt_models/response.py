"""Response: what units standing by within reach of a site avert.

    f(n) = −ln(1 − φ · (1 − ρ^n))          effort of n units of a class that is busy a share ρ of its time

Linear between whole n it is concave and exact at whole n without binaries:

    effort = Σ_n (f(n+1) − f(n)) · step[n],    Σ_n step[n] ≤ units that cover,    0 ≤ step[n] ≤ 1

since the steps that rise most are taken first. With φ = 1 it is the maximum expected
covering location problem (Daskin 1983). With φ = 1 and ρ = 0 one unit averts all: a table of returns, the maximal
covering location problem (Church and ReVelle 1974).

Sites that the same units can reach are covered alike: n is built once for each set of stations, not once a site.

Where the rights to act depend on a coalition that is yet to be named, all units within reach are counted and
`outside` takes off those that may not act: whoever solves the model fixes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pyomo.core import Constraint, Expression, NonNegativeReals, Set, Var

from allocopt_models.patrol import Commitment, Station, Stationed
from allocopt_models.terms import Block, Cell, Contribution, EffortTerm, Expr, Returns, add, total


@dataclass(frozen=True)
class Cover:
    """The stations from which a class answers a site: `own` (unit, post) on the unit's own account, `lent` (unit,
    post, links) as far as committed. `most`: units of the class that can cover it at once."""

    own: tuple[tuple[str, str], ...]
    lent: tuple[tuple[str, str, tuple[str, ...]], ...]
    most: int


# Steps that rise by less than this are taken together with the last one that rises by more: the solver would drop such
# coefficients.
FLATTEST = 1e-8


class Answer(NamedTuple):
    """A class's effect on a cell: which cover, when, and the share φ that an arriving unit averts."""

    cover: int
    period: str
    shift: str
    share: float
    busy: float


@dataclass(frozen=True)
class Response:
    """`times`: the (period, shift) pairs. `answers[cell]`: one answer a class that touches the cell. `any_coalition`:
    who may act is told later, through `outside`."""

    covers: Sequence[Cover]
    times: Sequence[tuple[str, str]]
    answers: Mapping[Cell, Sequence[Answer]]
    any_coalition: bool = False


def effort_of_units(n: int, share: float, busy: float) -> float:
    """f(n); infinite where one unit averts everything. Summed so that many units of a busy class lose no digits."""
    survives = (1.0 - share) + share * (busy**n if n else 1.0)
    return -math.log(survives) if survives > 0.0 else math.inf


def add_response(
    b: Block, data: Response, *, stationed: Stationed
) -> tuple[Contribution, Mapping[tuple[int, str, str], Expr]]:
    """Adds covers and their efforts. Returns the contribution and `covering`: units by (cover, period, shift)."""
    covering = _add_covering(b, data, stationed)
    answers = sorted({answer for row in data.answers.values() for answer in row})
    curved = [answer for answer in answers if not _averts_all(answer)]
    tables = {answer: _table(data.covers[answer.cover].most, answer) for answer in curved}
    rises = b.rises = {answer: rises_of(tables[answer]) for answer in curved}
    steps = [(*answer, n) for answer in curved for n in range(len(rises[answer]))]
    add(b, "ANSWERS", Set(initialize=curved, dimen=5, doc="cover, period, shift, share averted, busy"))
    add(b, "STEPS", Set(initialize=steps, dimen=6, doc="answers with the steps of f"))
    step = add(b, "step", Var(b.STEPS, bounds=(0, 1), doc="how far the step from n to n + 1 units is taken"))

    def steps_are_taken_by_units(_: Block, *key: object) -> Expr:
        answer = Answer(*key)  # type: ignore[arg-type]
        return total([step[(*answer, n)] for n in range(len(rises[answer]))]) <= covering[answer[:3]]

    add(
        b,
        "steps_are_taken_by_units",
        Constraint(b.ANSWERS, rule=steps_are_taken_by_units, doc="a unit that covers takes one step"),
    )
    efforts = {answer: total([rise * step[(*answer, n)] for n, rise in enumerate(rises[answer])]) for answer in curved}
    out = Contribution()
    for cell, row in data.answers.items():
        for answer in row:
            if answer in tables:
                out.efforts[cell].append(EffortTerm(efforts[answer], tables[answer][-1], tables[answer]))
            else:
                out.returns[cell] = Returns(covering[answer[:3]], (1.0, 0.0))
    return out, covering


def _averts_all(answer: Answer) -> bool:
    return answer.share == 1.0 and answer.busy == 0.0


def rises_of(table: Sequence[float]) -> list[float]:
    """What each step of f adds; the last one adds all that is left, since flatter ones are left out."""
    rises = [after - before for before, after in pairwise(table) if after - before > FLATTEST]
    return [*rises[:-1], table[-1] - sum(rises[:-1])] if rises else []


def _table(most: int, answer: Answer) -> tuple[float, ...]:
    return tuple(effort_of_units(n, answer.share, answer.busy) for n in range(most + 1))


def _add_covering(b: Block, data: Response, stationed: Stationed) -> Mapping[tuple[int, str, str], Expr]:
    shared = sorted(
        {
            (u, p, *time, "|".join(via))
            for c in data.covers
            for u, p, via in c.lent
            if len(via) > 1
            for time in data.times
        }
    )
    add(
        b,
        "SHARED",
        Set(initialize=shared, dimen=5, doc="unit, post, period, shift, links that serve one site"),
    )
    lent = add(b, "lent", Var(b.SHARED, domain=NonNegativeReals, doc="units that help under one of several links"))

    def lent_are_there(_: Block, *key: str) -> Expr:
        return lent[key] <= stationed.units[Station(*key[:4])]

    def lent_are_committed(_: Block, *key: str) -> Expr:
        return lent[key] <= total(
            [stationed.committed[Commitment(key[0], key[1], key[2], key[3], via)] for via in key[4].split("|")]
        )

    add(b, "lent_are_there", Constraint(b.SHARED, rule=lent_are_there, doc="only who stands there helps"))
    add(
        b,
        "lent_are_committed",
        Constraint(b.SHARED, rule=lent_are_committed, doc="only who is committed helps"),
    )

    times = [(c, *time) for c in range(len(data.covers)) for time in data.times]
    add(b, "COVERS", Set(initialize=times, dimen=3, doc="cover, period, shift"))
    outside = _add_outside(b) if data.any_coalition else {}

    def covering(_: Block, cover: int, period: str, shift: str) -> Expr:
        parts = [stationed.units[Station(u, p, period, shift)] for u, p in data.covers[cover].own]
        for u, p, via in data.covers[cover].lent:
            key = (u, p, period, shift)
            parts.append(
                stationed.committed[Commitment(*key, via[0])] if len(via) == 1 else lent[(*key, "|".join(via))]
            )
        return total(parts) - outside.get((cover, period, shift), 0.0)

    return add(b, "covering", Expression(b.COVERS, rule=covering, doc="units that can act there"))  # type: ignore[no-any-return]


def _add_outside(b: Block) -> dict[tuple[int, str, str], Expr]:
    outside = add(b, "outside", Var(b.COVERS, bounds=(0, 0), doc="units within reach that may not act there"))
    return {key: outside[key] for key in b.COVERS}
