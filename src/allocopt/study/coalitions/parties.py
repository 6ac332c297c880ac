"""Who must be in a coalition for it to decide on an action.

A coalition decides on what its own members do, for one of its members at least; all else stays as it is in the silo
plan. One small function a kind of decision, all of them in `PARTIES`; what follows from decisions has no party.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from allocopt.arrange.acting import Acting
from allocopt.arrange.effects import Effects
from allocopt.city import City
from allocopt.schema.money import BudgetRow, LinkRow
from allocopt.schema.patrol import PostRow, UnitRow
from allocopt.schema.people import KindRow, PoolRow
from allocopt.schema.places import SiteRow
from allocopt.schema.prevention import MeasureRow, MechanismCostRow
from allocopt.schema.supply import CommodityRow, DepotRow, SupplierRow

Bodies = frozenset[str]


@dataclass(frozen=True)
class Party:
    """A coalition decides when all `actors` are in it and, where it matters for whom it is, some of `leaders`."""

    actors: Bodies
    leaders: Bodies | None = None


class Parties:
    """The parties of a city's decisions, by the component of the model and its index."""

    def __init__(self, city: City, acting: Acting) -> None:
        self.city, self.acting, self.effects = city, acting, Effects(city)

    def of(self, component: str, index: Any) -> Party | None:
        """The party of a column; None for what follows from decisions."""
        rule = PARTIES.get(component)
        if rule is None:
            return None
        party = rule(self, *index) if isinstance(index, tuple) else rule(self, index)
        via = index[-1] if component in UNDER_LINKS else ""
        return Party(party.actors | self._under_link[via], party.leaders) if via else party

    @cached_property
    def body_of(self) -> Mapping[type, Mapping[str, str]]:
        """The body of each row of the tables that name one."""
        tables = (PoolRow, UnitRow, PostRow, DepotRow, MeasureRow, SupplierRow)
        return {table: {row.id: row.body or "" for row in self.city.of(table)} for table in tables}  # type: ignore[attr-defined]

    @cached_property
    def payers(self) -> Mapping[str, Bodies]:
        """Who pays for each mechanism."""
        rows = self.city.of(MechanismCostRow)
        return {z: frozenset(row.body for row in rows if row.mechanism == z) for z in {row.mechanism for row in rows}}

    @cached_property
    def _under_link(self) -> Mapping[str, Bodies]:
        """Both ends of each link, and whose lines bear and get its price."""
        owner = {row.id: row.body for row in self.city.of(BudgetRow)}
        return {
            link.id: frozenset(
                body
                for body in (
                    link.helper,
                    link.helped,
                    owner.get(link.payer_line or ""),
                    owner.get(link.helper_line or ""),
                )
                if body
            )
            for link in self.city.of(LinkRow)
        }

    @cached_property
    def sites_of_area(self) -> Mapping[str, list[str]]:
        out: dict[str, list[str]] = {}
        for site in self.city.of(SiteRow):
            out.setdefault(site.area, []).append(site.id)
        return out

    @cached_property
    def referring(self) -> Mapping[str, list[str]]:
        """The screening kinds that refer to each kind."""
        out: dict[str, list[str]] = {}
        for kind in self.city.of(KindRow):
            if kind.refers_to:
                out.setdefault(kind.refers_to, []).append(kind.id)
        return out

    @cached_property
    def hazard_of(self) -> Mapping[str, str]:
        return {row.id: row.hazard for row in self.city.of(CommodityRow)}

    def touched_at(self, by: str, action: str, sites: Iterable[str]) -> Bodies:
        """Who leads, at one of these sites, a hazard that the action touches."""
        hazards = self.effects.touched(by, action)
        return frozenset().union(*(self.acting.leaders(site, hazards) for site in sites))


def _fill(at: Parties, kind: str, site: str, _period: str, _role: str, pool: str, _via: str) -> Party:
    return Party(frozenset({at.body_of[PoolRow][pool]}), at.touched_at("kind", kind, [site]))


def _enforce(at: Parties, kind: str, area: str, _period: str, _role: str, pool: str, _via: str) -> Party:
    kinds = [kind] if at.effects.touched("kind", kind) else at.referring[kind]
    leaders = frozenset().union(*(at.touched_at("kind", each, at.sites_of_area[area]) for each in kinds))
    return Party(frozenset({at.body_of[PoolRow][pool]}), leaders)


def _units(at: Parties, unit: str, *_: str) -> Party:
    return Party(frozenset({at.body_of[UnitRow][unit]}))


def _opened_post(at: Parties, post: str) -> Party:
    return Party(frozenset({at.body_of[PostRow][post]} - {""}))


def _present(at: Parties, unit: str, site: str, *_: str) -> Party:
    return Party(frozenset({at.body_of[UnitRow][unit]}), at.touched_at("unit", unit, [site]))


def _people(at: Parties, unit: str, _period: str, _shift: str, _role: str, pool: str, _via: str) -> Party:
    return Party(frozenset({at.body_of[UnitRow][unit], at.body_of[PoolRow][pool]}))


def _measure(at: Parties, measure: str, site: str, *_: str) -> Party:
    lowered = {at.hazard_of[row.commodity] for row in at.effects.on_need[measure] if row.commodity is not None}
    for_needs = frozenset(at.acting.leader_of_need(site, hazard) for hazard in lowered)
    return Party(frozenset({at.body_of[MeasureRow][measure]}), at.touched_at("measure", measure, [site]) | for_needs)


def _mechanism(at: Parties, mechanism: str, _period: str) -> Party:
    return Party(at.payers.get(mechanism, frozenset()))


def _depot(at: Parties, depot: str, *_: str) -> Party:
    return Party(frozenset({at.body_of[DepotRow][depot]}))


def _ordered(at: Parties, _scenario: str, supplier: str, _period: str) -> Party:
    depots = {row.depot for row in at.city.of(SupplierRow) if row.id == supplier}
    return Party(frozenset({at.body_of[SupplierRow][supplier], *(at.body_of[DepotRow][depot] for depot in depots)}))


def _shipped(at: Parties, _scenario: str, _period: str, depot: str, site: str, commodity: str, _via: str) -> Party:
    leader = at.acting.leader_of_need(site, at.hazard_of[commodity])
    return Party(frozenset({at.body_of[DepotRow][depot]}), frozenset({leader}))


def _transferred(at: Parties, _scenario: str, _period: str, depot: str, other: str, *_: str) -> Party:
    return Party(frozenset({at.body_of[DepotRow][depot], at.body_of[DepotRow][other]}))


PARTIES: Mapping[str, Callable[..., Party]] = {
    "mechanisms.start": _mechanism,
    "inspection.fill": _fill,
    "inspection.enforce": _enforce,
    "patrol.units": _units,
    "patrol.opened": _opened_post,
    "patrol.committed": _units,
    "presence.presence": _present,
    "crews.people": _people,
    "prevention.start": _measure,
    "supply.opened": _depot,
    "supply.bought": _depot,
    "supply.ordered": _ordered,
    "supply.shipped": _shipped,
    "supply.transferred": _transferred,
}
UNDER_LINKS = frozenset(
    {
        "inspection.fill",
        "inspection.enforce",
        "patrol.committed",
        "presence.presence",
        "crews.people",
        "prevention.start",
        "supply.shipped",
        "supply.transferred",
    }
)
