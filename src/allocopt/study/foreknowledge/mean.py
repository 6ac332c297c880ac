"""The mean-value problem: the city as one sees it who reckons with averages (Birge 1982).

One scenario stands for all, with their chance in sum; with π the chances of those that can happen:

    need      Σ π · need / Σ π                      penalty   Σ π · need · penalty / Σ π · need
    survival  Σ π · share / Σ π                     effect of a measure on a scenario's need: Σ π · share / Σ π

A street, a depot, a site or a way from a depot to a site is closed where it is closed in more than half of the chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from allocopt.city import City
from allocopt.schema.risk import EffectRow
from allocopt.schema.supply import ClosureRow, CommodityRow, DepotRow, NeedRow, ScenarioRow, SurvivalRow
from allocopt.study.foreknowledge.worlds import NOTHING_HAPPENS, TOLERANCE, chances, with_rows

MEAN = "mean"
SOURCE = "the mean over all scenarios"


def on_average(city: City) -> City:
    """The city with one scenario in place of all."""
    chance = {scenario: pi for scenario, pi in chances(city).items() if scenario != NOTHING_HAPPENS}
    total = min(1.0, sum(chance.values()))
    return with_rows(
        city,
        {
            "scenarios": (ScenarioRow(id=MEAN, probability=total, source=SOURCE),),
            "needs": tuple(_needs(city, chance, total)),
            "survival": tuple(_survival(city, chance, total)),
            "closures": tuple(_closures(city, chance, total)),
            "effects": tuple(_effects(city, chance, total)),
        },
    )


class Survival:
    """The share of its stock that a depot keeps in a scenario: a row with a commodity goes before one without."""

    def __init__(self, city: City) -> None:
        self._share = {(row.scenario, row.depot, row.commodity): row.share for row in city.of(SurvivalRow)}

    def __call__(self, scenario: str, depot: str, commodity: str) -> float:
        every = self._share.get((scenario, depot, None), 1.0)
        return self._share.get((scenario, depot, commodity), every)


def _needs(city: City, chance: Mapping[str, float], total: float) -> Iterator[NeedRow]:
    usual = {row.id: row.penalty_cny for row in city.of(CommodityRow)}
    amounts: dict[tuple[str, str, str], float] = defaultdict(float)
    penalties: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in city.of(NeedRow):
        if row.scenario in chance:
            key, expected = (row.site, row.commodity, row.period), chance[row.scenario] * row.amount
            penalty = usual[row.commodity] if row.penalty_cny is None else row.penalty_cny
            amounts[key] += expected
            penalties[key] += expected * penalty
    for key, amount in sorted(amounts.items()):
        if amount > 0:
            yield NeedRow(
                scenario=MEAN,
                site=key[0],
                commodity=key[1],
                period=key[2],
                amount=amount / total,
                penalty_cny=penalties[key] / amount,
                source=SOURCE,
            )


def _survival(city: City, chance: Mapping[str, float], total: float) -> Iterator[SurvivalRow]:
    survives = Survival(city)
    for depot, commodity in product(city.of(DepotRow), city.of(CommodityRow)):
        share = sum(pi * survives(w, depot.id, commodity.id) for w, pi in chance.items()) / total
        if share < 1.0:
            yield SurvivalRow(scenario=MEAN, depot=depot.id, commodity=commodity.id, share=share, source=SOURCE)


def _effects(city: City, chance: Mapping[str, float], total: float) -> Iterator[EffectRow]:
    shares: dict[tuple[str, str], float] = defaultdict(float)
    for row in city.of(EffectRow):
        if row.scenario is None:
            yield row
        elif row.scenario in chance and row.commodity is not None:
            shares[row.id, row.commodity] += chance[row.scenario] * row.share
    for (measure, commodity), share in sorted(shares.items()):
        yield EffectRow(
            by="measure", id=measure, commodity=commodity, scenario=MEAN, share=share / total, source=SOURCE
        )


def _closures(city: City, chance: Mapping[str, float], total: float) -> Iterator[ClosureRow]:
    closed = _Closed(city, chance, 0.5 * total * (1.0 + TOLERANCE))
    for street in closed.mostly(closed.streets):
        yield ClosureRow(scenario=MEAN, street=street, source=SOURCE)
    depots, sites = closed.mostly(closed.depots), closed.mostly(closed.sites)
    for depot in depots:
        yield ClosureRow(scenario=MEAN, depot=depot, source=SOURCE)
    for site in sites:
        yield ClosureRow(scenario=MEAN, site=site, source=SOURCE)
    for depot, site in closed.ways():
        if depot not in depots and site not in sites:
            yield ClosureRow(scenario=MEAN, depot=depot, site=site, source=SOURCE)


class _Closed:
    """In which scenarios streets, depots, sites and ways between the two are closed."""

    def __init__(self, city: City, chance: Mapping[str, float], half: float) -> None:
        self.chance, self.half = chance, half
        self.streets: dict[str, set[str]] = defaultdict(set)
        self.depots: dict[str, set[str]] = defaultdict(set)
        self.sites: dict[str, set[str]] = defaultdict(set)
        self.pairs: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in city.of(ClosureRow):
            if row.street is not None:
                self.streets[row.street].add(row.scenario)
            if row.depot is not None and row.site is not None:
                self.pairs[row.depot, row.site].add(row.scenario)
            elif row.depot is not None:
                self.depots[row.depot].add(row.scenario)
            elif row.site is not None:
                self.sites[row.site].add(row.scenario)

    def mostly(self, closed: Mapping[str, set[str]]) -> list[str]:
        """Those that are closed in more than half of the chance."""
        return sorted(name for name, scenarios in closed.items() if self._is_mostly(scenarios))

    def ways(self) -> list[tuple[str, str]]:
        """Ways from a depot to a site that are, for whatever reason."""
        named = set(self.pairs) | set(product(self.depots, self.sites))
        return [way for way in sorted(named) if self._is_mostly(self._scenarios_of_way(*way))]

    def _scenarios_of_way(self, depot: str, site: str) -> set[str]:
        none: set[str] = set()
        return self.pairs.get((depot, site), none) | self.depots.get(depot, none) | self.sites.get(site, none)

    def _is_mostly(self, scenarios: Iterable[str]) -> bool:
        return sum(self.chance.get(scenario, 0.0) for scenario in sorted(scenarios)) > self.half
