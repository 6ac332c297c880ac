"""Which units can act at which sites: the response that stations give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from allocopt.checker.case import Case
from allocopt.checker.deeds import Deeds
from allocopt.checker.files import Row
from allocopt.checker.risks import NO_SITE

Stations = dict[tuple[str, str, int, int], int]
"""Units by (unit, post, period, shift), or by (class, site, period, shift)."""


class Covered(NamedTuple):
    """A site that a unit at a post reaches in time, or (NO_SITE) some of the points: may it act there on its own, or by
    which links?"""

    site: str
    area: str
    own: bool
    links: tuple[str, ...]


def responding(case: Case, deeds: Deeds, anyone: bool) -> Stations:
    """How many units of each class can act at each site, by period and shift."""
    stations, committed = stationed(case, deeds), commitments(case, deeds)
    reach: dict[tuple[str, str], list[Covered]] = {}
    found: Stations = defaultdict(int)
    for (unit, post, t, j), units in stations.items():
        if (unit, post) not in reach:
            reach[unit, post] = list(_covered(case, unit, post))
        response = case.city.by_id("units")[unit]["response"]
        for site, _, own, links in reach[unit, post]:
            if site == NO_SITE:
                continue  # points are counted one by one
            if own or anyone:
                found[response, site, t, j] += units
            elif links:
                lent = committed.get((unit, post, t, j), {})
                given = sum(lent.get(link, 0) for link in links if case.rights.works(link, t))
                found[response, site, t, j] += min(units, given)
    return dict(found)


def stationed(case: Case, deeds: Deeds) -> Stations:
    """The units that stand at posts."""
    found: Stations = defaultdict(int)
    for row in deeds.rows("patrols"):
        if not row["via"]:
            found[_station(case, row)] += round(row.num("units"))
    return dict(found)


def commitments(case: Case, deeds: Deeds) -> dict[tuple[str, str, int, int], dict[str, int]]:
    """How many of the units at a post are committed, by link."""
    found: dict[tuple[str, str, int, int], dict[str, int]] = {}
    for row in deeds.rows("patrols"):
        if row["via"]:
            lent = found.setdefault(_station(case, row), {})
            lent[row["via"]] = lent.get(row["via"], 0) + round(row.num("units"))
    return found


def _station(case: Case, row: Row) -> tuple[str, str, int, int]:
    return row["unit"], row["post"], case.t(row), case.calendar.shift_number[row["shift"]]


def served(case: Case, unit: str, post: str) -> set[str]:
    """The links under which a unit at a post has somebody to serve, if their mechanisms work."""
    row = case.city.by_id("units")[unit]
    links: set[str] = set()
    for covered in _covered(case, unit, post):
        answering = case.effects.answering("class", row["response"], covered.site)
        if row["body"] in answering:  # there it acts on its own
            continue
        links.update(case.rights.serving(row["body"], answering, "patrol", covered.area))
    return links


def only_for_others(case: Case, unit: str, post: str) -> bool:
    """Whether a unit at a post answers somewhere on its own, and nowhere for a hazard that its body leads."""
    row, serves = case.city.by_id("units")[unit], False
    for covered in _covered(case, unit, post):
        if row["body"] in case.effects.answering("class", row["response"], covered.site):
            return False
        serves = serves or covered.own
    return serves


def _covered(case: Case, unit: str, post: str) -> Iterator[Covered]:
    """The sites within the standard of the unit's class from a post."""
    row, stand = case.city.by_id("units")[unit], case.city.by_id("posts")[post]
    response = case.city.by_id("classes")[row["response"]]
    most_min, most_m = response.opt("standard_min"), response.opt("standard_m")
    for site in case.trips.sites_within(row["mode"], stand, most_min, most_m):
        yield _covering(case, row, site["id"], site["area"])
    if case.found.crowd is not None and (unit, post) in case.found.crowd.reached:
        yield _covering(case, row, NO_SITE, case.city.rows("points")[0]["area"])


def _covering(case: Case, unit: Row, site: str, area: str) -> Covered:
    answering = case.effects.answering("class", unit["response"], site)
    own = case.rights.own(unit["body"], answering)
    return Covered(site, area, own, () if own else case.rights.serving(unit["body"], answering, "patrol", area))
