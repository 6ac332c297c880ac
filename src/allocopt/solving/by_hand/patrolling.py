"""Units at posts, their crews and commitments, and hours of presence, as actions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocopt.solving.by_hand.actions import Action, Once, first_with_room, mechanisms_of
from allocopt.solving.by_hand.books import DUST, Books, Bundle, plus
from allocopt.solving.by_hand.standing import Standing
from allocopt_models.city import CityData, Programmes
from allocopt_models.patrol import Station
from allocopt_models.presence import Present
from allocopt_models.unit_crews import Drawn

# Unit, period, shift.
Duty = tuple[str, str, str]


@dataclass(frozen=True)
class Crew:
    """People of one unit on duty: so many one by one, of the ways to fill one role or any that is not fixed."""

    people: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Manned:
    """A unit at a post, which is opened for it if it must be; committed to another body where that is why it comes.

    `seen` are the hours of presence that a unit more makes possible.
    """

    unit: int
    committed: int | None
    opened: int | None
    crew: Crew
    seen: Mapping[int, float]

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        out: dict[int, float] | None = plus(base, {self.unit: 1.0})
        if out and self.committed is not None:
            out[self.committed] = 1.0
        if out and self.opened is not None and books.x[self.opened] + out.get(self.opened, 0.0) == 0.0:
            out[self.opened] = 1.0
        if not out or not books.has_room(out):
            return None
        for ways in self.crew.people:
            out = first_with_room(books, out, 1.0, ways)
            if out is None:
                return None
        return out

    def prospect(self, books: Books) -> dict[int, float]:
        return dict(self.seen)


@dataclass(frozen=True)
class Seen:
    """Hours of presence at a site: its share of the free hours of the units on duty, as far as they are left."""

    column: int
    hours_a_unit: float
    units: tuple[int, ...]

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        hours = min(self.hours_a_unit * sum(books.x[unit] for unit in self.units), books.room({self.column: 1.0}, base))
        return plus(base, {self.column: hours}) if hours > DUST else None

    def prospect(self, books: Books) -> dict[int, float]:
        return {}


@dataclass(frozen=True)
class SeenAsAsked:
    """Hours of presence up to what a floor asks for, if need be by one unit more."""

    column: int
    manned: tuple[Manned, ...]
    hours: float

    def bundle(self, books: Books, base: Bundle) -> dict[int, float] | None:
        hours = min(self.hours, books.room({self.column: 1.0}, base))
        if hours > DUST:
            return plus(base, {self.column: hours})
        for manned in self.manned:
            out = manned.bundle(books, base)
            hours = min(self.hours, books.room({self.column: 1.0}, out)) if out is not None else 0.0
            if out is not None and hours > DUST:
                return plus(out, {self.column: hours})
        return None

    def prospect(self, books: Books) -> dict[int, float]:
        return {}


class Patrolling:
    """All actions of patrols."""

    def __init__(self, data: CityData, books: Books, standing: Standing) -> None:
        self._data, self._books, self._standing = data, books, standing
        self._units = books.names.columns("patrol.units")
        self._committed = books.names.columns("patrol.committed")
        self._opened = books.names.columns("patrol.opened")
        self._presence = books.names.columns("presence.presence")
        self._sites = _sites_of_covers(data.programmes)
        self._crew_ways = _crew_ways(data.programmes, books)
        self._seen = self._shares_of_hours()
        self._on_duty: dict[Duty, list[int]] = defaultdict(list)
        for (u, _, t, j), column in self._units.items():
            self._on_duty[u, t, j].append(column)

    def actions(self) -> Iterator[Action]:
        yield from self._stations()
        yield from self._commitments()
        yield from self._hours()
        for opened in self._opened.values():
            yield Action("patrol", Once(opened), (opened,), (), "")

    def as_asked(self, column: int, hours: float) -> Action:
        """Hours of presence that a floor asks for."""
        key = next(Present(*found) for found, j in self._presence.items() if j == column)
        stations = [s for s in self._units if (s[0], s[2], s[3]) == (key.unit, key.period, key.shift)]
        manned = tuple(self._manned(Station(*s), None) for s in stations)
        requires = self._data.programmes.presence.ways[key]
        deed = SeenAsAsked(column, manned, hours)
        return Action("patrol", deed, (column,), (key.site,), key.period, mechanisms_of([requires]))

    def _stations(self) -> Iterator[Action]:
        data = self._data.programmes.stationing
        for key, column in self._units.items():
            station = Station(*key)
            duty = (station.unit, station.period, station.shift)
            sites = self._covered(column) | {self._site_seen(hours) for hours in self._seen.get(duty, {})}
            requires = [data.stations[station].requires, *self._crew_requires(duty)]
            opened = self._opened.get(station.post)
            gates = () if opened is None else (opened,)
            manned = self._manned(station, None)
            yield Action(
                "patrol", manned, (column,), tuple(sorted(sites)), station.period, mechanisms_of(requires), gates
            )
            for via_key, committed in self._committed.items():
                if via_key[:4] == key:
                    lent = self._covered(committed)
                    both = [*requires, data.commitments[via_key]]
                    yield Action(
                        "patrol",
                        self._manned(station, committed),
                        (column, committed),
                        tuple(sorted(sites | lent)),
                        station.period,
                        mechanisms_of(both),
                        gates,
                    )

    def _commitments(self) -> Iterator[Action]:
        for key, column in self._committed.items():
            requires = self._data.programmes.stationing.commitments[key]
            sites = tuple(sorted(self._covered(column)))
            yield Action("patrol", Once(column), (column,), sites, key[2], mechanisms_of([requires]))

    def _hours(self) -> Iterator[Action]:
        ways = self._data.programmes.presence.ways
        shares = {column: hours for by_duty in self._seen.values() for column, hours in by_duty.items()}
        for key, column in self._presence.items():
            p = Present(*key)
            units = tuple(self._on_duty[p.unit, p.period, p.shift])
            deed = Seen(column, shares.get(column, 0.0), units)
            yield Action("patrol", deed, (column,), (p.site,), p.period, mechanisms_of([ways[p]]))

    def _manned(self, station: Station, committed: int | None) -> Manned:
        duty = (station.unit, station.period, station.shift)
        seen = {
            column: hours
            for column, hours in self._seen.get(duty, {}).items()
            if not self._data.programmes.presence.ways[self._present[column]] and not self._present[column].via
        }
        column = self._units[tuple(station)]
        return Manned(column, committed, self._opened.get(station.post), self._crew(duty), seen)

    def _crew(self, duty: Duty) -> Crew:
        """First the roles with a fixed number, then the rest, of any other role."""
        unit, crews = duty[0], self._data.programmes.crews
        by_role = self._crew_ways.get(duty, {})
        fixed = {role: n for (u, role), n in sorted(crews.fixed.items()) if u == unit}
        people = [by_role.get(role, ()) for role, n in fixed.items() for _ in range(n)]
        free = [column for role, ways in by_role.items() if role not in fixed for column in ways]
        rest = crews.size.get(unit, 0) - sum(fixed.values())
        return Crew((*people, *[self._books.cheapest_first(free)] * max(rest, 0)))

    def _crew_requires(self, duty: Duty) -> list[tuple[tuple[str, ...], ...]]:
        drawn = self._data.programmes.crews.drawn
        return [way.requires for d, way in drawn.items() if (d.unit, d.period, d.shift) == duty]

    def _covered(self, column: int) -> set[str]:
        return {site for key in self._standing.covers_of.get(column, ()) for site in self._sites[key]}

    def _site_seen(self, column: int) -> str:
        return self._present[column].site

    def _shares_of_hours(self) -> dict[Duty, dict[int, float]]:
        """What each site has of the free hours of one unit on duty: in proportion to its loss then."""
        data = self._data.programmes.presence
        self._present = {column: Present(*key) for key, column in self._presence.items()}
        loss: dict[Present, float] = defaultdict(float)
        for cell, rows in data.averts.items():
            for p, _ in rows:
                loss[p] += self._data.loss_cny.get(cell, 0.0)
        whole: dict[Duty, float] = defaultdict(float)
        for p, cny in loss.items():
            whole[p.unit, p.period, p.shift] += cny
        out: dict[Duty, dict[int, float]] = defaultdict(dict)
        for column, p in self._present.items():
            duty = (p.unit, p.period, p.shift)
            if loss[p] > 0:
                out[duty][column] = data.free_hours[duty] * loss[p] / whole[duty]
        return out


def _sites_of_covers(data: Programmes) -> dict[tuple[int, str, str], set[str]]:
    """The sites that have something to gain where a cover stands."""
    out: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    for cell, answers in data.response.answers.items():
        for answer in answers:
            out[answer.cover, answer.period, answer.shift].add(cell.site)
    return out


def _crew_ways(data: Programmes, books: Books) -> dict[Duty, dict[str, tuple[int, ...]]]:
    columns = books.names.columns("crews.people")
    ways: dict[Duty, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for d in sorted(data.crews.drawn):
        if tuple(d) in columns:
            ways[d.unit, d.period, d.shift][Drawn(*d).role].append(columns[tuple(d)])
    return {
        duty: {role: books.cheapest_first(found) for role, found in by_role.items()} for duty, by_role in ways.items()
    }
