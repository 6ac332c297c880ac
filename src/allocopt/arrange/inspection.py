"""Inspection: which visits are possible, who can fill their roles, what that takes and does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocopt.arrange.acting import Acting, needs_mechanism
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import Effects, kept, weight
from allocopt.city import City
from allocopt.schema.money import LinkRow
from allocopt.schema.people import CrewRow, KindRow, PoolRow
from allocopt.schema.places import SiteRow
from allocopt.schema.risk import HazardRow
from allocopt.travel import trips
from allocopt_models.inspection import Filling, FillingData, Inspection, Visit
from allocopt_models.terms import Booking, Cell, Requires


@dataclass(frozen=True)
class _Way:
    """A pool that can fill a role at a place, under a link or not."""

    pool: PoolRow
    via: str
    minutes: float
    requires: Requires


def arrange_inspection(city: City, acting: Acting, calendar: Calendar, effects: Effects) -> Inspection:
    """All visits that some crew can make in this regime."""
    return _Arranger(city, acting, calendar, effects).arrange()


def pool_hours(city: City, calendar: Calendar) -> dict[tuple[str, str], float]:
    """Hours that each pool has in each period."""
    return {(pool.id, t): pool.headcount * pool.hours for pool in city.of(PoolRow) for t in calendar.periods}


def lent_pool_hours(city: City, calendar: Calendar, programme: str) -> dict[tuple[str, str, str], float]:
    """Hours of a pool that a link of the programme may lend in a period, by (link, pool, period)."""
    return {
        (link.id, pool.id, t): link.share * pool.headcount * pool.hours
        for link in city.of(LinkRow)
        if link.programme == programme
        for pool in city.of(PoolRow)
        if pool.body == link.helper
        for t in calendar.periods
    }


class _Arranger:
    def __init__(self, city: City, acting: Acting, calendar: Calendar, effects: Effects) -> None:
        self.city, self.acting, self.calendar, self.effects = city, acting, calendar, effects
        self.pools, self.sites = city.of(PoolRow), city.of(SiteRow)
        self.kinds = {kind.id: kind for kind in city.of(KindRow)}
        self.keep = {hazard.id: hazard.keep for hazard in city.of(HazardRow)}
        self.roles: dict[str, list[CrewRow]] = defaultdict(list)
        for row in city.of(CrewRow):
            if row.of in self.kinds:
                self.roles[row.of].append(row)
        self._enforcers_found: dict[tuple[str, str, str], dict[str, list[_Way]] | None] = {}

    @cached_property
    def minutes(self) -> Mapping[tuple[str, str], float]:
        """Minutes from each pool's base to each site; infinite where out of reach."""
        out: dict[tuple[str, str], float] = {}
        for mode in sorted({pool.mode for pool in self.pools}):
            travelling = [pool for pool in self.pools if pool.mode == mode]
            table = trips(self.city, mode, travelling, self.sites).minutes
            for i, pool in enumerate(travelling):
                out.update(((pool.id, site.id), float(table[i, j])) for j, site in enumerate(self.sites))
        return out

    @cached_property
    def sites_of_area(self) -> Mapping[str, list[SiteRow]]:
        out: dict[str, list[SiteRow]] = defaultdict(list)
        for site in self.sites:
            out[site.area].append(site)
        return out

    def arrange(self) -> Inspection:
        most: dict[Visit, int] = {}
        fillings: dict[Filling, FillingData] = {}
        enforcing: dict[Filling, FillingData] = {}
        due: dict[tuple[str, str, str], list[tuple[Visit, float]]] = defaultdict(list)
        for kind in self.kinds.values():
            for site in self.sites:
                crew = self._crew(kind, site)
                if crew is None or not self._referral_possible(kind, site.area):
                    continue
                for t in self.calendar.periods:
                    most[Visit(kind.id, site.id, t)] = kind.most
                    fillings.update(self._fillings(kind, crew, site.id, site.area, t))
                    if kind.refers_to and kind.suspects > 0:
                        key = (kind.refers_to, site.area, self.calendar.later(t, kind.lag))
                        due[key].append((Visit(kind.id, site.id, t), kind.suspects))
        for enforcing_kind, area, t in sorted(due):
            follow = self.kinds[enforcing_kind]
            crew = self._merged_enforcers(follow, area, due[enforcing_kind, area, t])
            enforcing.update(self._fillings(follow, crew, area, area, t))
        averts, sharper = self._effects(most)
        lent = lent_pool_hours(self.city, self.calendar, "inspection")
        links = {link.id: link.mechanism for link in self.city.of(LinkRow)}
        reach = self._reach(most, fillings)
        return Inspection(most, fillings, averts, sharper, enforcing, due, lent, links, reach)

    def _reach(
        self, most: Mapping[Visit, int], fillings: Mapping[Filling, FillingData]
    ) -> dict[tuple[str, str], float]:
        """Most visits of a kind in a period: as many as sites take, or as all pools have hours for on their shortest
        trips."""
        hours = pool_hours(self.city, self.calendar)
        shortest: dict[tuple[str, str, str, str], float] = {}
        for key, way in fillings.items():
            pool = (key.kind, key.period, key.role, key.pool)
            shortest[pool] = min(way.hours, shortest.get(pool, way.hours))
        by_role: dict[tuple[str, str, str], float] = defaultdict(float)
        for (kind, t, role, pool_id), least in shortest.items():
            by_role[kind, t, role] += hours[pool_id, t] / least if least > 0 else float("inf")
        reach: dict[tuple[str, str], float] = defaultdict(float)
        for visit, visits in most.items():
            reach[visit.kind, visit.period] += visits
        for (kind, t, _), possible in by_role.items():
            reach[kind, t] = min(possible, reach[kind, t])
        return reach

    def _crew(self, kind: KindRow, site: SiteRow) -> dict[str, list[_Way]] | None:
        """The ways to fill each role of a visit; None when the kind does not go there or a role finds nobody."""
        if kind.site_types and site.type not in kind.site_types:
            return None
        hazards = self.effects.touched("kind", kind.id) & self.acting.hazards_at.get(site.id, frozenset())
        if not hazards:
            return None
        leaders = self.acting.leaders(site.id, hazards)
        return self._all_roles(kind, site.area, leaders, lambda pool: self.minutes[pool.id, site.id])

    def _all_roles(
        self, kind: KindRow, area: str, leaders: frozenset[str], minutes: Callable[[PoolRow], float]
    ) -> dict[str, list[_Way]] | None:
        crew = {row.role: list(self._ways(kind, row, area, leaders, minutes)) for row in self.roles[kind.id]}
        return crew if all(crew.values()) else None

    def _ways(
        self, kind: KindRow, row: CrewRow, area: str, leaders: frozenset[str], minutes: Callable[[PoolRow], float]
    ) -> Iterator[_Way]:
        for pool in self.pools:
            power = self.acting.power_requires(pool.body, row.power, area)
            if power is None or (row.skill and row.skill not in pool.skills) or not np.isfinite(minutes(pool)):
                continue
            for via in self.acting.ways(pool.body, leaders, area, "inspection"):
                requires = (
                    needs_mechanism(kind.mechanism)
                    + needs_mechanism(pool.mechanism)
                    + power
                    + self.acting.link_requires(via)
                )
                yield _Way(pool, via, minutes(pool), tuple(sorted(set(requires))))

    def _find_enforcers(self, kind: KindRow, referring: str, area: str) -> dict[str, list[_Way]] | None:
        hazards = self.effects.touched("kind", kind.id) or self.effects.touched("kind", referring)
        sites = self.sites_of_area[area]
        leaders = frozenset().union(*(self.acting.leaders(site.id, hazards) for site in sites))

        def mean_minutes(pool: PoolRow) -> float:
            reached = [m for site in sites if np.isfinite(m := self.minutes[pool.id, site.id])]
            return sum(reached) / len(reached) if reached else float("inf")

        return self._all_roles(kind, area, leaders, mean_minutes)

    def _enforcers(self, kind: KindRow, referring: str, area: str) -> dict[str, list[_Way]] | None:
        """The ways to fill each role of the enforcing visits that one screening kind asks for in an area."""
        key = (kind.id, referring, area)
        if key not in self._enforcers_found:
            self._enforcers_found[key] = self._find_enforcers(kind, referring, area)
        return self._enforcers_found[key]

    def _referral_possible(self, kind: KindRow, area: str) -> bool:
        if not kind.refers_to or kind.suspects == 0:
            return True
        return self._enforcers(self.kinds[kind.refers_to], kind.id, area) is not None

    def _merged_enforcers(
        self, kind: KindRow, area: str, referring: Iterable[tuple[Visit, float]]
    ) -> dict[str, list[_Way]]:
        """Enforcers for all screening kinds that refer to this one in the area; each settles any suspicion there."""
        merged: dict[str, dict[tuple[str, str], _Way]] = defaultdict(dict)
        for screening in sorted({visit.kind for visit, _ in referring}):
            for role, ways in (self._enforcers(kind, screening, area) or {}).items():
                merged[role].update(((way.pool.id, way.via), way) for way in ways)
        return {role: list(ways.values()) for role, ways in merged.items()}

    def _fillings(
        self, kind: KindRow, crew: Mapping[str, list[_Way]], place: str, area: str, t: str
    ) -> Iterator[tuple[Filling, FillingData]]:
        for row in self.roles[kind.id]:
            for way in crew[row.role]:
                pool = way.pool
                hours = row.people * (row.hours / pool.worth + 2.0 * way.minutes / 60.0 / kind.per_day)
                yield (
                    Filling(kind.id, place, t, row.role, pool.id, way.via),
                    FillingData(
                        hours=hours,
                        labour_cny=hours * pool.cost_cny_hour,
                        labour=Booking(pool.body, area, "inspection", pool.category, t),
                        materials_cny=row.cost_cny,
                        materials=Booking(pool.body, area, "inspection", "materials", t),
                        requires=way.requires,
                    ),
                )

    def _effects(
        self, most: Mapping[Visit, int]
    ) -> tuple[dict[Cell, list[tuple[Visit, float]]], dict[Cell, list[tuple[Visit, str, float]]]]:
        """Efforts by cell: of visits, and of what mechanisms add to them, in their period and as far as kept later."""
        averts: dict[Cell, list[tuple[Visit, float]]] = defaultdict(list)
        sharper: dict[Cell, list[tuple[Visit, str, float]]] = defaultdict(list)
        for visit in most:
            base = self.effects.shares("kind", visit.kind)
            better = self.effects.sharper(visit.kind)
            for hazard in sorted(self.effects.touched("kind", visit.kind) & self.acting.hazards_at[visit.site]):
                w = weight(base.get(hazard, 0.0))
                for cell, left in self._reached_cells(visit, hazard):
                    if w > 0:
                        averts[cell].append((visit, w * left))
                    if hazard in better:
                        mechanism, share = better[hazard]
                        sharper[cell].append((visit, mechanism, (weight(share) - w) * left))
        return averts, sharper

    def _reached_cells(self, visit: Visit, hazard: str) -> Iterator[tuple[Cell, float]]:
        first = self.calendar.periods.index(visit.period)
        for later, t in enumerate(self.calendar.periods[first:]):
            left = kept(self.keep[hazard], later)
            if left > 0:
                for shift in self.calendar.shifts_of(hazard):
                    yield Cell(visit.site, hazard, t, shift), left
