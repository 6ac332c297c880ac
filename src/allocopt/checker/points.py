"""Points: who reaches them under the plan, and what they lose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import exp, fsum, inf, log
from typing import NamedTuple

from allocopt.checker.case import Case, Expected
from allocopt.checker.coverage import commitments, stationed
from allocopt.checker.crowd import Circle, Count, Ground, Stand, Sum, count
from allocopt.checker.files import Row
from allocopt.checker.findings import Loss
from allocopt.checker.manifest import FILE, part
from allocopt.checker.risks import ALL, NO_SITE
from allocopt.checker.section import Section
from allocopt.checker.tables import outcomes

POINTS = outcomes("points", "response period shift post units points# weight# loss_before_cny# loss_cny#", 5, "points")


class Duty(NamedTuple):
    """A period and a shift in which points may lose: their numbers, ALL for no shift, and its share of the loss."""

    t: int
    j: int
    share: float


def risk_of(case: Case) -> Row | None:
    """What points stand for; None where there are none."""
    return next(iter(case.city.rows("points")), None)


def count_points(case: Case) -> None:
    """Look at every point, once, for all sections."""
    risk = risk_of(case)
    if risk is None or case.city.points is None:
        return
    radius = case.city.number("travel", "radius_m") if case.city.settings["travel"]["metric"] == "sphere" else None
    stands = [_stands(case, risk, duty) for duty in duties(case, risk)]
    case.found.crowd = count(Ground(case.city.points, radius), stands)
    if case.found.crowd.wrong:
        case.book.add("instance", case.city.points.name, 0, "", case.found.crowd.wrong, "points with their weights")


def duties(case: Case, risk: Row) -> list[Duty]:
    """Every duty, with the share of the points' loss that falls into it."""
    calendar = case.calendar
    found = []
    for t, hours in enumerate(calendar.hours):
        if risk["hazard"] not in case.risks.by_shift:
            found.append(Duty(t, ALL, hours / calendar.horizon))
            continue
        for j, shift in enumerate(calendar.shifts):
            part_of = shift.loss_share_of.get(risk["hazard"], shift.loss_share)
            found.append(Duty(t, j, hours / calendar.horizon * part_of))
    return found


def touching(case: Case, risk: Row) -> list[str]:
    """The classes that avert some of the loss of points."""
    names = sorted(case.city.by_id("classes"))
    return [name for name in names if case.effects.shares("class", name).get(risk["hazard"], 0.0) > 0]


def _stands(case: Case, risk: Row, duty: Duty) -> list[Stand]:
    """Who stands on a duty, class by class; units that may not act there stand, but count nothing."""
    units, lent = case.city.by_id("units"), commitments(case, case.deeds)
    answering = frozenset({case.risks.lead(NO_SITE, risk["hazard"])})
    stands: dict[str, list[Circle]] = {name: [] for name in touching(case, risk)}
    for (unit, post, t, j), number in stationed(case, case.deeds).items():
        row = units[unit]
        if t != duty.t or j != max(duty.j, 0) or row["response"] not in stands:
            continue
        counting = number
        if not case.rights.own(row["body"], answering):
            links = case.rights.serving(row["body"], answering, "patrol", risk["area"])
            given = lent.get((unit, post, t, j), {})
            counting = min(number, sum(given.get(link, 0) for link in links if case.rights.works(link, t)))
        place = case.city.by_id("posts")[post]
        at = (place.num("x"), place.num("y")) if _in_plane(case) else (place.num("lon"), place.num("lat"))
        stands[row["response"]].append(Circle(unit, post, at, _reach(case, row), counting))
    return list(stands.values())


def _in_plane(case: Case) -> bool:
    return bool(case.city.settings["travel"]["metric"] == "plane")


def _reach(case: Case, unit: Row) -> Fraction:
    """How far a unit's class may be, as the crow flies, in metres."""
    response, travel = case.city.by_id("classes")[unit["response"]], case.city.settings["travel"]
    if response.opt("standard_m") is not None:
        metres = Fraction(response.exact("standard_m"))
    else:
        hours = Fraction(response.exact("standard_min")) / 60
        metres = hours * Fraction(travel["speeds_kmh"][unit["mode"]]) * 1000
    return metres / Fraction(travel["detour"])


def check(case: Case) -> None:
    """Compare the table of points, and how many there are."""
    risk, crowd = risk_of(case), case.found.crowd
    if risk is None or crowd is None or crowd.wrong:
        return
    case.outcome(POINTS, dict(_rows(case, risk, crowd)))
    there = sum(each.points for each in next(iter(crowd.sums.values()), {}).values())
    said = part(case.manifest, "points").get("points")
    if said != there:
        case.book.add("totals", FILE, 0, "points.points", said, there)


def _rows(case: Case, risk: Row, crowd: Count) -> Iterator[tuple[tuple[str, ...], Mapping[str, Expected]]]:
    """The rows of the table: of each class and duty, by serving post and units that reach."""
    for number, duty in enumerate(duties(case, risk)):
        shift = "" if duty.j == ALL else case.calendar.shifts[duty.j].id
        for place, name in enumerate(touching(case, risk)):
            sums: dict[tuple[str, int], list[tuple[Sum, float]]] = defaultdict(list)
            for served, each in crowd.sums[number].items():
                sums[served[place]].append((each, exp(-_effort(case, risk, served))))
            for (post, units), parts in sums.items():
                weight = sum((each.weight for each, _ in parts), Fraction())
                yield (
                    (name, case.calendar.periods[duty.t], shift, post, str(units)),
                    {
                        "points": float(sum(each.points for each, _ in parts)),
                        "weight": float(weight),
                        "loss_before_cny": _loss(risk, weight) * duty.share,
                        "loss_cny": fsum(_loss(risk, each.weight) * duty.share * left for each, left in parts),
                    },
                )


def _loss(risk: Row, weight: Fraction) -> float:
    return float(weight * Fraction(risk.exact("loss_cny")))


def _effort(case: Case, risk: Row, served: tuple[tuple[str, int], ...]) -> float:
    """What the units that reach add up to, class by class."""
    total = 0.0
    for name, (_, units) in zip(touching(case, risk), served, strict=True):
        share = case.effects.shares("class", name)[risk["hazard"]]
        busy = case.city.by_id("classes")[name].num("busy")
        kept = 1 - share * (1 - (busy**units if units else 1.0))
        total += -log(kept) if kept > 0 else inf
    return total


def losses_of_points(case: Case) -> list[Loss]:
    """What points lose, a duty each, at no site."""
    risk, crowd = risk_of(case), case.found.crowd
    if risk is None or crowd is None or crowd.wrong:
        return []
    losses = []
    for number, duty in enumerate(duties(case, risk)):
        sums = crowd.sums[number]
        before = _loss(risk, sum((each.weight for each in sums.values()), Fraction())) * duty.share
        after = fsum(
            _loss(risk, each.weight) * duty.share * exp(-_effort(case, risk, served)) for served, each in sums.items()
        )
        losses.append(Loss(NO_SITE, risk["hazard"], duty.t, duty.j, before, 0.0, after, 0.0, 0.0))
    return losses


SECTION = Section("points", check, tables=(POINTS,))
