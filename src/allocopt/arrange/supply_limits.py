"""The most it can make sense to buy, order and send: no plan is better for more.

Where goods beyond what is needed could pay (a floor on spending, or a link at a price, which moves money between lines)
the limits are what there can be at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from allocopt.arrange.acting import Acting
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.money import has_floor_on_spending
from allocopt.city import City
from allocopt.schema.supply import CommodityRow, DepotRow, ScenarioRow, StockRow, SupplierRow, SurvivalRow
from allocopt_models.needs import Need, NeedData


class SupplyLimits:
    """Limits for one city and regime."""

    def __init__(self, city: City, acting: Acting, calendar: Calendar, needs: Mapping[Need, NeedData]) -> None:
        self.city, self.acting, self.calendar, self.needs = city, acting, calendar, needs
        self._depots = {row.id: row for row in city.of(DepotRow)}
        self._commodities = {row.id: row for row in city.of(CommodityRow)}
        self._stocks = {(row.depot, row.commodity): row for row in city.of(StockRow)}

    def initial(self, depot: str, commodity: str) -> float:
        """Units there already."""
        row = self._stocks.get((depot, commodity))
        return row.initial if row else 0.0

    def bought(self, depot: str, commodity: str) -> float:
        """Units bought ahead."""
        room = self._room_for(depot, commodity)
        if self._waste_may_pay:
            return room
        wanted = [
            self._wanted_from[row.id, commodity, 0] / share
            for row in self.city.of(ScenarioRow)
            if (share := self.survives(row.id, depot, commodity)) > 0
        ]
        return min(room, max(wanted, default=0.0) / self._lent_share(depot))

    def ordered(self, row: SupplierRow, group: Sequence[str], arrives: str) -> float:
        """Units ordered in a period by an information group."""
        if self._shares_lent(row.depot):  # what comes too late to be sent still raises what may be lent
            arrives = self.calendar.periods[0]
        return min(row.capacity, self._useful(group, row.commodity, arrives) / self._lent_share(row.depot))

    @cached_property
    def suppliers(self) -> dict[tuple[str, str], SupplierRow]:
        """The row that holds for a supplier in a period: one with the period goes before one without."""
        rows = {(row.id, row.period): row for row in self.city.of(SupplierRow)}
        names = sorted({row.id for row in rows.values()})
        every = {
            (name, t): rows.get((name, t)) or rows.get((name, None)) for t in self.calendar.periods for name in names
        }
        return {key: row for key, row in every.items() if row is not None}

    def needed(self, group: Sequence[str], site: str, commodity: str, period: str) -> float:
        """Units a site needs."""
        needs = [self.needs.get(Need(w, site, commodity, period)) for w in group]
        return max((need.amount for need in needs if need), default=0.0)

    def shipped(self, group: Sequence[str], site: str, commodity: str, period: str, via: str) -> float:
        """Units shipped to a site that needs some."""
        if self._floor_on_spending or (via and self.acting.links[via].price_cny > 0):
            return self._useful(group, commodity, period)
        return self.needed(group, site, commodity, period)

    def transferred(self, group: Sequence[str], commodity: str, period: str) -> float:
        """Units sent from a depot to another."""
        return self._useful(group, commodity, period)

    def survives(self, scenario: str, depot: str, commodity: str) -> float:
        """Share of the stock that survives; a row with a commodity goes before one without."""
        every = self._survival.get((scenario, depot, None), 1.0)
        return self._survival.get((scenario, depot, commodity), every)

    def _useful(self, group: Sequence[str], commodity: str, period: str) -> float:
        place = self.calendar.periods.index(period)
        if self._waste_may_pay:
            return max(self._available[w, commodity] for w in group)
        return max(self._wanted_from[w, commodity, place] for w in group)

    def _room_for(self, depot: str, commodity: str) -> float:
        taken = sum(
            row.initial * self._commodities[row.commodity].volume_m3
            for row in self._stocks.values()
            if row.depot == depot
        )
        room = (self._depots[depot].capacity_m3 - taken) / self._commodities[commodity].volume_m3
        row = self._stocks.get((depot, commodity))
        if row is not None and row.most is not None:
            room = min(room, row.most - row.initial)
        return max(room, 0.0)

    def _shares_lent(self, depot: str) -> list[float]:
        """The shares of the depot's goods that may be lent, link by link."""
        body = self._depots[depot].body
        links = (link for link in self.acting.links.values() if link.helper == body and link.programme == "supply")
        return [link.share for link in links if link.share > 0]

    def _lent_share(self, depot: str) -> float:
        """The smallest of these shares: so much more must be there to lend enough."""
        return min(self._shares_lent(depot), default=1.0)

    @cached_property
    def _survival(self) -> dict[tuple[str, str, str | None], float]:
        return {(row.scenario, row.depot, row.commodity): row.share for row in self.city.of(SurvivalRow)}

    @cached_property
    def _wanted_from(self) -> dict[tuple[str, str, int], float]:
        """All that is needed of a commodity in a scenario, from a period (by its place) on."""
        by_period: dict[tuple[str, str, str], float] = defaultdict(float)
        for need, item in sorted(self.needs.items()):
            by_period[need.scenario, need.commodity, need.period] += item.amount
        out: dict[tuple[str, str, int], float] = {}
        for row in self.city.of(ScenarioRow):
            for k in self._commodities:
                amounts = [by_period[row.id, k, t] for t in reversed(self.calendar.periods)]
                for place, wanted in enumerate(reversed(list(accumulate(amounts)))):
                    out[row.id, k, place] = wanted
        return out

    @cached_property
    def _available(self) -> dict[tuple[str, str], float]:
        """All there can be of a commodity in a scenario."""
        ordered: dict[str, float] = defaultdict(float)
        for row in self.suppliers.values():
            ordered[row.commodity] += row.capacity
        return {
            (row.id, k): ordered[k]
            + sum(self.survives(row.id, w, k) * (self.initial(w, k) + self._room_for(w, k)) for w in self._depots)
            for row in self.city.of(ScenarioRow)
            for k in self._commodities
        }

    @cached_property
    def _floor_on_spending(self) -> bool:
        return has_floor_on_spending(self.city, "supply")

    @cached_property
    def _waste_may_pay(self) -> bool:
        links = self.acting.links.values()
        return self._floor_on_spending or any(link.programme == "supply" and link.price_cny > 0 for link in links)
