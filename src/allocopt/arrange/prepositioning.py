"""Pre-positioning as arrays: the recourse of a city that stocks depots, waits for a scenario, and ships.

This is the supply programme where nothing but stock and shipments bears on needs, so that scenarios share nothing but
the first stage (Rawls and Turnquist 2010). It has an array where the model has a variable for every way of every good,
for cities whose model would be too large to be written down. Whatever else a city has sends it to the model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocopt.arrange.relays import relays_are_needless
from allocopt.arrange.ways_of_goods import WaysOfGoods
from allocopt.arrange.whole import Arranged
from allocopt.city import City
from allocopt.schema.supply import CommodityRow
from allocopt_models.needs import Need, NeedData
from allocopt_models.supply import Sending, SendingData, Stock

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Whole = NDArray[np.int64]

# Tables that must be empty: their rows act in the first stage or tie scenarios together.
ELSEWHERE = ("suppliers", "standards", "links", "kinds", "units", "measures", "mechanisms")
LINEAR = frozenset({"loss", "spending", "loss_and_spending"})


@dataclass(frozen=True)
class Recourse:
    """One scenario: its needs in order, and for every depot whether and at what cost a unit reaches each need.

    `stock_of[i, n]` is the place in `Prepositioning.stocks` of what depot i can send to need n, −1 where it can hold
    none; `survives` is by stock. `counted[l, n]`: whether line l counts transport to the need.
    """

    name: str
    probability: float
    needs: tuple[Need, ...]
    amount: Floats
    penalty: Floats
    km: Floats
    fare: Floats
    passes: Bools
    stock_of: Whole
    survives: Floats
    counted: Bools


@dataclass(frozen=True)
class Prepositioning:
    """All scenarios, and what they share: depots, stocks, and the names of the lines that transport counts on."""

    depots: tuple[str, ...]
    stocks: tuple[Stock, ...]
    initial: Floats
    lines: tuple[str, ...]
    recourse: tuple[Recourse, ...]
    weight_of_penalty: float
    weight_of_spending: float

    @property
    def ways(self) -> int:
        """Ways that goods can go, over all scenarios."""
        return sum(int(scenario.passes.sum()) for scenario in self.recourse)


def is_prepositioning(city: City, arranged: Arranged) -> bool:
    """Whether the city is one of stock and shipments alone, with scenarios that share nothing else."""
    data = arranged.data
    lines = data.lines.values()
    return (
        bool(data.programmes.supply.needs)
        and not any(city.rows[table] for table in ELSEWHERE)
        and not city.programmes
        and not data.requirements
        and data.beats is None
        and data.objective.weights.keys() <= LINEAR
        and all(line.scenario == "each" for line in lines)
        and all(len(group) == 1 for group in data.programmes.supply.groups.values())
        and relays_are_needless(city, arranged.acting, arranged.calendar, lines)
    )


def arrange_prepositioning(city: City, arranged: Arranged) -> Prepositioning:
    """The arrays of a city that `is_prepositioning`, arranged without shipments."""
    supply, weights = arranged.data.programmes.supply, arranged.data.objective.weights
    ways = WaysOfGoods(city, sorted({need.site for need in supply.needs}))
    stocks = tuple(sorted(supply.stocks))
    of_scenario: dict[str, list[Need]] = defaultdict(list)
    for need in sorted(supply.needs):
        of_scenario[need.scenario].append(need)
    lines = _lines_that_count(arranged)
    acts = _rights(arranged, ways)
    return Prepositioning(
        depots=tuple(depot.id for depot in ways.depots),
        stocks=stocks,
        initial=np.array([supply.stocks[key].initial for key in stocks]),
        lines=tuple(lines),
        recourse=tuple(
            _recourse(arranged, ways, scenario, of_scenario[scenario], stocks, lines, acts)
            for scenario in supply.scenarios
            if of_scenario[scenario]
        ),
        weight_of_penalty=weights.get("loss", 0.0) + weights.get("loss_and_spending", 0.0),
        weight_of_spending=weights.get("spending", 0.0) + weights.get("loss_and_spending", 0.0),
    )


def shipments(case: Prepositioning, scenario: Recourse, i: Whole, n: Whole) -> dict[Sending, SendingData]:
    """Ways from depots to needs, as the model has them."""
    out: dict[Sending, SendingData] = {}
    for depot, need in zip(i.tolist(), n.tolist(), strict=True):
        wanted = scenario.needs[need]
        key = Sending(scenario.name, wanted.period, case.depots[depot], wanted.site, wanted.commodity, "")
        out[key] = SendingData(float(scenario.amount[need]), (float(scenario.km[depot, need]),), ())
    return out


def _lines_that_count(arranged: Arranged) -> dict[str, frozenset[str]]:
    """The periods in which a line counts transport; every depot's alike, or relays would not be needless."""
    depots = arranged.data.programmes.supply.depots.values()
    counted = {
        name: frozenset(t for depot in depots for t, fare in depot.transport.items() if line.matches(fare))
        for name, line in sorted(arranged.data.lines.items())
    }
    return {name: periods for name, periods in counted.items() if periods}


def _rights(arranged: Arranged, ways: WaysOfGoods) -> Mapping[str, Bools]:
    """By hazard: whether each depot's body may act at each site."""
    acting, area = arranged.acting, {site.id: site.area for site in ways.sites}

    def may(body: str, site: str, hazard: str) -> bool:
        return bool(acting.ways(body, frozenset({acting.leader_of_need(site, hazard)}), area[site], "supply"))

    return {
        hazard: np.array([[may(depot.body, site, hazard) for site in area] for depot in ways.depots], dtype=bool)
        for hazard in sorted({row.hazard for row in ways.city.of(CommodityRow)})
    }


def _recourse(
    arranged: Arranged,
    ways: WaysOfGoods,
    scenario: str,
    needs: Sequence[Need],
    stocks: Sequence[Stock],
    lines: Mapping[str, frozenset[str]],
    acts: Mapping[str, Bools],
) -> Recourse:
    supply, periods = arranged.data.programmes.supply, arranged.calendar.periods
    site = {row.id: j for j, row in enumerate(ways.sites)}
    place = {key: h for h, key in enumerate(stocks)}
    survives = np.array([supply.survive(scenario, key) for key in stocks])
    shape = (len(ways.depots), len(needs))
    km, passes, stock_of = np.zeros(shape), np.zeros(shape, dtype=bool), np.full(shape, -1, dtype=np.int64)
    for k, item in supply.commodities.items():
        of_k = np.array([n for n, need in enumerate(needs) if need.commodity == k], dtype=np.int64)
        if not len(of_k):
            continue
        found, at = ways.to_sites(scenario, k), [site[needs[n].site] for n in of_k]
        held = np.array([place.get(Stock(depot.id, k), -1) for depot in ways.depots])
        useful = (held >= 0) & (survives[held] > 0)
        good = np.array([_still_good(item.shelf_life, periods.index(needs[n].period)) for n in of_k], dtype=bool)
        km[:, of_k] = np.where(found.passes, found.km, 0.0)[:, at]
        passes[:, of_k] = found.passes[:, at] & acts[_hazard_of(ways.city, k)][:, at] & useful[:, None] & good
        stock_of[:, of_k] = held[:, None]
    return Recourse(
        name=scenario,
        probability=arranged.data.probability[scenario],
        needs=tuple(needs),
        amount=_of(supply.needs, needs, "amount"),
        penalty=_of(supply.needs, needs, "penalty_cny"),
        km=km,
        fare=np.array([supply.commodities[need.commodity].ship_cost_cny_km for need in needs]),
        passes=passes,
        stock_of=stock_of,
        survives=survives,
        counted=np.array([[need.period in t for need in needs] for t in lines.values()], dtype=bool).reshape(
            len(lines), len(needs)
        ),
    )


def _still_good(shelf_life: int | None, period: int) -> bool:
    """Whether stock that was there in the first period can be used in this one."""
    return shelf_life is None or period < shelf_life


def _of(data: Mapping[Need, NeedData], needs: Sequence[Need], field: str) -> Floats:
    return np.array([getattr(data[need], field) for need in needs], dtype=np.float64)


def _hazard_of(city: City, commodity: str) -> str:
    return next(row.hazard for row in city.of(CommodityRow) if row.id == commodity)
