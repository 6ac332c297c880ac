"""Census points of Maximo, Cordeau and Nascimento (2023, doi 10.1111/itor.13387): maximal covering on the sphere."""

from __future__ import annotations

from pathlib import Path

from allocopt.faults import Fault, InputError, gathered
from allocopt.importers.made import Made, one_period
from allocopt.importers.numbers import text_of
from allocopt.points import FARTHEST_M
from allocopt.reading.plain_text import shown

# The authors' radius of the earth.
EARTH_M = 6378137.0
_HEADING = ("NAME", "TYPE", "EDGE_WEIGHT_TYPE", "DIMENSION", "EOF")
_PLACES, _PEOPLE = "NODE_COORD_SECTION", "DEMAND_SECTION"
_LIMITS = {_PLACES: ((-90.0, 90.0), (-180.0, 180.0)), _PEOPLE: ((0.0, 1e15),)}
_MEANING = {_PLACES: "latitude and longitude in degrees", _PEOPLE: "a number of people"}
Point = tuple[float, float, float]


def maximal_covering(file: Path, *, p: int, radius: float) -> Made:
    """Points with latitude, longitude and people, who live there and may get a post; `p` posts cover all within
    `radius` metres, that distance included.

    The objective is the number of people who are not covered. Raises InputError.
    """
    points, faults = list[Point](), list[Fault]()
    with gathered(faults):
        points = _points(file)
        faults += faults_of_posts(p, len(points))
    faults += faults_of_radius(radius)
    if faults:
        raise InputError(faults)
    travel = {"metric": "sphere", "radius_m": EARTH_M, "speeds_kmh": {"way": 60}}
    title = f"{len(points)} points, {p} posts, {radius:g} m"
    made = Made(one_period(file.stem, title, travel, "loss"), f"census points, {file.name}")
    names = [f"s{i:05d}" for i in range(1, len(points) + 1)]
    made.add("bodies", "id", [("all",)])
    made.add("hazards", "id lead", [("want", "all")])
    made.add(
        "sites",
        "id area people lat lon",
        ((name, "all", people, lat, lon) for name, (lat, lon, people) in zip(names, points, strict=True)),
    )
    made.add(
        "posts",
        "id units open lat lon",
        ((f"p{name[1:]}", 1, "yes", lat, lon) for name, (lat, lon, _) in zip(names, points, strict=True)),
    )
    risks = ((name, "want", people) for name, (_, _, people) in zip(names, points, strict=True) if people > 0)
    made.add("risks", "site hazard loss_cny", risks)
    made.add("classes", "id standard_m", [("cover", radius)])
    made.add("effects", "by id hazard share", [("class", "cover", "want", 1)])
    made.add("units", "id body response mode count cost_cny_hour", [("unit", "all", "cover", "way", p, 0)])
    return made


def faults_of_posts(p: int, most: int) -> list[Fault]:
    """More posts than places for them, or none."""
    return [] if 1 <= p <= most else [Fault("--p", 0, "", str(p), f"a whole number from 1 to {most:,}")]


def faults_of_radius(radius: float) -> list[Fault]:
    """A radius that is no length on the earth."""
    fits = 0 <= radius <= FARTHEST_M
    return [] if fits else [Fault("--radius", 0, "", f"{radius:g}", f"metres, from 0 to {FARTHEST_M:,.0f}")]


def _points(file: Path) -> list[Point]:
    """Latitude, longitude and people of every point; all faults of the file at once."""
    sections: dict[str, list[tuple[float, ...]]] = {_PLACES: [], _PEOPLE: []}
    faults: list[Fault] = []
    section, stated = "", None
    for line, text in enumerate(text_of(file).splitlines(), start=1):
        words = text.replace(":", " ").split()
        if not words or words[0] in _HEADING:
            stated = words[-1] if words[:1] == ["DIMENSION"] else stated
        elif words[0] in sections:
            section = words[0]
        elif section:
            numbers = _within(words, _LIMITS[section])
            sections[section].append(numbers or ())
            if numbers is None:
                faults.append(Fault(str(file), line, section, shown(text), _MEANING[section]))
        else:
            expected = f"one of {', '.join((*_HEADING, *sections))}: a file of census points"
            raise InputError([Fault(str(file), line, "", shown(text), expected)])
    wanted = stated if stated and stated != "0" else str(max(len(sections[_PLACES]), 1))
    for section, rows in sections.items():
        if not faults and str(len(rows)) != wanted:
            faults.append(Fault(str(file), 0, section, f"{len(rows)} lines", f"{wanted}, one for each point"))
    if faults:
        raise InputError(faults)
    return [(lat, lon, people) for (lat, lon), (people,) in zip(*sections.values(), strict=True)]


def _within(words: list[str], limits: tuple[tuple[float, float], ...]) -> tuple[float, ...] | None:
    """The numbers of a line, where there are as many as limits and each lies within its own."""
    try:
        numbers = tuple(float(word) for word in words)
    except ValueError:
        return None
    fits = len(numbers) == len(limits) and all(low <= x <= high for x, (low, high) in zip(numbers, limits, strict=True))
    return numbers if fits else None
