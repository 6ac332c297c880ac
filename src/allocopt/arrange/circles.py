"""Circles around posts: which of them hold which points, told for many points at a time.

A grid is laid over the points' box and halved again and again where it matters. Of every cell one knows the circles
that hold all of it and, one by one, the circles that may pass through it; a point is in the former, and is measured
against the latter alone.

*Why this is exact.* Let every place have a position v in the plane (or on the unit sphere, in space), d the straight
distance there, and r a circle's radius in the same measure; a circle holds the places with d(v, centre) ≤ r. All
places of a cell with the centre m lie within ρ of m. By the triangle inequality d(v, centre) differs from d(m, centre)
by at most ρ for each of them. So where d(m, centre) + ρ ≤ r − ε the circle holds the whole cell, where
d(m, centre) − ρ ≥ r + ε none of it, and only else the cell stays open for this circle. ε is far larger than what
rounding and the tolerance of `within` can do, and far smaller than a cell. Every place that is nearer than ε to a
circle is therefore measured by itself, by the very rule by which all other trips are. A point that rounding puts into
the next cell is within ε of its own. Nothing depends on how fine the grid is but the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allocopt.schema.settings import Travel
from allocopt.travel import Floats, Whole, unit, way_metres, within

# Cells a side at most, points a cell at least, pairs of a cell and an open circle at most.
MOST_SIDE, POINTS_A_CELL, MOST_OPEN = 2**11, 4, 2**21
# ε, relative to the sizes that stand in a comparison.
MARGIN = 1e-7
# A box is at least so wide, in metres or degrees.
LEAST_SPAN = 1e-6
HALF_ROUND = 2.0  # the chord of half a great circle, on the unit sphere


@dataclass(frozen=True)
class Circles:
    """Circles by number: `at` their centres as coordinates; of each its ways' speed (metres a minute), and the most
    minutes and metres that count as within it, one of them infinite."""

    travel: Travel
    at: Floats
    speed: Floats
    most_minutes: Floats
    most_metres: Floats

    def __len__(self) -> int:
        return len(self.at)

    def hold(self, circles: Whole, at: Floats) -> NDArray[np.bool_]:
        """Whether each circle holds the point in the same place, by the rule of all trips."""
        metres = way_metres(self.travel, self.at[circles], at)
        minutes = metres / self.speed[circles]
        return np.where(
            np.isfinite(self.most_minutes[circles]),
            within(minutes, self.most_minutes[circles]),
            within(metres, self.most_metres[circles]),
        )

    @property
    def radius(self) -> Floats:
        """The radius as the crow flies; on a sphere the chord of the unit sphere."""
        metres = np.minimum(self.most_metres, self.most_minutes * self.speed) / self.travel.detour
        if self.travel.metric == "plane":
            return metres
        half_angle = metres / self.travel.radius_m / 2
        return np.where(half_angle < np.pi / 2, 2 * np.sin(np.minimum(half_angle, np.pi / 2)), 2 * HALF_ROUND)

    def position(self, at: Floats) -> Floats:
        """Where coordinates lie, in the measure of `radius`."""
        return at if self.travel.metric == "plane" else unit(at)

    def spread(self, at: Floats, size: Floats) -> Floats:
        """How far a place in a cell can be from its centre, in the measure of `radius`.

        On the sphere: chord² = 4 sin²(Δlat/2) + 4 cos lat cos lat' sin²(Δlon/2) ≤ Δlat² + cos lat cos lat' Δlon².
        """
        half = size / 2
        if self.travel.metric == "plane":
            return np.full(len(at), np.hypot(*half))
        north = np.maximum(0.0, np.abs(at[:, 1]) - half[1])
        across, up = np.radians(half)
        return np.asarray(np.hypot(up, across * np.cos(np.radians(north))))


@dataclass
class Sets:
    """Sets of circles by number, each made of another by adding one circle; 0 is the empty set.

    The same circles added in another order make another number: who compares sets looks at their `members`.
    """

    circles: int
    made_of: list[tuple[int, int]] = field(default_factory=lambda: [(0, -1)])
    _numbers: dict[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.made_of)

    def added(self, sets: Whole, circles: Whole) -> Whole:
        """The numbers of these sets with one circle more each."""
        keys, places = np.unique(sets * self.circles + circles, return_inverse=True)
        return np.array([self._number(key) for key in keys.tolist()], dtype=np.int64)[places]

    def _number(self, key: int) -> int:
        number = self._numbers.setdefault(key, len(self.made_of))
        if number == len(self.made_of):
            self.made_of.append(divmod(key, self.circles))
        return number

    def members(self, number: int) -> tuple[int, ...]:
        """The circles of a set, ascending."""
        found = []
        while number:
            number, circle = self.made_of[number]
            found.append(circle)
        return tuple(sorted(found))


class Grid:
    """The cells over the box between the `least` and the `greatest` of both coordinates, each with the set of circles
    that hold it and the circles that are open in it; as fine as so many points are worth."""

    def __init__(self, circles: Circles, least: Floats, greatest: Floats, points: int) -> None:
        self.circles, self.sets = circles, Sets(max(len(circles), 1))
        self._least, self._size = least, np.maximum(greatest - least, LEAST_SPAN)
        self._far = float(np.abs((*least, *greatest)).max())
        self._side = 1
        self._holding = np.zeros(1, dtype=np.int64)
        self._cell = np.zeros(len(circles), dtype=np.int64)
        self._open = np.arange(len(circles), dtype=np.int64)
        self._decide()
        while self._side < MOST_SIDE and self._side**2 * POINTS_A_CELL < points and 0 < len(self._open) < MOST_OPEN:
            self._halve()
            self._decide()
        self._look_up()

    def _halve(self) -> None:
        """Four cells in place of each."""
        side, self._side = self._side, 2 * self._side
        self._holding = self._holding.reshape(side, side).repeat(2, axis=0).repeat(2, axis=1).ravel()
        row, column = np.divmod(self._cell, side)
        cells = [(2 * row + i) * self._side + 2 * column + j for i in (0, 1) for j in (0, 1)]
        self._cell, self._open = np.concatenate(cells), np.tile(self._open, 4)

    def _decide(self) -> None:
        """Circles that hold a whole cell or nothing of it are open there no longer."""
        row, column = np.divmod(self._cell, self._side)
        size = self._size / self._side
        middle = self._least + (np.stack((column, row), axis=-1) + 0.5) * size
        circles, radius = self.circles, self.circles.radius[self._open]
        apart = circles.position(middle) - circles.position(circles.at[self._open])
        distance = np.sqrt(np.square(apart).sum(axis=-1))
        finite = np.where(np.isfinite(radius), radius, 0.0)
        scale = self._far if circles.travel.metric == "plane" else 1.0
        room = circles.spread(middle, size) * (1 + MARGIN) + MARGIN * finite + 1e-3 * MARGIN * (scale + distance)
        held, apart_from = distance + room <= radius, distance - room >= radius
        self._hold(held)
        still = ~(held | apart_from)
        self._cell, self._open = self._cell[still], self._open[still]

    def _hold(self, held: NDArray[np.bool_]) -> None:
        for cells, circles in _one_each(self._cell[held], self._open[held]):
            self._holding[cells] = self.sets.added(self._holding[cells], circles)

    def _look_up(self) -> None:
        """By cell: its set, or −1 − its number among the cells with open circles."""
        order = np.lexsort((self._open, self._cell))
        self._open = self._open[order]
        cells, self._first, self._many = np.unique(self._cell[order], return_index=True, return_counts=True)
        self._base = self._holding[cells]
        self._code = self._holding.astype(np.int32)
        self._code[cells] = -1 - np.arange(len(cells), dtype=np.int32)

    def sets_of(self, at: Floats) -> Whole:
        """For each point the number of the set of circles that hold it."""
        places = ((at - self._least) * (self._side / self._size)).astype(np.int32)
        np.clip(places, 0, self._side - 1, out=places)
        found: Whole = self._code[places[:, 1] * self._side + places[:, 0]].astype(np.int64)
        near = np.flatnonzero(found < 0)
        cells = -1 - found[near]
        found[near] = self._base[cells]
        many = self._many[cells]
        for k in range(int(many.max(initial=0))):
            still = np.flatnonzero(many > k)
            circles, points = self._open[self._first[cells[still]] + k], near[still]
            inside = self.circles.hold(circles, at[points])
            points = points[inside]
            found[points] = self.sets.added(found[points], circles[inside])
        return found


def _one_each(cells: Whole, circles: Whole) -> Iterator[tuple[Whole, Whole]]:
    """The pairs in rounds, in each of which no cell stands twice."""
    order = np.lexsort((circles, cells))
    cells, circles = cells[order], circles[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    turn = np.arange(len(cells)) - np.repeat(starts, np.diff(starts, append=len(cells)))
    order = np.argsort(turn, kind="stable")
    for pairs in np.split(order, np.cumsum(np.bincount(turn))[:-1]) if len(cells) else ():
        yield cells[pairs], circles[pairs]
