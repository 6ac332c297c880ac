"""Points too many for a row each: who reaches them, counted from their file in columns.

This is the one module of the checker that uses numpy and pyarrow, since tens of millions of points cannot be looked at
row by row; both are imported when there are points. Distances are compared by their squares (planner: by a hypotenuse),
or by haversines (planner: by chords). A point so near to a circle that rounding could decide is measured in fractions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import fsum, prod
from pathlib import Path
from typing import Any, NamedTuple

ROWS_AT_ONCE = 2**16
TIE = Fraction(1, 10**9)
"""Trips this close to a standard, relatively, are within it; and posts this close to each other are equally near."""
DOUBT = 1e-12
"""A squared distance so near to the limit, relatively, is computed exactly; rounding does a hundredth of this."""
MOST_PLACES = 2**20
"""Keys up to this are counted in a table that has a place for each."""
FARTHEST, HEAVIEST = 1e9, 1e9


class Circle(NamedTuple):
    """Units at a post: where it is, within how many metres as the crow flies they reach, and how many count."""

    unit: str
    post: str
    at: tuple[float, float]
    metres: Fraction
    counting: int


Stand = Sequence[Circle]
"""Who stands in one class on one duty."""


class Sum(NamedTuple):
    """Points, and their weight: whole parts exactly, the rest by floats."""

    points: int
    weight: Fraction


@dataclass(frozen=True)
class Ground:
    """Where the points are, and how far it is from one to another: in the plane, or on a sphere with this radius."""

    file: Path
    radius_m: float | None


@dataclass
class Count:
    """Of each duty, by (serving post, units that reach) of each class, in order: the points. `reached`: the (unit,
    post) from which some point is within reach. `wrong`: what keeps the file from being understood."""

    sums: dict[int, dict[tuple[tuple[str, int], ...], Sum]] = field(default_factory=lambda: defaultdict(dict))
    reached: set[tuple[str, str]] = field(default_factory=set)
    wrong: str = ""


def count(ground: Ground, duties: Sequence[Sequence[Stand]]) -> Count:
    """Count the points of every duty, each given by the stands of its classes."""
    found = Count()
    try:
        for x, y, weight in _batches(ground):
            if not _sound(x, y, weight, ground):
                found.wrong = "a coordinate or weight that is missing or beyond its limits"
                break
            _count(ground, x, y, weight, duties, found)
    except ImportError:
        found.wrong = "a table for which pyarrow is missing"
    except (OSError, ValueError, KeyError, NotImplementedError) as error:
        found.wrong = " ".join(str(error).split())
    return found


def _batches(ground: Ground) -> Iterator[tuple[Any, Any, Any]]:
    """The columns of the file, some rows at a time."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv, parquet

    names = [*(("x", "y") if ground.radius_m is None else ("lon", "lat")), "weight"]
    if ground.file.suffix == ".csv":
        kinds = dict.fromkeys(names, pa.float64())
        options = csv.ConvertOptions(column_types=kinds, include_columns=names)
        batches: Any = csv.open_csv(ground.file, convert_options=options)
    else:
        source = parquet.ParquetFile(ground.file, pre_buffer=False)
        batches = source.iter_batches(batch_size=ROWS_AT_ONCE, columns=names)
    for batch in batches:
        x, y, weight = (np.asarray(batch.column(name), dtype=np.float64) for name in names)
        yield x, y, weight


def _sound(x: Any, y: Any, weight: Any, ground: Ground) -> bool:
    """Whether all numbers are such as may stand there; what is no number compares as false."""
    far, high = (FARTHEST, FARTHEST) if ground.radius_m is None else (180.0, 90.0)
    limits = ((x, -far, far), (y, -high, high), (weight, 0.0, HEAVIEST))
    return all(bool((column >= least).all() and (column <= most).all()) for column, least, most in limits)


def _count(ground: Ground, x: Any, y: Any, weight: Any, duties: Sequence[Sequence[Stand]], found: Count) -> None:
    import numpy as np

    measured: dict[tuple[tuple[float, float], Fraction], tuple[Any, Any]] = {}
    for duty, stands in enumerate(duties):
        key, sizes = np.zeros(len(x), dtype=np.int64), []
        for stand in stands:
            server, units, posts = _served(ground, x, y, stand, measured, found)
            sizes.append((posts, sum(circle.counting for circle in stand) + 1))
            key = (key * (len(posts) + 1) + server + 1) * sizes[-1][1] + units
        places = prod((len(posts) + 1) * most for posts, most in sizes)
        for number, part in _summed(key, weight, places).items():
            name = _named(number, sizes)
            found.sums[duty][name] = _plus(found.sums[duty].get(name), part)


def _served(
    ground: Ground, x: Any, y: Any, stand: Stand, measured: dict[Any, Any], found: Count
) -> tuple[Any, Any, list[str]]:
    """Of each point the number of the post that serves it (−1: none) and the units that reach it; and the posts."""
    import numpy as np

    posts = sorted({circle.post for circle in stand if circle.counting})
    units = np.zeros(len(x), dtype=np.int64)
    away = np.full((len(posts), len(x)), np.inf)
    for circle in stand:
        key = (circle.at, circle.metres)
        if key not in measured:
            measured[key] = _measured(ground, x, y, circle)
        inside, squared = measured[key]
        if inside.any():
            found.reached.add((circle.unit, circle.post))
        if circle.counting:
            units += inside * circle.counting
            row = away[posts.index(circle.post)]
            row[inside] = squared[inside]
    nearest = away.min(axis=0, initial=np.inf) * float((1 + TIE) ** 2)
    server = np.full(len(x), -1)
    for number, row in reversed(list(enumerate(away))):
        server[(row <= nearest) & np.isfinite(row)] = number
    return server, units, posts


def _measured(ground: Ground, x: Any, y: Any, circle: Circle) -> tuple[Any, Any]:
    """Whether each point is within a circle, and its squared distance in square metres."""
    import numpy as np

    if ground.radius_m is not None:
        squared = np.square(_haversines(x, y, circle.at, ground.radius_m))
        return squared <= float((circle.metres * (1 + TIE)) ** 2), squared
    squared = np.square(x - circle.at[0]) + np.square(y - circle.at[1])
    limit = (circle.metres * (1 + TIE)) ** 2
    inside = squared <= float(limit)
    near = np.flatnonzero(np.abs(squared - float(limit)) <= DOUBT * float(limit))
    places, of = np.unique(np.stack((x[near], y[near]), axis=1), axis=0, return_inverse=True)
    exact = np.array([_distance(place, circle.at) <= limit for place in places.tolist()], dtype=bool)
    inside[near] = exact[of.ravel()]
    return inside, squared


def _distance(a: Sequence[float], b: Sequence[float]) -> Fraction:
    """The squared distance, exactly."""
    return (Fraction(a[0]) - Fraction(b[0])) ** 2 + (Fraction(a[1]) - Fraction(b[1])) ** 2


def _haversines(lon: Any, lat: Any, at: tuple[float, float], radius_m: float) -> Any:
    """Great-circle distances. Degrees are taken from each other first, since near ones then lose no digits."""
    import numpy as np

    up, across = np.radians(lat - at[1]), np.radians(lon - at[0])
    half = np.square(np.sin(up / 2)) + np.cos(np.radians(lat)) * np.cos(np.radians(at[1])) * np.square(
        np.sin(across / 2)
    )
    return 2 * radius_m * np.arcsin(np.minimum(1.0, np.sqrt(half)))


def _summed(key: Any, weight: Any, places: int) -> dict[int, Sum]:
    """Points and weights by key, of which there are so many. Whole parts of a batch's weights add up to less than
    2**53: exactly."""
    import numpy as np

    keys, place = (np.arange(places), key) if places <= MOST_PLACES else np.unique(key, return_inverse=True)
    points = np.bincount(place, minlength=len(keys))
    whole = np.floor(weight)
    sums = [Fraction(value) for value in np.bincount(place, weights=whole, minlength=len(keys)).tolist()]
    if not np.array_equal(whole, weight):
        for number in np.flatnonzero(points).tolist():
            sums[number] += Fraction(fsum((weight - whole)[place == number].tolist()))
    return {k: Sum(n, w) for k, n, w in zip(keys.tolist(), points.tolist(), sums, strict=True) if n}


def _plus(one: Sum | None, other: Sum | None) -> Sum:
    return Sum(
        sum(each.points for each in (one, other) if each),
        sum((each.weight for each in (one, other) if each), Fraction()),
    )


def _named(number: int, sizes: Sequence[tuple[Sequence[str], int]]) -> tuple[tuple[str, int], ...]:
    """What a key stands for: the serving post (blank: none) and the units, class by class."""
    names = []
    for posts, most in reversed(sizes):
        number, units = divmod(number, most)
        number, post = divmod(number, len(posts) + 1)
        names.append((posts[post - 1] if post else "", units))
    return tuple(reversed(names))
