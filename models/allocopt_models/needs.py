"""Needs: what measures leave of them, and what of that is not met.

    unmet[ω,s,k,t] ≥ need · left − Σ shipped        left ≥ exp(−effort)
    effort = Σ_m −ln(1−r[m,k,ω]) · adopted[m,s,t]

Nothing bounds what is shipped by the need, so that unmet is convex in all decisions. As adoptions are yes or no, the
efforts that can occur are few: the chords between neighbouring ones are exact in every plan. Where they are too many,
tangents stand in for them, below exp(−effort), and more can be added where a plan lies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pyomo.core import Constraint, Set, Var

from allocopt_models.risk import SAME_EFFORT, Line, chord, tangent
from allocopt_models.terms import Block, Contribution, Expr, add, total

# Efforts that can occur get chords up to this number: ten measures. Beyond, tangents stand in for them.
MOST_ATTAINABLE = 1024
# Tangents to begin with, where attainable efforts are too many for chords.
TANGENTS = 32


class Need(NamedTuple):
    scenario: str
    site: str
    commodity: str
    period: str


class Lowered(NamedTuple):
    """Needs of a site in a period that the same measures lower alike; `number` tells them apart."""

    site: str
    period: str
    number: int


@dataclass(frozen=True)
class NeedData:
    """Units needed, the loss for each one missing, and (measure, effort it adds) that lower the need."""

    amount: float
    penalty_cny: float
    lowered_by: tuple[tuple[str, float], ...] = ()


# A measure's adoption by (measure, site, period): 1 while it works there. Without an entry it never does.
Adopted = Mapping[tuple[str, str, str], Expr]


@dataclass(frozen=True)
class NeedsLeft:
    """Of each kind of lowered need: the variable `left`, the effort, and the attainable efforts; where these are
    None the lines are tangents, and more may be added."""

    left: Mapping[Lowered, Expr]
    effort: Mapping[Lowered, Expr]
    attainable: Mapping[Lowered, tuple[float, ...] | None]
    of: Mapping[Need, Lowered]


def add_needs(
    b: Block,
    needs: Mapping[Need, NeedData],
    *,
    served: Mapping[Need, Sequence[Expr]],
    adopted: Adopted,
) -> tuple[Mapping[Need, Expr], NeedsLeft]:
    """Adds what is missed of each need; `served` has the shipments that can meet it. A need that nothing can meet or
    lower is a number. Returns `unmet` and what measures leave."""
    lowered = _lowered(needs, adopted)
    left = _add_left(b, lowered, adopted)
    to_decide = [need for need in sorted(needs) if served.get(need) or need in left.of]
    add(b, "NEEDS", Set(initialize=to_decide, dimen=4, doc="scenario, site, commodity, period"))
    unmet = add(
        b,
        "unmet",
        Var(b.NEEDS, bounds=lambda _, *n: (0, needs[Need(*n)].amount), doc="units needed and not there"),
    )

    def unmet_is_what_is_missing(_: Block, *key: str) -> Expr:
        need = Need(*key)
        share = left.left[left.of[need]] if need in left.of else 1.0
        return unmet[need] + total(served.get(need, ())) >= needs[need].amount * share

    add(
        b,
        "unmet_is_what_is_missing",
        Constraint(b.NEEDS, rule=unmet_is_what_is_missing, doc="what is not shipped of a need is missed"),
    )
    return {need: unmet[need] if need in b.NEEDS else needs[need].amount for need in sorted(needs)}, left


def penalties(needs: Mapping[Need, NeedData], unmet: Mapping[Need, Expr], out: Contribution) -> None:
    """Enters the penalty of each scenario's unmet needs."""
    for need in sorted(needs):
        out.penalties[need.scenario].append(needs[need].penalty_cny * unmet[need])


def efforts_that_can_occur(efforts: Sequence[float]) -> tuple[float, ...] | None:
    """All sums of some of these efforts, ascending; None when they are too many."""
    sums = {0.0}
    for effort in efforts:
        sums |= {before + effort for before in sums}
        if len(sums) > MOST_ATTAINABLE:
            return None
    return tuple(sorted(sums))


def lines_below(efforts: Sequence[float] | None, most: float) -> list[Line]:
    """All chords between neighbouring efforts, or tangents spread over 0 to `most`.

    Efforts that differ by rounding only have no chord of their own; the next ones lie below exp(−effort) there too.
    """
    if efforts is None:
        return [tangent(most * i / (TANGENTS - 1)) for i in range(TANGENTS)]
    return [chord(a, b) for a, b in pairwise(efforts) if b - a > SAME_EFFORT]


def _lowered(needs: Mapping[Need, NeedData], adopted: Adopted) -> dict[Need, tuple[Lowered, dict[str, float]]]:
    """The needs that a possible adoption lowers, and the effort each measure adds."""
    kinds: dict[tuple[str, str], dict[tuple[tuple[str, float], ...], int]] = defaultdict(dict)
    out: dict[Need, tuple[Lowered, dict[str, float]]] = {}
    for need in sorted(needs):
        efforts: dict[str, float] = defaultdict(float)
        for measure, effort in needs[need].lowered_by:
            if (measure, need.site, need.period) in adopted and effort > 0:
                efforts[measure] += effort
        if efforts:
            numbers = kinds[need.site, need.period]
            number = numbers.setdefault(tuple(sorted(efforts.items())), len(numbers))
            out[need] = (Lowered(need.site, need.period, number), dict(efforts))
    return out


def _add_left(b: Block, lowered: Mapping[Need, tuple[Lowered, dict[str, float]]], adopted: Adopted) -> NeedsLeft:
    efforts = dict(sorted(lowered.values(), key=lambda pair: pair[0]))
    parts = {
        key: [effort * adopted[m, key.site, key.period] for m, effort in sorted(by_measure.items())]
        for key, by_measure in efforts.items()
    }
    most = {key: sum(by_measure.values()) for key, by_measure in efforts.items()}
    add(b, "LOWERED", Set(initialize=list(efforts), dimen=3, doc="site, period, number of what lowers the need"))
    left = add(b, "need_left", Var(b.LOWERED, bounds=(0, 1), doc="share of the need that measures leave"))
    effort = add(
        b,
        "need_effort",
        Var(b.LOWERED, bounds=lambda _, *key: (0, most[Lowered(*key)]), doc="effort of measures on the need"),
    )

    def need_effort_is_what_measures_add_up_to(_: Block, site: str, period: str, number: int) -> Expr:
        key = Lowered(site, period, number)
        return effort[key] == total(parts[key])

    add(
        b,
        "need_effort_is_what_measures_add_up_to",
        Constraint(b.LOWERED, rule=need_effort_is_what_measures_add_up_to, doc="efforts of measures add"),
    )
    can_occur = {key: efforts_that_can_occur(sorted(by_measure.values())) for key, by_measure in efforts.items()}
    _add_lines(b, {key: lines_below(can_occur[key], most[key]) for key in efforts})
    return NeedsLeft(left, effort, can_occur, {need: key for need, (key, _) in lowered.items()})


def _add_lines(b: Block, lines: Mapping[Lowered, Sequence[Line]]) -> None:
    numbered = [(*key, i) for key in lines for i in range(len(lines[key]))]
    add(b, "NEED_LINES", Set(initialize=numbered, dimen=4, doc="lowered needs with the lines below them"))

    def need_lies_above_line(_: Block, site: str, period: str, number: int, i: int) -> Expr:
        key = Lowered(site, period, number)
        line = lines[key][i]
        return b.need_left[key] + line.slope * b.need_effort[key] >= line.level

    add(
        b,
        "need_lies_above_line",
        Constraint(b.NEED_LINES, rule=need_lies_above_line, doc="lines on or below exp(-effort) wherever plans can be"),
    )
