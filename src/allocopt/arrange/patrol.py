"""Patrol: where units can stand by, which sites they answer for, where they can be seen, who crews them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor

import numpy as np
from numpy.typing import NDArray

from allocopt.arrange.acting import Acting, needs_mechanism
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import Effects, weight
from allocopt.arrange.inspection import lent_pool_hours
from allocopt.arrange.money import has_floor_on_spending
from allocopt.city import City
from allocopt.schema.money import LinkRow
from allocopt.schema.patrol import ClassRow, PostRow, UnitRow
from allocopt.schema.people import CrewRow, PoolRow
from allocopt.schema.places import SiteRow
from allocopt.travel import Trips, trips, within_standard
from allocopt_models.budgets import lies_in
from allocopt_models.patrol import Commitment, Station, StationData, Stationing
from allocopt_models.presence import Presence, Present
from allocopt_models.response import Answer, Cover, Response
from allocopt_models.terms import Booking, Cell, Requires
from allocopt_models.unit_crews import Drawn, DrawnData, UnitCrews

Reached = NDArray[np.bool_]
Own = tuple[tuple[str, str], ...]
Lent = tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Patrol:
    """The data of all patrol blocks. `cover_of[class, site]`: the cover of sites that some unit can answer for;
    `leaders_of[cover]`: for a model of any coalition, who leads there what the class touches."""

    stationing: Stationing
    response: Response
    presence: Presence
    crews: UnitCrews
    cover_of: Mapping[tuple[str, str], int]
    leaders_of: Mapping[int, frozenset[str]]


def arrange_patrol(city: City, acting: Acting, calendar: Calendar, effects: Effects) -> Patrol:
    """Everything patrols can do in this regime."""
    return _Arranger(city, acting, calendar, effects).arrange()


class _Arranger:
    def __init__(self, city: City, acting: Acting, calendar: Calendar, effects: Effects) -> None:
        self.city, self.acting, self.calendar, self.effects = city, acting, calendar, effects
        self.units, self.posts, self.sites = city.of(UnitRow), city.of(PostRow), city.of(SiteRow)
        self.classes = {row.id: row for row in city.of(ClassRow)}
        self.times = tuple((t, j) for t in calendar.periods for j in calendar.shifts)
        self.leaders_of: dict[int, frozenset[str]] = {}

    @cached_property
    def trips(self) -> Mapping[str, Trips]:
        """From every post to every site, by mode."""
        modes = sorted({unit.mode for unit in self.units}) if self.posts else []
        return {mode: trips(self.city, mode, self.posts, self.sites) for mode in modes}

    def arrange(self) -> Patrol:
        covers, cover_of = self._covers()
        ways = dict(self._presence_ways())
        seen_from = {p.unit for p in ways}
        answered_from = {(u, p) for c in covers for u, p in c.own} | {(u, p) for c in covers for u, p, _ in c.lent}
        stations = dict(self._stations(seen_from, answered_from))
        return Patrol(
            stationing=self._stationing(stations, covers),
            response=Response(covers, self.times, self._answers(covers, cover_of), self.acting.any_coalition),
            presence=self._presence(ways),
            crews=self._crews(),
            cover_of=cover_of,
            leaders_of=self.leaders_of,
        )

    def _most(self, unit: UnitRow) -> int:
        crews = floor(unit.count / unit.relief + 1e-9)
        return crews if unit.vehicles is None else min(crews, unit.vehicles)

    def _reaches(self, unit: UnitRow, post: int) -> bool:
        return bool((self.trips[unit.mode].minutes[post] < float("inf")).any())

    # Response

    def _covers(self) -> tuple[list[Cover], dict[tuple[str, str], int]]:
        """One cover for all sites that the same stations of a class can answer for; led by the same bodies, where who
        may act depends on a coalition yet to be named."""
        number: dict[tuple[str, Own, Lent, frozenset[str]], int] = {}
        covers: list[Cover] = []
        cover_of: dict[tuple[str, str], int] = {}
        for response in self.classes.values():
            members = [unit for unit in self.units if unit.response == response.id]
            reached = {unit.id: self._within_standard(unit, response) for unit in members}
            alike = _reached_alike(list(reached.values()), len(self.sites))
            touched = self.effects.touched("class", response.id)
            known: dict[tuple[bytes, frozenset[str], str], int | None] = {}
            for j, site in enumerate(self.sites):
                leaders = self.acting.leaders(site.id, touched)
                same = (alike[j], leaders, site.area)
                if same not in known:
                    own, lent = self._stations_of(leaders, members, reached, j, site)
                    key = (response.id, own, lent, leaders if self.acting.any_coalition else frozenset())
                    known[same] = number.setdefault(key, len(number)) if own or lent else None
                    if len(number) > len(covers):
                        self.leaders_of[len(covers)] = leaders
                        covers.append(Cover(own, lent, self._most_covering(members, own, lent)))
                if (cover := known[same]) is not None:
                    cover_of[response.id, site.id] = cover
        return covers, cover_of

    def _within_standard(self, unit: UnitRow, response: ClassRow) -> Reached:
        if not self.posts:
            return np.zeros((0, len(self.sites)), dtype=bool)
        return within_standard(self.trips[unit.mode], response)

    def _stations_of(
        self,
        leaders: frozenset[str],
        members: Sequence[UnitRow],
        reached: Mapping[str, Reached],
        j: int,
        site: SiteRow,
    ) -> tuple[Own, Lent]:
        own: list[tuple[str, str]] = []
        lent: list[tuple[str, str, tuple[str, ...]]] = []
        for unit in members:
            ways = self.acting.ways(unit.body, leaders, site.area, "patrol")
            near = [self.posts[i].id for i in np.flatnonzero(reached[unit.id][:, j]).tolist()] if ways else []
            if "" in ways:
                own.extend((unit.id, post) for post in near)
            elif ways:
                lent.extend((unit.id, post, tuple(ways)) for post in near)
        return tuple(own), tuple(lent)

    def _most_covering(self, members: Sequence[UnitRow], own: Own, lent: Lent) -> int:
        """As many units as there are on duty, or as the posts within reach have room for."""
        stations = {(u, p) for u, p in own} | {(u, p) for u, p, _ in lent}
        units, posts = ({station[i] for station in stations} for i in (0, 1))
        on_duty = sum(self._most(unit) for unit in members if unit.id in units)
        room = [self._room[post] for post in posts]
        return on_duty if None in room else min(on_duty, sum(each or 0 for each in room))

    @cached_property
    def _room(self) -> dict[str, int | None]:
        return {post.id: post.units for post in self.posts}

    def _answers(self, covers: list[Cover], cover_of: Mapping[tuple[str, str], int]) -> dict[Cell, list[Answer]]:
        """What each class does to each cell; a cell without shifts stands for the one shift there is."""
        answers: dict[Cell, list[Answer]] = defaultdict(list)
        in_shifts = len(self.calendar.shifts) > 1
        shares = {response: self.effects.shares("class", response) for response in self.classes}
        for (response, site), cover in cover_of.items():
            busy, averted = self.classes[response].busy, shares[response]
            for hazard in sorted(averted.keys() & self.acting.hazards_at[site]):
                for t, j in self.times if covers[cover].most else ():
                    answer = Answer(cover, t, j, averted[hazard], busy)
                    answers[Cell(site, hazard, t, j if in_shifts else "")].append(answer)
        return answers

    # Standing by

    def _stations(
        self, seen_from: set[str], answered_from: set[tuple[str, str]]
    ) -> Iterator[tuple[Station, StationData]]:
        """Stations from which a unit can do something: any other would only cost, unless a floor asks for spending."""
        floors = has_floor_on_spending(self.city, "patrol")
        for unit in self.units:
            for i, post in enumerate(self.posts):
                useful = (unit.id, post.id) in answered_from or (unit.id in seen_from and self._reaches(unit, i))
                most = min(self._most(unit), post.units if post.units is not None else self._most(unit))
                if not useful and not floors:
                    continue
                for t, j in self.times:
                    yield (
                        Station(unit.id, post.id, t, j),
                        StationData(
                            most=most,
                            cost_cny=self.calendar.duty_hours(t, j) * unit.cost_cny_hour,
                            booking=Booking(unit.body, post.area, "patrol", unit.category, t),
                            requires=needs_mechanism(unit.mechanism),
                        ),
                    )

    def _stationing(self, stations: dict[Station, StationData], covers: list[Cover]) -> Stationing:
        first = self.calendar.periods[0]
        commitments: dict[Commitment, Requires] = {
            Commitment(u, p, t, j, via): self.acting.link_requires(via)
            for cover in covers
            for u, p, links in cover.lent
            for via in links
            for t, j in self.times
        } | dict(self._charged_commitments(stations))
        return Stationing(
            stations=stations,
            payroll={unit.id: (unit.relief, unit.count) for unit in self.units},
            vehicles={unit.id: unit.vehicles for unit in self.units if unit.vehicles is not None},
            room={post.id: post.units for post in self.posts if post.units is not None},
            openings={
                post.id: (post.open_cost_cny, Booking(post.body or "", post.area, "patrol", "capital", first))
                for post in self.posts
                if not post.open
            },
            duty_hours={(t, j): self.calendar.duty_hours(t, j) for t, j in self.times},
            commitments=commitments,
            link_mechanism={link.id: link.mechanism for link in self.city.of(LinkRow)},
            lent_crews={
                (link.id, unit.id): link.share * unit.count
                for link in self.acting.links.values()
                for unit in self.units
                if link.programme == "patrol" and unit.body == link.helper
            },
        )

    def _charged_commitments(self, stations: Iterable[Station]) -> Iterator[tuple[Commitment, Requires]]:
        """Commitments that open no site, since a coalition opens all, but earn the price of a link."""
        served = self._charged_links()
        for station in stations:
            for via in served.get((station.unit, station.post), ()):
                yield Commitment(*station, via), self.acting.link_requires(via)

    def _charged_links(self) -> dict[tuple[str, str], list[str]]:
        """By unit and post, the links with a price for a member of the coalition that have a site to serve there."""
        charged: dict[tuple[str, str], list[str]] = defaultdict(list)
        for unit in self.units:
            links = self.acting.links_worth_charging(unit.body, "patrol")
            if not links:
                continue
            reached = self._within_standard(unit, self.classes[unit.response])
            touched = self.effects.touched("class", unit.response)
            for via in links:
                link = self.acting.links[via]
                serves = [
                    link.helped in (leaders := self.acting.leaders(site.id, touched))
                    and unit.body not in leaders
                    and lies_in(site.area, link.area)
                    for site in self.sites
                ]
                for i in np.flatnonzero(reached[:, np.array(serves, dtype=bool)].any(axis=1)):
                    charged[unit.id, self.posts[i].id].append(via)
        return charged

    # Presence

    def _presence_ways(self) -> Iterator[tuple[Present, Requires]]:
        for unit in self.units:
            touched = self.effects.touched("unit", unit.id)
            if not touched or unit.patrol_share == 0 or not self.posts or self._most(unit) == 0:
                continue
            reached = np.any(np.isfinite(self.trips[unit.mode].minutes), axis=0)
            for k, site in enumerate(self.sites):
                leaders = self.acting.leaders(site.id, touched) if reached[k] else frozenset()
                for via in self.acting.ways(unit.body, leaders, site.area, "patrol") if leaders else ():
                    requires = self.acting.link_requires(via)
                    for t, j in self.times:
                        yield Present(unit.id, site.id, t, j, via), requires

    def _presence(self, ways: dict[Present, Requires]) -> Presence:
        averts: dict[Cell, list[tuple[Present, float]]] = defaultdict(list)
        for p in ways:
            shares = self.effects.shares("unit", p.unit)
            for hazard in sorted(set(shares) & self.acting.hazards_at[p.site]):
                shift = p.shift if len(self.calendar.shifts) > 1 else ""
                averts[Cell(p.site, hazard, p.period, shift)].append((p, weight(shares[hazard])))
        return Presence(
            ways=ways,
            free_hours={
                (unit.id, t, j): unit.patrol_share * self.calendar.duty_hours(t, j)
                for unit in self.units
                for t, j in self.times
            },
            most_units={unit.id: self._most(unit) for unit in self.units},
            lent_share={link.id: link.share for link in self.city.of(LinkRow)},
            averts=averts,
        )

    # Crews

    def _crews(self) -> UnitCrews:
        crewed = {unit.id: unit for unit in self.units if unit.crew is not None}
        rows = [row for row in self.city.of(CrewRow) if row.of in crewed]
        drawn: dict[Drawn, DrawnData] = {}
        for row in rows:
            drawn.update(self._drawn(crewed[row.of], row))
        return UnitCrews(
            drawn=drawn,
            size={unit.id: unit.crew or 0 for unit in crewed.values()},
            fixed={(row.of, row.role): row.people for row in rows if row.people > 0},
            ratios={(row.of, row.role): (row.ratio_to, row.ratio) for row in rows if row.ratio_to and row.ratio},
            times=self.times,
            lent_hours=lent_pool_hours(self.city, self.calendar, "patrol"),
        )

    def _drawn(self, unit: UnitRow, row: CrewRow) -> Iterator[tuple[Drawn, DrawnData]]:
        for pool in self.city.of(PoolRow):
            power = self._power_for_unit(pool.body, row.power, unit)
            if power is None or (row.skill and row.skill not in pool.skills):
                continue
            for via in self.acting.ways(pool.body, frozenset({unit.body}), "", "patrol"):
                requires = tuple(sorted({*power, *needs_mechanism(pool.mechanism), *self.acting.link_requires(via)}))
                for t, j in self.times:
                    hours = self.calendar.duty_hours(t, j)
                    yield (
                        Drawn(unit.id, t, j, row.role, pool.id, via),
                        DrawnData(
                            most=(unit.crew or 0) * self._most(unit),
                            hours=hours,
                            cost_cny=hours * pool.cost_cny_hour,
                            booking=Booking(pool.body, "", "patrol", pool.category, t),
                            requires=requires,
                        ),
                    )

    def _power_for_unit(self, body: str, power: str | None, unit: UnitRow) -> Requires | None:
        """The power at the city's root, or at every post at which the unit may stand: one way or the other."""
        everywhere = self.acting.power_requires(body, power, "")
        areas = sorted({post.area for i, post in enumerate(self.posts) if self._reaches(unit, i)})
        each = [self.acting.power_requires(body, power, area) for area in areas]
        if not each or any(requires is None for requires in each):
            return everywhere
        groups = {group for requires in each for group in requires or ()}
        if everywhere is not None:  # (this or this) and …, or that: each group may do with that instead
            groups = (
                {tuple(sorted({*group, *that})) for group in groups for that in everywhere} if everywhere else set()
            )
        return tuple(sorted(groups))


def _reached_alike(reached: Sequence[Reached], sites: int) -> list[bytes]:
    """By site, what is the same for sites that every one of these units reaches from the same posts."""
    if not reached:
        return [b""] * sites
    return [site.tobytes() for site in np.packbits(np.vstack(reached), axis=0).T]
