"""What a plan does for points: how many of them are reached by how many units, and from where; or point by point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from allocopt.arrange.serving import NOBODY, Duty, Served, Serving, Standing
from allocopt.arrange.whole import Arranged
from allocopt.points import Points, Some
from allocopt.tell.decisions import Rows, patrols
from allocopt.travel import Floats, Whole
from allocopt_models.city import CityModel

# Keys up to this size are counted in a table that has a place for each.
MOST_PLACES = 2**20


def points(model: CityModel, arranged: Arranged) -> Rows:
    """By class, duty, serving post and units that reach: points, their weight, and their loss before and after."""
    if arranged.merged.points is not None:
        serving = Serving(arranged.merged.city, arranged.acting, patrols(model, arranged))
        yield from summed(serving, arranged.merged.points)


def summed(serving: Serving, among: Points) -> Rows:
    """The rows of the table of points, from every point."""
    tallies = {duty: _Tally(serving, standing) for duty, standing in serving.duties.items()}
    for some in among.batches():
        for tally in tallies.values():
            tally.add(some)
    for duty, tally in tallies.items():
        for key, sums in tally.rows().items():
            yield {**key._asdict(), **duty._asdict(), **sums}


class Key(NamedTuple):
    """What the points of one row share."""

    response: str
    post: str
    units: int


@dataclass
class _Tally:
    """Points and weights of one duty, by who serves them in every class at once: the loss depends on all classes."""

    serving: Serving
    standing: Standing
    points: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    weight: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        self.sizes = [
            (len(posts) + 1, sum(sum(post.units.values()) for post in posts) + 1)
            for posts in self.standing.classes.values()
        ]

    def add(self, some: Some) -> None:
        keys = np.zeros(len(some.weight), dtype=np.int64)
        served = self.serving.served(self.standing, some.at)
        for (posts, units), each in zip(self.sizes, served.values(), strict=True):
            keys = (keys * posts + each.post - NOBODY) * units + each.units
        for key, count, weight in zip(*_counted(keys, some.weight, self._places), strict=True):
            self.points[key] += count
            self.weight[key] += weight

    @property
    def _places(self) -> int:
        return int(np.prod([posts * units for posts, units in self.sizes], dtype=object))

    def rows(self) -> Mapping[Key, dict[str, float]]:
        """The table's rows of this duty. The points of each class are all points."""
        found: dict[Key, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        each = self.standing.share * self.serving.risk.loss_cny
        for number, count in self.points.items():
            parts = self._parts(number)
            left = float(np.prod([self.serving.left(part.response, np.array([part.units]))[0] for part in parts]))
            before = self.weight[number] * each
            for part in parts:
                sums = {"points": count, "weight": self.weight[number]}
                for column, figure in (sums | {"loss_before_cny": before, "loss_cny": before * left}).items():
                    found[part][column] += figure
        return found

    def _parts(self, number: int) -> list[Key]:
        parts = []
        for (name, posts), (most_posts, most_units) in reversed(
            list(zip(self.standing.classes.items(), self.sizes, strict=True))
        ):
            number, units = divmod(number, most_units)
            number, post = divmod(number, most_posts)
            parts.append(Key(name, posts[post + NOBODY].id if post else "", units))
        return parts


def _counted(keys: Whole, weight: Floats, places: int) -> tuple[list[int], list[int], list[float]]:
    """Every key there is, with its points and their weight."""
    if places > MOST_PLACES:
        there, keys = np.unique(keys, return_inverse=True)
    else:
        there = np.arange(places)
    counts = np.bincount(keys, minlength=len(there))
    weights = np.bincount(keys, weights=weight, minlength=len(there))
    some = np.flatnonzero(counts)
    return there[some].tolist(), counts[some].tolist(), weights[some].tolist()


def one_by_one(serving: Serving, among: Points) -> Iterator[dict[str, Any]]:
    """Batches of columns: for each point and duty its row in the file, who serves it, how many reach it, its loss."""
    for some in among.batches():
        for duty, standing in serving.duties.items():
            served = serving.served(standing, some.at)
            yield _columns(serving, duty, standing, served, some)


def _columns(
    serving: Serving, duty: Duty, standing: Standing, served: Mapping[str, Served], some: Some
) -> dict[str, Any]:
    loss = some.weight * serving.risk.loss_cny * standing.share
    columns: dict[str, Any] = {
        "row": np.arange(some.first, some.first + len(loss)) + 1,
        "period": np.full(len(loss), duty.period),
        "shift": np.full(len(loss), duty.shift),
    }
    for name, each in served.items():
        ids = np.array([*(post.id for post in standing.classes[name]), ""])
        columns[f"post_{name}"], columns[f"units_{name}"] = ids[each.post], each.units
        loss = loss * serving.left(name, each.units)
    return columns | {"loss_cny": loss}
