"""Measures and mechanisms: where they suit, what they cost, what they avert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from allocopt.arrange.acting import Acting, needs_mechanism
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import Effects, weight
from allocopt.city import City
from allocopt.schema.places import SiteRow
from allocopt.schema.prevention import MeasureRow, MechanismCostRow, MechanismRow
from allocopt.schema.supply import CommodityRow, NeedRow, ScenarioRow
from allocopt_models.mechanisms import Mechanisms
from allocopt_models.prevention import Prevention, Start, StartData
from allocopt_models.terms import Booking, Cell


def arrange_mechanisms(city: City, calendar: Calendar) -> Mechanisms:
    """All mechanisms; they are open in every regime."""
    costs: dict[tuple[str, str], list[tuple[Booking, float]]] = {
        (z.id, t): [] for z in city.of(MechanismRow) for t in calendar.periods
    }
    for row in city.of(MechanismCostRow):
        for t in calendar.periods:
            booking = Booking(row.body, "", "mechanisms", row.category, t)
            costs[row.mechanism, t].append((booking, row.cost_cny))
    life = {z.id: z.life_years for z in city.of(MechanismRow)}
    return Mechanisms(
        costs=costs,
        horizon_share={(z, t): calendar.horizon_share(life[z], t) for z, t in costs},
        works_from={z.id: calendar.works_from(z.lead) for z in city.of(MechanismRow)},
    )


def arrange_prevention(city: City, acting: Acting, calendar: Calendar, effects: Effects) -> Prevention:
    """All starts of measures that are possible in this regime."""
    starts: dict[Start, StartData] = {}
    averts: dict[Cell, list[tuple[str, float]]] = defaultdict(list)
    needed = {(row.site, row.commodity, row.scenario) for row in city.of(NeedRow)}
    scenarios = [row.id for row in city.of(ScenarioRow)]
    hazard_of = {row.id: row.hazard for row in city.of(CommodityRow)}
    for measure in city.of(MeasureRow):
        shares = effects.shares("measure", measure.id)
        lowers = [row for row in effects.on_need[measure.id] if row.share > 0]
        for site in city.of(SiteRow):
            if measure.site_types and site.type not in measure.site_types:
                continue
            hazards = frozenset(shares) & acting.hazards_at.get(site.id, frozenset())
            needs = {
                row.commodity
                for row in lowers
                if any((site.id, row.commodity, w) in needed for w in ([row.scenario] if row.scenario else scenarios))
            }
            leaders = acting.leaders(site.id, hazards) | {
                acting.leader_of_need(site.id, hazard_of[k]) for k in needs if k is not None
            }
            if not leaders:
                continue
            ways = acting.ways(measure.body, leaders, site.area, "prevention")
            starts.update(_starts(measure, site, ways, acting, calendar))
            for hazard in sorted(hazards) if ways else ():
                for t in calendar.periods:
                    for shift in calendar.shifts_of(hazard):
                        averts[Cell(site.id, hazard, t, shift)].append((measure.id, weight(shares[hazard])))
    return Prevention(
        starts=starts,
        works_from={measure.id: calendar.works_from(measure.lead) for measure in city.of(MeasureRow)},
        averts=averts,
    )


def _starts(
    measure: MeasureRow, site: SiteRow, ways: list[str], acting: Acting, calendar: Calendar
) -> Iterator[tuple[Start, StartData]]:
    for t in calendar.periods:
        for via in ways:
            yield (
                Start(measure.id, site.id, t, via),
                StartData(
                    cost_cny=measure.cost_cny + measure.cost_cny_person * site.people,
                    booking=Booking(measure.body, site.area, "prevention", measure.category, t),
                    horizon_share=calendar.horizon_share(measure.life_years, t),
                    requires=needs_mechanism(measure.mechanism) + acting.link_requires(via),
                ),
            )
