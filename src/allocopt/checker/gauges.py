"""What standards read: one gauge a rule, which yields the values found in a scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from allocopt.checker.case import Case
from allocopt.checker.figures import in_area
from allocopt.checker.files import Row
from allocopt.checker.findings import Loss, Need


class Scope(NamedTuple):
    """A part of the city that keeps a standard for itself: a site, an area, or neither of them (the city)."""

    site: str
    area: str
    sites: tuple[Row, ...]


class Reading(NamedTuple):
    """One value; `gross` is the size of the terms where they cancel out."""

    value: float
    period: str = ""
    shift: str = ""
    scenario: str = ""
    gross: float = 0.0


Gauge = Callable[["Seen", Row, Scope], Iterator[Reading]]


@dataclass
class Seen:
    """What was found, by site."""

    case: Case

    @cached_property
    def losses(self) -> dict[str, list[Loss]]:
        losses: dict[str, list[Loss]] = defaultdict(list)
        for loss in self.case.found.losses:
            losses[loss.site].append(loss)
        return losses

    @cached_property
    def needs(self) -> dict[str, list[Need]]:
        needs: dict[str, list[Need]] = defaultdict(list)
        for need in self.case.found.needs:
            needs[need.site].append(need)
        return needs

    @cached_property
    def visits(self) -> dict[str, list[tuple[str, int, float]]]:
        visits: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
        for (kind, site, t), number in self.case.found.visits.items():
            visits[site].append((kind, t, number))
        return visits

    def spans(self, standard: Row) -> Iterator[tuple[str, frozenset[int]]]:
        """The spans of time that a standard looks at: the horizon, a period, or each period for itself."""
        calendar, named = self.case.calendar, standard["period"]
        if not named:
            yield "", frozenset(range(len(calendar.periods)))
            return
        for period in calendar.periods if named == "each" else (named,):
            yield period, frozenset({calendar.number[period]})

    def slots(self, standard: Row) -> Iterator[tuple[int, int]]:
        """Every period and shift, or the shifts of the period that is named."""
        calendar = self.case.calendar
        for t, period in enumerate(calendar.periods):
            if standard["period"] in ("", "each", period):
                yield from ((t, j) for j in range(len(calendar.shifts)))

    def slot(self, value: float, t: int, j: int) -> Reading:
        calendar = self.case.calendar
        return Reading(value, calendar.periods[t], calendar.shifts[j].id)


def _visits(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    kinds = standard.ids("kinds")
    here = [visit for site in scope.sites for visit in seen.visits.get(site["id"], ())]
    for period, span in seen.spans(standard):
        yield Reading(sum(n for kind, t, n in here if t in span and (not kinds or kind in kinds)), period)


def _cover(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    units = seen.case.found.responding
    for t, j in seen.slots(standard):
        yield seen.slot(units.get((standard["response"], scope.site, t, j), 0), t, j)


def _response_share(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    units, people = seen.case.found.responding, _people(scope)
    for t, j in seen.slots(standard) if people else ():
        reached = sum(
            site.num("people") for site in scope.sites if units.get((standard["response"], site["id"], t, j), 0) >= 1
        )
        yield seen.slot(reached / people, t, j)


def _presence(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    hours = seen.case.found.presence
    for period, span in seen.spans(standard):
        yield Reading(sum(hours.get((site["id"], t), 0.0) for site in scope.sites for t in span), period)


def _fill_rate(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    chances = {name: row.num("probability") for name, row in seen.case.city.by_id("scenarios").items()}
    here = [
        need
        for site in scope.sites
        for need in seen.needs.get(site["id"], ())
        if standard["commodity"] in ("", need.commodity)
    ]
    for period, span in seen.spans(standard):
        sums = {name: [0.0, 0.0] for name in chances}
        for need in here:
            if seen.case.calendar.number[need.period] in span:
                sums[need.scenario][0] += need.unmet
                sums[need.scenario][1] += need.amount
        if standard["scenario"] == "expected":
            unmet = sum(chances[name] * missing for name, (missing, _) in sums.items())
            amount = sum(chances[name] * needed for name, (_, needed) in sums.items())
            sums = {"": [unmet, amount]}
        for name, (unmet, amount) in sums.items():
            if amount > 0:
                yield Reading(1 - unmet / amount, period, scenario=name, gross=1.0)


def _loss(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    hazard = standard["hazard"]
    here = [loss for site in scope.sites for loss in seen.losses.get(site["id"], ())]
    for period, span in seen.spans(standard):
        yield Reading(sum(x.after for x in here if x.t in span and hazard in ("", x.hazard)), period)


def _loss_per_head(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    people = _people(scope)
    if people:
        yield from (r._replace(value=r.value / people) for r in _loss(seen, standard, scope))


def _people(scope: Scope) -> float:
    return sum(site.num("people") for site in scope.sites)


def _spending(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    chances = {name: row.num("probability") for name, row in seen.case.city.by_id("scenarios").items()}
    number = seen.case.calendar.number
    for period, span in seen.spans(standard):
        total = 0.0
        for item, spent in seen.case.found.costs.items():
            if (
                number[item.period] in span
                and standard["body"] in ("", item.body)
                and in_area(item.area, standard["area"])
                and standard["programme"] in ("", item.programme)
                and standard["category"] in ("", item.category)
            ):
                total += float(spent.cash) * (chances[item.scenario] if item.scenario else 1.0)
        yield Reading(total, period)


def _measures(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    here = {site["id"] for site in scope.sites}
    adopted = seen.case.found.adopted
    yield Reading(sum(1 for m, site in adopted if site in here and standard["measure"] in ("", m)))


def _posts(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    yield Reading(len(seen.case.found.open_posts))


def _depots(seen: Seen, standard: Row, scope: Scope) -> Iterator[Reading]:
    yield Reading(len(seen.case.found.open_depots))


GAUGES: dict[str, Gauge] = {
    "visits": _visits,
    "cover": _cover,
    "response_share": _response_share,
    "presence": _presence,
    "fill_rate": _fill_rate,
    "loss": _loss,
    "loss_per_head": _loss_per_head,
    "spending": _spending,
    "measures": _measures,
    "posts": _posts,
    "depots": _depots,
}
