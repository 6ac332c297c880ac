"""Whether goods gain anything by going from depot to depot: where they surely do not, transfers are left out.

A relay w → w' → s is needless where the way w → s is open whenever both its parts are, costs no more than they do
together, and counts on the same budget lines, whoever's depot it leaves. Then every plan with transfers has one without
that is as good: what is transferred is shipped from where it came, when it was to be shipped. The exceptions: links,
whose price or share may be worth a detour; a shelf life, which a transfer renews; and a floor on spending.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np

from allocopt.arrange.acting import Acting
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.money import has_floor_on_spending
from allocopt.arrange.ways_of_goods import Ways, WaysOfGoods
from allocopt.city import City
from allocopt.schema.supply import CommodityRow, DepotRow, NeedRow, ScenarioRow
from allocopt_models.budgets import Line
from allocopt_models.terms import Booking

# A detour that is shorter by less than this, relative, is so by rounding.
ROUNDING = 1e-12


def relays_are_needless(city: City, acting: Acting, calendar: Calendar, lines: Iterable[Line]) -> bool:
    """Whether every plan has one as good without transfers between depots."""
    if acting.any_coalition or any(link.programme == "supply" for link in acting.links.values()):
        return False
    if len(calendar.periods) > 1 and any(row.shelf_life is not None for row in city.of(CommodityRow)):
        return False
    if has_floor_on_spending(city, "supply"):
        return False
    return all(_counts_all_alike(line, city, calendar) for line in lines) and _direct_is_best(city)


def _counts_all_alike(line: Line, city: City, calendar: Calendar) -> bool:
    """Whether a line counts transport from every depot in every period, or none at all."""
    fares = (
        Booking(depot.body, depot.area, "supply", "transport", t)
        for depot in city.of(DepotRow)
        for t in calendar.periods
    )
    return len({line.matches(fare) for fare in fares}) <= 1


def _direct_is_best(city: City) -> bool:
    """Whether no relay is open that beats the direct way."""
    ways = WaysOfGoods(city, sorted({row.site for row in city.of(NeedRow)}))
    seen: set[tuple[object, ...]] = set()
    for scenario, commodity in product(city.of(ScenarioRow), city.of(CommodityRow)):
        parts = ways.to_depots(scenario.id, commodity.id), ways.to_sites(scenario.id, commodity.id)
        costs = commodity.ship_cost_cny_km > 0
        alike = (costs, *(array.tobytes() for way in parts for array in (way.passes, way.km)))
        if alike not in seen and not _no_relay_beats(*parts, costs=costs):
            return False
        seen.add(alike)
    return True


def _no_relay_beats(to_depots: Ways, to_sites: Ways, *, costs: bool) -> bool:
    straight = np.where(to_sites.passes, to_sites.km if costs else 0.0, np.inf)
    hop = np.where(to_depots.passes, to_depots.km if costs else 0.0, np.inf)
    return all(
        bool((straight <= (hop[:, [v]] + straight[[v], :]) * (1 + ROUNDING)).all()) for v in range(len(straight))
    )
