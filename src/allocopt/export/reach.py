"""Which sites the units of a plan reach within the standard of their class, post by post."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.schema.patrol import ClassRow, PostRow, UnitRow
from allocopt.schema.places import SiteRow
from allocopt.travel import trips, within


class Reach(NamedTuple):
    """Units of a class at a post reach a site within the standard; `units` is how many there are at most at once."""

    response: str
    post: str
    site: str
    units: int
    minutes: float
    metres: float


def reached(city: City, patrols: Iterable[Mapping[str, Any]], most: int) -> Iterator[Reach]:
    """Every site within reach of a post at which units of the plan stand, by class and mode of travel.

    Raises InputError where posts times sites are more than `most`.
    """
    standing = _standing(city, patrols)
    posts, sites = {row.id: row for row in city.of(PostRow)}, city.of(SiteRow)
    if (pairs := len(standing) * len(sites)) > most:
        expected = f"at most {most:,} on a map (--to xlsx has no such limit)"
        raise InputError([Fault("patrols.csv", 0, "", f"{pairs:,} pairs of manned posts and sites", expected)])
    classes = {row.id: row for row in city.of(ClassRow)}
    for response, mode in sorted({(response, mode) for response, mode, _ in standing}):
        names = sorted(post for r, m, post in standing if (r, m) == (response, mode) and post in posts)
        found, row = trips(city, mode, [posts[name] for name in names], sites), classes[response]
        if row.standard_min is not None:
            inside = within(found.minutes, row.standard_min)
        else:
            inside = within(found.metres, row.standard_m or 0.0)
        for i, j in zip(*inside.nonzero(), strict=True):
            units = standing[response, mode, names[i]]
            minutes, metres = float(found.minutes[i, j]), float(found.metres[i, j])
            yield Reach(response, names[i], sites[j].id, units, minutes, metres)


def _standing(city: City, patrols: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], int]:
    """The most units at once, by class, mode and post."""
    kinds = {row.id: (row.response, row.mode) for row in city.of(UnitRow)}
    at_once: dict[tuple[str, str, str, str, str], int] = defaultdict(int)
    for row in patrols:
        if row["unit"] in kinds and row["units"] > 0:
            at_once[*kinds[row["unit"]], row["post"], row["period"], row["shift"]] += row["units"]
    most: dict[tuple[str, str, str], int] = defaultdict(int)
    for (response, mode, post, _, _), units in at_once.items():
        most[response, mode, post] = max(most[response, mode, post], units)
    return dict(most)
