"""Demand points and posts of any number: maximal covering in the plane or on the sphere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np

from allocopt.faults import Fault, InputError, gathered
from allocopt.importers.census import EARTH_M, faults_of_posts, faults_of_radius
from allocopt.importers.made import Made, one_period
from allocopt.points import PLANE, SPHERE, points_of
from allocopt.reading.arrow import arrow
from allocopt.reading.number_table import Floats, NumberTable

_WAYS = {True: ("x", "y"), False: ("lon", "lat")}


def covering(demand: Path, posts: Path, *, p: int, radius: float) -> Made:
    """Points with a weight, and the posts that may be manned; `p` posts cover all within `radius` metres, that
    distance included. Columns x, y are metres in a plane, lon, lat degrees on the sphere.

    The objective is the weight that is not covered. Points in Parquet stay as they are, by a hard link where the disk
    allows it; those in CSV are written as Parquet. Raises InputError with the faults of both tables.
    """
    points, places = NumberTable(demand, str(demand)), NumberTable(posts, str(posts))
    plane = _in_plane(points, places)
    at = _looked_at(points, places, plane=plane, p=p, radius=radius)
    travel = {"metric": "plane"} if plane else {"metric": "sphere", "radius_m": EARTH_M}
    title = f"points of {demand.name}, {p} of {len(at)} posts, {radius:g} m"
    made = Made(one_period(demand.stem, title, travel | {"speeds_kmh": {"way": 60}}, "loss"), f"points, {demand.name}")
    made.settings["points"] = {"hazard": "want", "area": "all", "loss_cny": 1, "source": made.source}
    made.add("bodies", "id", [("all",)])
    made.add("hazards", "id lead", [("want", "all")])
    made.add("sites", "id area", [])
    made.add("classes", "id standard_m", [("cover", radius)])
    made.add("effects", "by id hazard share", [("class", "cover", "want", 1)])
    made.add("units", "id body response mode count cost_cny_hour", [("unit", "all", "cover", "way", p, 0)])
    names = (f"p{number:0{len(str(len(at)))}d}" for number in range(1, len(at) + 1))
    rows = ((name, 1, "yes", *place) for name, place in zip(names, at.tolist(), strict=True))
    made.add("posts", f"id units open {' '.join(_WAYS[plane])}", rows)
    made.files["points.parquet"] = lambda path: _to_parquet(points, path, plane=plane)
    return made


def _in_plane(points: NumberTable, posts: NumberTable) -> bool:
    """Whether both tables have x and y, and not lon and lat. Raises InputError where they do not say."""
    faults: list[Fault] = []
    there: list[set[bool]] = []
    for table in (points, posts):
        with gathered(faults):
            there.append({plane for plane, ways in _WAYS.items() if set(ways) & set(table.columns)})
            if len(there[-1]) != 1:
                found = "x, y beside lon, lat" if there[-1] else f"columns {', '.join(table.columns)}"
                faults.append(Fault(table.name, 0, "", found, "columns x and y, or lon and lat"))
    if not faults and there[0] != there[1]:
        found, expected = (" and ".join(_WAYS[there[i].pop()]) for i in (1, 0))
        faults.append(Fault(posts.name, 0, "", found, f"{expected}, as the points have"))
    if faults:
        raise InputError(faults)
    return there[0] == {True}


def _looked_at(points: NumberTable, posts: NumberTable, *, plane: bool, p: int, radius: float) -> Floats:
    """Where the posts are. Raises InputError with every fault of the two tables and the options."""
    faults: list[Fault] = []
    at = np.zeros((0, 2))
    with gathered(faults):
        limits = {name: limit for name, limit in (PLANE if plane else SPHERE).items() if name in _WAYS[plane]}
        at = np.concatenate([np.stack(list(some.columns.values()), axis=-1) for some in posts.checked(limits)])
        faults += faults_of_posts(p, len(at))
    with gathered(faults):
        points_of(points, plane=plane)
    faults += faults_of_radius(radius)
    if faults:
        raise InputError(faults)
    return at


def _to_parquet(points: NumberTable, path: Path, *, plane: bool) -> None:
    """The points as Parquet at this path. A link of the file's own kind would not be followed when it is read."""
    if points.is_csv:
        _write(points, path, plane=plane)
        return
    source = points.path.resolve()
    try:
        os.link(source, path)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(source, path)


def _write(points: NumberTable, path: Path, *, plane: bool) -> None:
    pyarrow, columns = arrow("", points.name), (*_WAYS[plane], "weight")
    schema = pyarrow.schema([(name, pyarrow.float64()) for name in columns])
    with arrow("parquet", points.name).ParquetWriter(path, schema) as writer:
        for some in points.batches(columns):
            writer.write_batch(pyarrow.record_batch([some.columns[name] for name in columns], schema=schema))
