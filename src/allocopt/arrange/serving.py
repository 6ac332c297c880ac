"""Which units reach each point under a plan, which post serves it, and what it loses: from the points themselves.

A point is served, in each class of response, by the nearest post within the standard at which a unit stands that may
act for it; of posts equally near (to 1e-9) by the one with the smallest id.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocopt.arrange.acting import Acting
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import Effects
from allocopt.city import City
from allocopt.schema.patrol import ClassRow, PostRow, UnitRow
from allocopt.schema.risk import HazardRow
from allocopt.travel import Floats, Whole, metres_a_minute, way_metres, within
from allocopt_models.response import effort_of_units

RULE = (
    "a point is served by the nearest post within the standard at which a unit stands that may act for it; "
    "of posts equally near, to 1e-9, by the one with the smallest id"
)
NOBODY = -1


class Duty(NamedTuple):
    """A period, and a shift of it; blank where the loss of the points is not parted by shifts."""

    period: str
    shift: str


class Post(NamedTuple):
    """Units of a class that stand at one post and may act for the points, by mode."""

    id: str
    at: tuple[float, float]
    units: Mapping[str, int]


@dataclass(frozen=True)
class Served:
    """Of some points, under one class: the number of the post that serves each (NOBODY: none), and the units that
    reach it."""

    post: Whole
    units: Whole


@dataclass(frozen=True)
class Standing:
    """What stands on one duty: by class its posts in the order of their ids; and the share of the loss that falls into
    it."""

    classes: Mapping[str, tuple[Post, ...]]
    share: float


class Serving:
    """The units of a plan, as points see them. `rows` are those of `patrols`."""

    def __init__(self, city: City, acting: Acting, rows: Iterable[Mapping[str, Any]]) -> None:
        assert city.settings.points is not None
        self.city, self.acting, self.risk = city, acting, city.settings.points
        self.effects, self.calendar = Effects(city), Calendar(city)
        self._units = {row.id: row for row in city.of(UnitRow)}
        self._classes = {row.id: row for row in city.of(ClassRow)}
        self.shares = {
            name: share
            for name in sorted(self._classes)
            if (share := self.effects.shares("class", name).get(self.risk.hazard, 0.0)) > 0
        }
        self._stood, self._lent = defaultdict[Any, int](int), defaultdict[Any, int](int)
        for row in rows:
            among = self._lent if row["via"] else self._stood
            among[row["unit"], row["post"], row["period"], row["shift"]] += int(row["units"])

    @cached_property
    def duties(self) -> dict[Duty, Standing]:
        """Every duty in which points may lose, with who stands then."""
        calendar, hazard = self.calendar, self.risk.hazard
        found = {}
        for period in calendar.periods:
            for shift in calendar.shifts_of(hazard):
                share = calendar.hours[period] / calendar.horizon * calendar.loss_share(hazard, shift)
                standing = {name: self._posts(name, period, shift or calendar.shifts[0]) for name in self.shares}
                found[Duty(period, shift)] = Standing(standing, share)
        return found

    def _posts(self, response: str, period: str, shift: str) -> tuple[Post, ...]:
        at: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for (unit, post, t, j), units in self._stood.items():
            if (t, j) == (period, shift) and self._units[unit].response == response:
                count = self._counting(unit, units, self._lent[unit, post, t, j])
                if count:
                    at[post][self._units[unit].mode] += count
        places = {row.id: (row.x, row.y) if self._plane else (row.lon, row.lat) for row in self.city.of(PostRow)}
        return tuple(Post(post, places[post], dict(modes)) for post, modes in sorted(at.items()))  # type: ignore[arg-type]

    def _counting(self, unit: str, units: int, lent: int) -> int:
        """How many of the units at a post may act for the points: all, those committed, or none."""
        ways = self.acting.ways(self._units[unit].body, self._leader, self.risk.area, "patrol")
        return units if "" in ways else min(units, lent) if ways else 0

    @cached_property
    def _leader(self) -> frozenset[str]:
        return frozenset(row.lead for row in self.city.of(HazardRow) if row.id == self.risk.hazard)

    @property
    def _plane(self) -> bool:
        return self.city.settings.travel.metric == "plane"

    def served(self, standing: Standing, at: Floats) -> dict[str, Served]:
        """By class, who serves the points at these places."""
        return {name: self._served(name, posts, at) for name, posts in standing.classes.items()}

    def _served(self, response: str, posts: tuple[Post, ...], at: Floats) -> Served:
        units = np.zeros(len(at), dtype=np.int64)
        metres = np.empty((len(posts), len(at)))
        for number, post in enumerate(posts):
            metres[number] = way_metres(self.city.settings.travel, np.array(post.at), at)
            reached = np.zeros(len(at), dtype=bool)
            for mode, count in post.units.items():
                inside = self._inside(response, mode, metres[number])
                units += count * inside
                reached |= inside
            metres[number, ~reached] = np.inf
        nearest = metres.min(axis=0, initial=np.inf)
        server = np.full(len(at), NOBODY)
        for number in reversed(range(len(posts))):
            server[within(metres[number], nearest)] = number
        return Served(server, units)

    def _inside(self, response: str, mode: str, metres: Floats) -> NDArray[np.bool_]:
        row = self._classes[response]
        if row.standard_min is None:
            return within(metres, row.standard_m or 0.0)
        return within(metres / metres_a_minute(self.city.settings.travel.speeds_kmh[mode]), row.standard_min)

    def left(self, response: str, units: Whole) -> Floats:
        """The share of the loss that so many units of a class leave."""
        busy, share = self._classes[response].busy, self.shares[response]
        table = [math.exp(-effort_of_units(n, share, busy)) for n in range(int(units.max(initial=0)) + 1)]
        return np.array(table)[units]
