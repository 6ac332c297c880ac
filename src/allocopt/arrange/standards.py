"""Standards: each row of the table becomes one requirement a scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocopt.arrange.calendar import Calendar
from allocopt.arrange.patrol import Patrol
from allocopt.city import City
from allocopt.schema.patrol import PostRow
from allocopt.schema.places import SiteRow
from allocopt.schema.standards import StandardRow
from allocopt.schema.supply import DepotRow, NeedRow, ScenarioRow
from allocopt_models.budgets import Line, lies_in
from allocopt_models.inspection import Inspection
from allocopt_models.needs import Need
from allocopt_models.objectives import Area
from allocopt_models.prevention import Prevention
from allocopt_models.standards import (
    HoursPresent,
    LossLeft,
    Measured,
    MeasuresAdopted,
    MoneySpent,
    NeedFilled,
    PlacesOpen,
    Requirement,
    Scope,
    ShareCovered,
    UnitsCovering,
    VisitsMade,
)
from allocopt_models.terms import Cell

# The name of the standard that the settings' ceiling on the worst-off area is.
WORST_AREA = "worst_area"
# What one scope counts: the scope, and what is measured there.
Row = tuple[Scope, Measured]


@dataclass(frozen=True)
class Context:
    """What the rules look things up in."""

    city: City
    calendar: Calendar
    loss_cny: Mapping[Cell, float]
    inspection: Inspection
    patrol: Patrol
    prevention: Prevention


def arrange_standards(context: Context) -> list[Requirement]:
    """All requirements, standard by standard; a floor comes before the ceiling of the same row."""
    out: list[Requirement] = []
    for standard in context.city.of(StandardRow):
        rows = list(RULES[standard.rule](context, standard))
        for bound, required in (("at_least", standard.at_least), ("at_most", standard.at_most)):
            if required is not None:
                out.extend(
                    Requirement(standard.id, bound, scope, required, standard.price_cny, measured)  # type: ignore[arg-type]
                    for scope, measured in rows
                )
    return out


def arrange_ceiling(city: City, areas: Mapping[str, Area]) -> list[Requirement]:
    """What the settings allow the worst-off area at most, one requirement an area."""
    at_most = city.settings.worst_area.at_most
    if at_most is None:
        return []
    lost = {name: LossLeft(area.loss_cny, area.divisor, area.penalties) for name, area in areas.items()}
    return [Requirement(WORST_AREA, "at_most", Scope(area=name), at_most, None, lost[name]) for name in sorted(lost)]


def depth(area: str, level: int | None) -> str:
    """The part of an area path down to a depth; all of it without one."""
    return area if level is None else "/".join(area.split("/")[:level])


def _sites(context: Context, standard: StandardRow) -> list[SiteRow]:
    return [
        site
        for site in context.city.of(SiteRow)
        if standard.site in (None, site.id)
        and standard.site_type in (None, site.type)
        and lies_in(site.area, standard.area)
    ]


def _scopes(context: Context, standard: StandardRow) -> list[tuple[Scope, list[SiteRow]]]:
    sites = _sites(context, standard)
    if standard.per == "site":
        return [(Scope(site=site.id), [site]) for site in sites]
    if standard.per == "city":
        return [(Scope(), sites)]
    areas: dict[str, list[SiteRow]] = defaultdict(list)
    for site in sites:
        areas[depth(site.area, standard.level)].append(site)
    return [(Scope(area=area), areas[area]) for area in sorted(areas)]


def _times(context: Context, standard: StandardRow) -> list[tuple[str, frozenset[str]]]:
    """The name of each time the standard speaks of, and its periods: one by one, a single one, or all together."""
    periods = context.calendar.periods
    if standard.period == "each":
        return [(t, frozenset({t})) for t in periods]
    return [(standard.period or "", frozenset({standard.period}) if standard.period else frozenset(periods))]


def _over_time(
    context: Context,
    standard: StandardRow,
    measure: Callable[[frozenset[str], frozenset[str], Sequence[SiteRow]], Measured],
) -> Iterator[Row]:
    for scope, sites in _scopes(context, standard):
        for name, periods in _times(context, standard):
            yield scope._replace(period=name), measure(frozenset(s.id for s in sites), periods, sites)


def _visits(context: Context, standard: StandardRow) -> Iterable[Row]:
    return _over_time(
        context,
        standard,
        lambda sites, periods, _: VisitsMade(
            [
                v
                for v in sorted(context.inspection.most)
                if v.site in sites and v.period in periods and (not standard.kinds or v.kind in standard.kinds)
            ]
        ),
    )


def _moments(context: Context, standard: StandardRow) -> Iterator[tuple[str, str]]:
    for t in context.calendar.periods:
        if standard.period in (None, "each", t):
            for j in context.calendar.shifts:
                yield t, j


def _cover(context: Context, standard: StandardRow) -> Iterator[Row]:
    for site in _sites(context, standard):
        cover = context.patrol.cover_of.get((standard.response or "", site.id))
        for t, j in _moments(context, standard):
            yield Scope(site=site.id, period=t, shift=j), UnitsCovering(cover, t, j)


def _response_share(context: Context, standard: StandardRow) -> Iterator[Row]:
    for scope, sites in _scopes(context, standard):
        people = sum(site.people for site in sites)
        shares: dict[int, float] = defaultdict(float)
        for site in sites:
            cover = context.patrol.cover_of.get((standard.response or "", site.id))
            if cover is not None:
                shares[cover] += site.people / people
        for t, j in _moments(context, standard):
            yield scope._replace(period=t, shift=j), ShareCovered(sorted(shares.items()), t, j)


def _presence(context: Context, standard: StandardRow) -> Iterable[Row]:
    ways = context.patrol.presence.ways
    return _over_time(
        context,
        standard,
        lambda sites, periods, _: HoursPresent([p for p in sorted(ways) if p.site in sites and p.period in periods]),
    )


def _fill_rate(context: Context, standard: StandardRow) -> Iterator[Row]:
    chance = {row.id: row.probability for row in context.city.of(ScenarioRow)}
    for scope, sites in _scopes(context, standard):
        inside = {site.id for site in sites}
        for name, periods in _times(context, standard):
            needs = [
                row
                for row in context.city.of(NeedRow)
                if row.site in inside
                and row.period in periods
                and standard.commodity in (None, row.commodity)
                and row.amount > 0
            ]
            named = scope._replace(period=name)
            if standard.scenario == "expected":
                yield from _filled(named, needs, chance)
            else:
                for w in sorted({row.scenario for row in needs}):
                    yield from _filled(named._replace(scenario=w), [r for r in needs if r.scenario == w], {w: 1.0})


def _filled(scope: Scope, needs: Sequence[NeedRow], chance: Mapping[str, float]) -> Iterator[Row]:
    needed = sum(chance[row.scenario] * row.amount for row in needs)
    if needed > 0:
        weights = [(Need(r.scenario, r.site, r.commodity, r.period), chance[r.scenario] / needed) for r in needs]
        yield scope, NeedFilled(weights)


def _loss(context: Context, standard: StandardRow) -> Iterable[Row]:
    def measure(sites: frozenset[str], periods: frozenset[str], rows: Sequence[SiteRow]) -> LossLeft:
        cells = {
            cell: loss
            for cell, loss in context.loss_cny.items()
            if cell.site in sites and cell.period in periods and standard.hazard in (None, cell.hazard)
        }
        return LossLeft(cells, sum(site.people for site in rows) if standard.rule == "loss_per_head" else 1.0)

    return _over_time(context, standard, measure)


def _spending(context: Context, standard: StandardRow) -> Iterator[Row]:
    for name, periods in _times(context, standard):
        line = Line(
            amount_cny=0.0,
            bodies=frozenset({standard.body}) if standard.body else frozenset(),
            area=standard.area,
            programme=standard.programme or "",
            category=standard.category or "",
            periods=periods,
            scenario="expected",
            pays=frozenset(),
            earns=frozenset(),
        )
        yield Scope(period=name), MoneySpent(line)


def _measures(context: Context, standard: StandardRow) -> Iterator[Row]:
    for scope, sites in _scopes(context, standard):
        inside = {site.id for site in sites}
        starts = [
            start
            for start in sorted(context.prevention.starts)
            if start.site in inside and standard.measure in (None, start.measure)
        ]
        yield scope, MeasuresAdopted(starts)


def _posts(context: Context, _: StandardRow) -> Iterator[Row]:
    yield Scope(), PlacesOpen("posts", sum(post.open for post in context.city.of(PostRow)))


def _depots(context: Context, _: StandardRow) -> Iterator[Row]:
    yield Scope(), PlacesOpen("depots", sum(depot.open for depot in context.city.of(DepotRow)))


RULES: Mapping[str, Callable[[Context, StandardRow], Iterable[Row]]] = {
    "visits": _visits,
    "cover": _cover,
    "response_share": _response_share,
    "presence": _presence,
    "fill_rate": _fill_rate,
    "loss": _loss,
    "loss_per_head": _loss,
    "spending": _spending,
    "measures": _measures,
    "posts": _posts,
    "depots": _depots,
}
