"""Reduce before you model: points that the same posts can cover are one place.

A point's loss depends on a plan only through which units reach it, and these are the units at the posts whose circles
hold it. So the points of one set of circles lose the same share of their losses in every plan, and a place that stands
at one of them with the sum of their losses loses what they lose together. The objective is the same function of the
plan; optimum and bound are those of the points themselves. Points that no post covers are one such place as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocopt.arrange.circles import Circles, Grid
from allocopt.city import City
from allocopt.points import Points, Some
from allocopt.schema.patrol import ClassRow, PostRow, UnitRow
from allocopt.schema.places import SiteRow
from allocopt.schema.risk import RiskRow
from allocopt.schema.settings import PointRisk
from allocopt.travel import Floats, Whole, metres_a_minute

# No id of the user's holds this sign.
MARK = ":"
# Batches are put together to as many points, since the grid takes its time for each call.
AT_ONCE = 2**18


class Group(NamedTuple):
    """Points that the same circles hold: where one of them is (the first of the file), how many, what they weigh."""

    at: tuple[float, float]
    points: int
    weight: float


@dataclass(frozen=True)
class Merged:
    """A city whose `points` are merged into `groups`, which stand among its sites; `own_risks` rows of its risks are
    not theirs."""

    city: City
    points: Points | None
    groups: tuple[Group, ...]
    own_risks: int


def merge(city: City) -> Merged:
    """The city with its points merged into groups that stand as further sites. One without points stays as it is."""
    risk = city.settings.points
    own = len(city.of(RiskRow))
    if city.points is None or risk is None:
        return Merged(city, None, (), own)
    groups = merged_points(city.points, circles_of(city))
    sites = [_site(number, group, risk, plane=city.points.plane) for number, group in enumerate(groups, start=1)]
    risks = [_risk(site, group, risk) for site, group in zip(sites, groups, strict=True)]
    rows = {**city.rows, "sites": (*city.of(SiteRow), *sites), "risks": (*city.of(RiskRow), *risks)}
    return Merged(replace(city, rows=rows, points=None), city.points, tuple(groups), own)


def is_group(site: str) -> bool:
    """Whether the site of a merged city is a group of points."""
    return MARK in site


def circles_of(city: City) -> Circles:
    """A circle around every post for each class and mode of its units."""
    travel, classes = city.settings.travel, {row.id: row for row in city.of(ClassRow)}
    kinds = sorted({(unit.response, unit.mode) for unit in city.of(UnitRow)})
    plane = travel.metric == "plane"
    posts = [(row.x, row.y) if plane else (row.lon, row.lat) for row in city.of(PostRow)]
    at = np.array([post for _ in kinds for post in posts], dtype=np.float64).reshape(-1, 2)

    def each(figure: float | None) -> list[float]:
        return [np.inf if figure is None else figure] * len(posts)

    columns = [
        (
            each(metres_a_minute(travel.speeds_kmh[mode])),
            each(classes[response].standard_min),
            each(classes[response].standard_m),
        )
        for response, mode in kinds
    ]
    speed, minutes, metres = (np.array([x for row in columns for x in row[i]], dtype=np.float64) for i in range(3))
    return Circles(travel, at, speed, minutes, metres)


def merged_points(points: Points, circles: Circles) -> list[Group]:
    """The groups, in the order in which the first point of each stands in the file."""
    grid = Grid(circles, np.array(points.least), np.array(points.greatest), points.count)
    tally = _Tally()
    for some in _larger(points):
        tally.add(grid.sets_of(some.at), some)
    return _groups(grid, tally)


def _larger(points: Points) -> Iterator[Some]:
    waiting: list[Some] = []
    for some in points.batches():
        waiting.append(some)
        if sum(len(each.weight) for each in waiting) >= AT_ONCE:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(parts: list[Some]) -> Some:
    return Some(
        parts[0].first, np.concatenate([part.at for part in parts]), np.concatenate([part.weight for part in parts])
    )


class _Tally:
    """By number of a set of circles: its points, their weight, and its first point."""

    def __init__(self) -> None:
        self.points: Whole = np.zeros(0, dtype=np.int64)
        self.weight: Floats = np.zeros(0)
        self.first: dict[int, tuple[int, float, float]] = {}

    def add(self, sets: Whole, some: Some) -> None:
        points: Whole = np.bincount(sets, minlength=len(self.points))
        weight: Floats = np.bincount(sets, weights=some.weight, minlength=len(points)).astype(np.float64)
        before = np.pad(self.points, (0, len(points) - len(self.points)))
        self._note_firsts(sets, some, (before == 0) & (points > 0))
        self.points, self.weight = before + points, np.pad(self.weight, (0, len(points) - len(self.weight))) + weight

    def _note_firsts(self, sets: Whole, some: Some, new: NDArray[np.bool_]) -> None:
        rows = np.flatnonzero(new[sets])
        numbers, firsts = np.unique(sets[rows], return_index=True)
        for number, row in zip(numbers.tolist(), rows[firsts].tolist(), strict=True):
            self.first[number] = (some.first + row, float(some.at[row, 0]), float(some.at[row, 1]))


def _groups(grid: Grid, tally: _Tally) -> list[Group]:
    """One group for the same circles, in whatever order they were found."""
    same: dict[tuple[int, ...], list[int]] = {}
    for number in np.flatnonzero(tally.points).tolist():
        same.setdefault(grid.sets.members(number), []).append(number)
    found = []
    for numbers in same.values():
        row, *at = min(tally.first[number] for number in numbers)
        points = sum(int(tally.points[number]) for number in numbers)
        weight = sum(float(tally.weight[number]) for number in numbers)
        found.append((row, Group((at[0], at[1]), points, weight)))
    return [group for _, group in sorted(found)]


def _site(number: int, group: Group, risk: PointRisk, *, plane: bool) -> SiteRow:
    at: dict[str, Any] = dict(zip(("x", "y") if plane else ("lon", "lat"), group.at, strict=True))
    return SiteRow.model_construct(None, id=f"points{MARK}{number:07d}", area=risk.area, source=risk.source, **at)


def _risk(site: SiteRow, group: Group, risk: PointRisk) -> RiskRow:
    loss = group.weight * risk.loss_cny
    return RiskRow.model_construct(site=site.id, hazard=risk.hazard, loss_cny=loss, source=risk.source)
