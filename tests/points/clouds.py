"""Small clouds of points with posts, and what is true of them by looking at every pair."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allocopt.importers.census import EARTH_M
from allocopt.importers.made import write
from allocopt.importers.points import covering
from allocopt.travel import within

Floats = NDArray[np.float64]
NAMES = {True: ("x", "y"), False: ("lon", "lat")}


def drawn(seed: int, points: int, posts: int, *, plane: bool = True) -> tuple[Floats, Floats, Floats]:
    """Points, whole weights and posts: some points twice, some at a post, some exactly on a circle of radius 5."""
    draw = np.random.default_rng(seed)
    at, stands = draw.uniform(0, 30, (points, 2)), draw.uniform(0, 30, (posts, 2))
    if plane:
        stands = np.round(stands)
        ways = np.array([(3, 4), (-4, 3), (5, 0), (0, -5), (0, 0)])
        at[: len(ways)] = stands[0] + ways
    else:
        at, stands = at / 300 + 45, stands / 300 + 45
        at[0] = stands[0]
    at[-3:] = at[:3]
    return at, draw.integers(0, 101, points).astype(float), stands


def table(file: Path, columns: Sequence[str], values: Floats) -> Path:
    """A table of numbers, as CSV or Parquet by its name."""
    if file.suffix == ".csv":
        with file.open("w", newline="") as out:
            csv.writer(out).writerows([columns, *([repr(float(x)) for x in row] for row in values)])
        return file
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(dict(zip(columns, values.T, strict=True))), file)
    return file


def imported(
    folder: Path,
    cloud: tuple[Floats, Floats, Floats],
    *,
    p: int,
    radius: float,
    plane: bool = True,
    kind: str = "parquet",
) -> Path:
    """The instance that the importer makes of a cloud."""
    at, weight, posts = cloud
    folder.mkdir(exist_ok=True)
    demand = table(folder / f"demand.{kind}", (*NAMES[plane], "weight"), np.column_stack((at, weight)))
    stands = table(folder / f"stands.{kind}", NAMES[plane], posts)
    write(covering(demand, stands, p=p, radius=radius), folder / "city")
    return folder / "city"


def metres(at: Floats, posts: Floats, *, plane: bool) -> Floats:
    """(points, posts): straight in the plane, by haversines on the sphere."""
    if plane:
        return np.array([[math.dist(a, b) for b in posts] for a in at]).reshape(len(at), len(posts))
    lon, lat = np.radians(at[:, None, 0]), np.radians(at[:, None, 1])
    lon2, lat2 = np.radians(posts[None, :, 0]), np.radians(posts[None, :, 1])
    half = np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(half)))


def least_uncovered(at: Floats, weight: Floats, posts: Floats, p: int, radius: float, *, plane: bool = True) -> float:
    """The optimum, by trying every choice of posts."""
    near = within(metres(at, posts, plane=plane), radius)
    chosen = (near[:, list(some)].any(axis=1) for some in combinations(range(len(posts)), p))
    return min(float(weight[~covered].sum()) for covered in chosen)
