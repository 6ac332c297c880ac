"""Losses that are observed under today's plan, turned into what would be lost if nobody acted.

Today's plan are the decision tables in `current/`. Every action they list counts, whatever the regime: these things are
being done, and the loss that is seen is what they leave.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import Effects, kept, weight
from allocopt.arrange.risks import Risks
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.reading import cells
from allocopt.schema.patrol import ClassRow, PostRow, UnitRow
from allocopt.schema.places import SiteRow
from allocopt.schema.prevention import MeasureRow, MechanismRow
from allocopt.schema.risk import HazardRow, RiskRow
from allocopt.travel import trips, within
from allocopt_models.response import effort_of_units
from allocopt_models.terms import Cell

# No city loses as much, in CNY; a loss said to be what today's plan leaves of more is a slip of the pen.
TOO_MUCH = 1e15
Found = Iterator[tuple[Cell, float]]
Whole = NDArray[np.int64]


def loss_if_nobody_acts(city: City, risks: Risks) -> Mapping[Cell, float]:
    """ℓ by cell: as stated, or (observed) times exp(effort of today's plan in the cell).

    Raises InputError where today's plan averts so much that what it leaves says nothing.
    """
    if not risks.observed:
        return risks.loss_cny
    today = efforts_of_today(city.before or city)
    undone = {
        cell: loss * _undone(today.get(cell, 0.0)) if cell in risks.observed else loss
        for cell, loss in risks.loss_cny.items()
    }
    if faults := [_too_much(cell, today[cell]) for cell, loss in undone.items() if loss >= TOO_MUCH and cell in today]:
        raise InputError(faults)
    return undone


def efforts_of_today(city: City) -> dict[Cell, float]:
    """The effort of today's plan by cell; cells without any are left out."""
    today = _Today(city)
    efforts: dict[Cell, float] = defaultdict(float)
    for found in (today.visits(), today.response(), today.presence(), today.measures()):
        for cell, effort in found:
            efforts[cell] += effort
    return {cell: effort for cell, effort in efforts.items() if effort > 0}


class _Today:
    """What each programme does today: (cell, effort) again and again, to be added up."""

    def __init__(self, city: City) -> None:
        self.city, self.calendar, self.effects = city, Calendar(city), Effects(city)
        self.at_risk = {(row.site, row.hazard) for row in city.of(RiskRow)}

    def rows(self, table: str) -> tuple[Mapping[str, str], ...]:
        return self.city.today.get(table, ())

    def visits(self) -> Found:
        """Every visit, in its period and as far as its effect is kept in later ones."""
        keep = {hazard.id: hazard.keep for hazard in self.city.of(HazardRow)}
        for (kind, site, period), visits in self._made().items():
            for hazard in self._at(site, self.effects.touched("kind", kind)):
                effort = visits * weight(self._share(kind, hazard, period))
                for later, t in enumerate(self.calendar.periods[self.calendar.periods.index(period) :]):
                    yield from self._whatever_the_shift(site, hazard, t, effort * kept(keep[hazard], later))

    def _made(self) -> dict[tuple[str, str, str], float]:
        """Visits by (kind, site, period). Each of them has one row a role: the role filled most counts."""
        filled: dict[tuple[str, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for row in self.rows("visits"):
            filled[row["kind"], row["site"], row["period"]][row["role"]] += cells.number(row["visits"])
        return {visit: max(roles.values()) for visit, roles in filled.items()}

    def _share(self, kind: str, hazard: str, period: str) -> float:
        """The share that a visit averts, with a mechanism that works in its period."""
        sharper = self.effects.sharper(kind).get(hazard)
        if sharper is not None and period in self._working[sharper[0]]:
            return sharper[1]
        return self.effects.shares("kind", kind).get(hazard, 0.0)

    @cached_property
    def _working(self) -> dict[str, frozenset[str]]:
        """The periods in which each mechanism works today."""
        lead = {mechanism.id: mechanism.lead for mechanism in self.city.of(MechanismRow)}
        working: dict[str, frozenset[str]] = dict.fromkeys(lead, frozenset())
        for row in self.rows("mechanisms"):
            mechanism = row["mechanism"]
            working[mechanism] |= self._from(row["period"], lead[mechanism])
        return working

    def response(self) -> Found:
        """Units within the standard of a site, those of one class together."""
        busy = {row.id: row.busy for row in self.city.of(ClassRow)}
        for (response, period, shift), covering in self._covering().items():
            shares = self.effects.shares("class", response)
            for site, n in zip(self.city.of(SiteRow), covering, strict=True):
                for hazard in self._at(site.id, frozenset(shares)) if n else ():
                    yield (
                        self._in_shift(site.id, hazard, period, shift),
                        effort_of_units(int(n), shares[hazard], busy[response]),
                    )

    def _covering(self) -> dict[tuple[str, str, str], Whole]:
        """Units that reach each site in time, by (class, period, shift)."""
        units = {unit.id: unit for unit in self.city.of(UnitRow)}
        posts, sites = self.city.of(PostRow), self.city.of(SiteRow)
        place = {post.id: i for i, post in enumerate(posts)}
        reached = {
            unit: self._within_standard(units[unit]) for unit in sorted({r["unit"] for r in self.rows("patrols")})
        }
        covering: dict[tuple[str, str, str], Whole] = {}
        for row in self.rows("patrols"):
            if row["via"]:  # those of the units counted already that are committed under a link
                continue
            stand = reached[row["unit"]][place[row["post"]]] * cells.whole(row["units"])
            for shift in self._shifts(row):
                key = (units[row["unit"]].response, row["period"], shift)
                covering[key] = covering.get(key, np.zeros(len(sites), dtype=np.int64)) + stand
        return covering

    def _within_standard(self, unit: UnitRow) -> NDArray[np.bool_]:
        """Whether a unit at a post (row) reaches a site (column) within the standard of its class."""
        table = trips(self.city, unit.mode, self.city.of(PostRow), self.city.of(SiteRow))
        response = next(row for row in self.city.of(ClassRow) if row.id == unit.response)
        if response.standard_min is not None:
            return within(table.minutes, response.standard_min)
        return within(table.metres, response.standard_m or 0.0)

    def presence(self) -> Found:
        """Hours of visible patrol."""
        for row in self.rows("presence"):
            shares = self.effects.shares("unit", row["unit"])
            for hazard in self._at(row["site"], frozenset(shares)):
                for shift in self._shifts(row):
                    cell = self._in_shift(row["site"], hazard, row["period"], shift)
                    yield cell, weight(shares[hazard]) * cells.number(row["hours"])

    def measures(self) -> Found:
        """Measures, from the period on in which they work."""
        lead = {measure.id: measure.lead for measure in self.city.of(MeasureRow)}
        for row in self.rows("measures"):
            shares = self.effects.shares("measure", row["measure"])
            for hazard in self._at(row["site"], frozenset(shares)):
                for t in sorted(self._from(row["period"], lead[row["measure"]])):
                    yield from self._whatever_the_shift(row["site"], hazard, t, weight(shares[hazard]))

    def _from(self, start: str, lead: int) -> frozenset[str]:
        """The periods in which something works that is started in this one."""
        return frozenset(self.calendar.periods[self.calendar.periods.index(start) + lead :])

    def _at(self, site: str, hazards: frozenset[str]) -> list[str]:
        """Those of the hazards that have a risk row at the site."""
        return [hazard for hazard in sorted(hazards) if (site, hazard) in self.at_risk]

    def _shifts(self, row: Mapping[str, str]) -> tuple[str, ...]:
        """The shift of a row; a blank one stands for all."""
        return (row["shift"],) if row["shift"] else self.calendar.shifts

    def _in_shift(self, site: str, hazard: str, period: str, shift: str) -> Cell:
        return Cell(site, hazard, period, shift if len(self.calendar.shifts) > 1 else "")

    def _whatever_the_shift(self, site: str, hazard: str, period: str, effort: float) -> Found:
        for shift in self.calendar.shifts_of(hazard):
            yield Cell(site, hazard, period, shift), effort


def _undone(effort: float) -> float:
    try:
        return math.exp(effort)
    except OverflowError:
        return math.inf


def _too_much(cell: Cell, effort: float) -> Fault:
    where = " in ".join(part for part in (f"{cell.hazard} at {cell.site}", cell.period, cell.shift) if part)
    found = f"an observed loss by {where}, of which today's plan leaves one part in {_undone(effort):.3g}"
    return Fault("risks.csv", 0, "observed", found, "no, or an effort in current/ that leaves something to see")
