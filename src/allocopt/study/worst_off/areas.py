"""The areas that are compared, and what a plan's tables say is lost in each."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from allocopt.arrange.standards import depth
from allocopt.arrange.whole import Arranged
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.plan import Plan
from allocopt.schema.places import SiteRow
from allocopt.study.worst_off import spread
from allocopt_models.needs import Need
from allocopt_models.objectives import Area


@dataclass(frozen=True)
class Areas:
    """The areas by name, the area of each site, and the people of each."""

    compared: Mapping[str, Area]
    area_of: Mapping[str, str]
    people: Mapping[str, float]
    if_nobody_acts: float

    def lost(self, plan: Plan) -> dict[str, float]:
        """What is lost in each area under a plan, with expected penalties, in CNY."""
        parts: dict[str, list[float]] = {name: [] for name in self.compared}
        for site, loss in plan.table("sites")[["site", "loss_cny"]].itertuples(index=False):
            if self.area_of[site] in parts:
                parts[self.area_of[site]].append(loss)
        for *key, unmet in plan.table("needs")[["scenario", "site", "commodity", "period", "unmet"]].itertuples(
            index=False
        ):
            need = Need(*key)
            name = self.area_of[need.site]
            if name in parts:
                parts[name].append(self.compared[name].penalties.get(need, 0.0) * unmet)
        return {name: math.fsum(found) for name, found in parts.items()}

    def worst(self, lost: Mapping[str, float]) -> tuple[str, float]:
        """The worst-off area and its loss, by the measure of the city."""
        values = {name: loss / self.compared[name].divisor for name, loss in lost.items()}
        name = max(sorted(values), key=lambda each: values[each])
        return name, values[name]

    def per_head(self, lost: Mapping[str, float]) -> tuple[list[float], list[float]]:
        """Loss per head and people of the areas in which somebody lives."""
        lived_in = [name for name in sorted(lost) if self.people[name] > 0]
        return [lost[name] / self.people[name] for name in lived_in], [self.people[name] for name in lived_in]

    def kappa(self, lost: Mapping[str, float]) -> float:
        values, people = self.per_head(lost)
        return spread.kappa(values, people) if values else 0.0


def compared(city: City, arranged: Arranged) -> Areas:
    """The areas of a city. Raises InputError where there are none in which anything can be lost."""
    areas = arranged.data.objective.areas
    if not areas:
        found = Fault(str(city.folder), 0, "", "no area in which anything can be lost", "risks or needs at some site")
        raise InputError([found])
    area_of = {site.id: depth(site.area, city.settings.worst_area.level) for site in city.of(SiteRow)}
    people: dict[str, float] = defaultdict(float)
    for site in city.of(SiteRow):
        people[area_of[site.id]] += site.people
    amounts = {need: row.amount for need, row in arranged.data.programmes.supply.needs.items()}
    undone = [
        (sum(area.loss_cny.values()) + sum(each * amounts[need] for need, each in area.penalties.items()))
        / area.divisor
        for area in areas.values()
    ]
    return Areas(areas, area_of, dict(people), max(undone))
