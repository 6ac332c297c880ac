"""Which ways goods can take in a scenario, and how long these are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocopt.city import City
from allocopt.schema.places import SiteRow
from allocopt.schema.supply import ClosureRow, CommodityRow, DepotRow
from allocopt.schema.types import Placed
from allocopt.travel import Floats, Trips, trips, within


@dataclass(frozen=True)
class Ways:
    """From every depot to every place: whether a way is open and short enough, and its kilometres."""

    passes: NDArray[np.bool_]
    km: Floats


@dataclass
class _Closed:
    """What no longer passes in a scenario."""

    streets: set[str]
    depots: set[str]
    sites: set[str]
    pairs: set[tuple[str, str]]


class WaysOfGoods:
    """Ways from all depots to some sites and to all depots, by scenario and commodity."""

    def __init__(self, city: City, sites: Sequence[str]) -> None:
        self.city = city
        self.depots = city.of(DepotRow)
        named = frozenset(sites)
        self.sites = tuple(row for row in city.of(SiteRow) if row.id in named)
        self._commodities = {row.id: row for row in city.of(CommodityRow)}
        self._trips: dict[tuple[str, frozenset[str], bool], Trips] = {}
        self._ways: dict[tuple[str, str, bool], Ways] = {}

    def to_sites(self, scenario: str, commodity: str) -> Ways:
        """Ways of shipments, in the order of `depots` and `sites`."""
        return self._found(scenario, commodity, to_sites=True)

    def to_depots(self, scenario: str, commodity: str) -> Ways:
        """Ways of transfers, in the order of `depots` both ways; none from a depot to itself."""
        return self._found(scenario, commodity, to_sites=False)

    def _found(self, scenario: str, commodity: str, *, to_sites: bool) -> Ways:
        key = (scenario, commodity, to_sites)
        if key not in self._ways:
            self._ways[key] = self._find(self._closures[scenario], self._commodities[commodity], to_sites)
        return self._ways[key]

    def _find(self, closed: _Closed, commodity: CommodityRow, to_sites: bool) -> Ways:
        found = self._travelled(commodity.mode, frozenset(closed.streets), to_sites)
        limit = np.inf if commodity.within_min is None else commodity.within_min
        passes = within(found.minutes, limit)
        passes &= np.array([row.id not in closed.depots for row in self.depots], dtype=bool)[:, None]
        if to_sites:
            passes &= np.array([row.id not in closed.sites for row in self.sites], dtype=bool)[None, :]
            for i, j in self._places(closed.pairs):
                passes[i, j] = False
        else:
            passes &= np.array([row.id not in closed.depots for row in self.depots], dtype=bool)[None, :]
            np.fill_diagonal(passes, False)
        return Ways(passes, found.metres / 1000.0)

    def _places(self, pairs: set[tuple[str, str]]) -> list[tuple[int, int]]:
        depot = {row.id: i for i, row in enumerate(self.depots)}
        site = {row.id: j for j, row in enumerate(self.sites)}
        return [(depot[w], site[s]) for w, s in pairs if s in site]

    def _travelled(self, mode: str, closed_streets: frozenset[str], to_sites: bool) -> Trips:
        if self.city.settings.travel.metric != "network":
            closed_streets = frozenset()
        key = (mode, closed_streets, to_sites)
        if key not in self._trips:
            ends: Sequence[Placed] = self.sites if to_sites else self.depots
            self._trips[key] = trips(self.city, mode, self.depots, ends, closed_streets=closed_streets)
        return self._trips[key]

    @cached_property
    def _closures(self) -> dict[str, _Closed]:
        out: dict[str, _Closed] = defaultdict(lambda: _Closed(set(), set(), set(), set()))
        for row in self.city.of(ClosureRow):
            closed = out[row.scenario]
            if row.street is not None:
                closed.streets.add(row.street)
            if row.depot is not None and row.site is not None:
                closed.pairs.add((row.depot, row.site))
            elif row.depot is not None:
                closed.depots.add(row.depot)
            elif row.site is not None:
                closed.sites.add(row.site)
        return out
