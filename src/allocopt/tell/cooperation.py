"""How much of what is done crosses bodies, period by period, from the tables of decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from allocopt.arrange.effects import Effects
from allocopt.arrange.whole import Arranged
from allocopt.plan.values import Values
from allocopt.schema.people import KindRow
from allocopt.schema.places import SiteRow
from allocopt.schema.supply import CommodityRow, NeedRow, ScenarioRow
from allocopt.tell.decisions import DUST, Rows


class _Quantity(NamedTuple):
    """What is counted together."""

    period: str
    programme: str
    quantity: str
    item: str = ""


_Done = Iterator[tuple[_Quantity, float, float]]
"""An amount that is done, and how much of it crosses."""


def cooperation(tables: Mapping[str, Values], arranged: Arranged) -> Rows:
    """A row a period, programme and quantity, where anything is done."""
    told = _Teller(tables, arranged)
    sums: dict[_Quantity, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for done in (told.visited(), told.stationed(), told.crewed(), told.seen(), told.sent(), told.started()):
        for key, amount, crossing in done:
            sums[key][0] += amount
            sums[key][1] += crossing
    for key, (total, crossing) in sums.items():
        if total > DUST:
            yield {**key._asdict(), "total": total, "crossing": crossing}


class _Teller:
    def __init__(self, tables: Mapping[str, Values], arranged: Arranged) -> None:
        self.tables, self.arranged, self.acting = tables, arranged, arranged.acting
        self.city = arranged.acting.city
        self.effects = Effects(self.city)
        self._answering: dict[tuple[str, str], frozenset[str]] = {}

    def _rows(self, table: str) -> list[dict[str, Any]]:
        return list(self.tables[table].rows())

    def _body(self, table: str, of: str) -> str:
        return self._bodies[table][of]

    @cached_property
    def _bodies(self) -> dict[str, dict[str, str]]:
        """Whose they are."""
        owned: Mapping[str, tuple[Any, ...]] = self.city.rows
        return {table: {row.id: row.body for row in owned[table]} for table in ("pools", "units", "depots", "measures")}

    # Inspection

    def visited(self) -> _Done:
        for row in self._rows("visits"):
            touched = self.effects.touched("kind", row["kind"])
            yield self._inspected(row, self.acting.leaders(row["site"], touched))
        for row in self._rows("referrals"):
            yield self._inspected(row, self._leaders_in_area(row["kind"], row["area"]))

    def _inspected(self, row: Mapping[str, Any], leaders: frozenset[str]) -> tuple[_Quantity, float, float]:
        crosses = row["via"] or self._body("pools", row["pool"]) not in leaders
        return _Quantity(row["period"], "inspection", "hours"), row["hours"], row["hours"] if crosses else 0.0

    def _leaders_in_area(self, kind: str, area: str) -> frozenset[str]:
        if (kind, area) not in self._answering:
            touched = self.effects.touched("kind", kind)
            if not touched:
                referring = (row.id for row in self.city.of(KindRow) if row.refers_to == kind)
                touched = frozenset().union(*(self.effects.touched("kind", name) for name in referring))
            there = [site.id for site in self.city.of(SiteRow) if site.area == area]
            self._answering[kind, area] = frozenset().union(*(self.acting.leaders(site, touched) for site in there))
        return self._answering[kind, area]

    # Patrol

    def stationed(self) -> _Done:
        """Of the hours on duty those that are committed, and all at a station that a coalition keeps for others."""
        committed: dict[tuple[str, ...], float] = defaultdict(float)
        rows = self._rows("patrols")
        for row in rows:
            if row["via"]:
                committed[row["unit"], row["post"], row["period"], row["shift"]] += row["hours"]
        for row in rows:
            if row["via"]:
                continue
            hours, unit, post, period = row["hours"], row["unit"], row["post"], row["period"]
            crossing = min(hours, committed[unit, post, period, row["shift"]])
            for_others = (unit, post) in self._stations_for_others
            yield _Quantity(period, "patrol", "unit_hours"), hours, hours if for_others else crossing

    @cached_property
    def _stations_for_others(self) -> frozenset[tuple[str, str]]:
        """(unit, post): units that answer there on their own, at no site for a hazard that their body leads."""
        if not self.acting.regime.coalition:
            return frozenset()
        covers = self.arranged.patrol.response.covers
        for_all: set[tuple[str, str]] = set()
        for_their_body: set[tuple[str, str]] = set()
        for (response, site), number in self.arranged.patrol.cover_of.items():
            leaders = self.acting.leaders(site, self.effects.touched("class", response))
            for_all.update(covers[number].own)
            for_their_body.update(own for own in covers[number].own if self._body("units", own[0]) in leaders)
        return frozenset(for_all - for_their_body)

    def crewed(self) -> _Done:
        for row in self._rows("crews"):
            crosses = row["via"] or self._body("pools", row["pool"]) != self._body("units", row["unit"])
            yield _Quantity(row["period"], "patrol", "crew_hours"), row["hours"], row["hours"] if crosses else 0.0

    def seen(self) -> _Done:
        for row in self._rows("presence"):
            leaders = self.acting.leaders(row["site"], self.effects.touched("unit", row["unit"]))
            crosses = row["via"] or self._body("units", row["unit"]) not in leaders
            yield _Quantity(row["period"], "patrol", "presence_hours"), row["hours"], row["hours"] if crosses else 0.0

    # Supply

    def sent(self) -> _Done:
        """What is expected to be sent, to sites and between depots."""
        chance = {row.id: row.probability for row in self.city.of(ScenarioRow)}
        for row in self._rows("shipments"):
            amount = chance[row["scenario"]] * row["amount"]
            quantity = "goods" if row["to_site"] else "goods_moved"
            crosses = row["via"] or self._body("depots", row["from_depot"]) != self._receiver(row)
            yield (
                _Quantity(row["period"], "supply", quantity, row["commodity"]),
                amount,
                amount if crosses else 0.0,
            )

    def _receiver(self, row: Mapping[str, Any]) -> str:
        """Whose goods they become: the other depot's body, or the one that answers for the need."""
        if row["to_depot"]:
            return self._body("depots", row["to_depot"])
        return self.acting.leader_of_need(row["to_site"], self._hazard_of[row["commodity"]])

    @cached_property
    def _hazard_of(self) -> dict[str, str]:
        return {row.id: row.hazard for row in self.city.of(CommodityRow)}

    # Prevention

    def started(self) -> _Done:
        for row in self._rows("measures"):
            leaders = self._leaders_for_measure(row["measure"], row["site"])
            crosses = row["via"] or self._body("measures", row["measure"]) not in leaders
            yield _Quantity(row["period"], "prevention", "measures"), 1.0, 1.0 if crosses else 0.0

    def _leaders_for_measure(self, measure: str, site: str) -> frozenset[str]:
        lowered = {
            need.commodity
            for row in self.effects.on_need[measure]
            for need in self.city.of(NeedRow)
            if row.share > 0
            and (need.site, need.commodity) == (site, row.commodity)
            and row.scenario in (None, need.scenario)
        }
        answering = {self.acting.leader_of_need(site, self._hazard_of[commodity]) for commodity in lowered}
        return self.acting.leaders(site, self.effects.touched("measure", measure)) | answering
