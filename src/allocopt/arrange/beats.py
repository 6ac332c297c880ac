"""Beats: which post can answer for which site, and what is asked of their beats."""

from __future__ import annotations

import numpy as np

from allocopt.arrange.median import reduce_median
from allocopt.city import City
from allocopt.faults import Fault, InputError
from allocopt.schema.patrol import PostRow, UnitRow
from allocopt.schema.places import NeighbourRow, SiteRow, TravelRow
from allocopt.travel import trips
from allocopt_models.beats import Beats


def arrange_beats(city: City, *, wanted: bool, alone: bool = False) -> Beats | None:
    """The beats of `city.yaml`; without, if response times are `wanted`, the nearest open post answers. Else None.

    Where response times are wanted `alone` and all posts are open, beats hold only what the best plan may use.
    Raises InputError where a site that needs an answering post is out of reach of all.
    """
    settings = city.settings.beats
    if settings is None and not wanted:
        return None
    people, minutes = _people(city), _minutes(city, answering_modes(city))
    if stranded := sorted(people.keys() - {site for _, site in minutes}):
        raise InputError(_out_of_reach(site) for site in stranded)
    if settings is None:
        return Beats(people, minutes, asked=False)
    most_people = None
    if settings.posts is not None and settings.balance is not None:
        most_people = (1.0 + settings.balance) * sum(people.values()) / settings.posts
    pairs = [(row.site, row.neighbour) for row in city.of(NeighbourRow)]
    beats = Beats(
        people=people,
        minutes=minutes,
        number=settings.posts,
        most_people=most_people,
        neighbours=pairs if settings.contiguous else None,
    )
    return reduce_median(beats) if alone and all(post.open for post in city.of(PostRow)) else beats


def answering_modes(city: City) -> list[str]:
    """The modes of those who answer: of the class's units, or the one that is named; else all there are."""
    settings = city.settings.beats
    if settings is not None and settings.response is not None:
        return sorted({unit.mode for unit in city.of(UnitRow) if unit.response == settings.response})
    return _all_modes(city) if settings is None or settings.mode is None else [settings.mode]


def _out_of_reach(site: str) -> Fault:
    expected = "a post that can reach every site, for beats and response times ask which post answers for it"
    return Fault("sites.csv", 0, "id", f"{site}, out of reach of every post", expected)


def _all_modes(city: City) -> list[str]:
    measured = {row.mode for row in city.of(TravelRow)} if city.settings.travel.metric == "table" else set()
    return sorted(measured | set(city.settings.travel.speeds_kmh))


def _people(city: City) -> dict[str, float]:
    return {site.id: site.people for site in city.of(SiteRow)}


def _minutes(city: City, modes: list[str]) -> dict[tuple[str, str], float]:
    """Minutes by the fastest of the modes, from the posts that reach the site."""
    posts, sites = city.of(PostRow), city.of(SiteRow)
    fastest = np.full((len(posts), len(sites)), np.inf)
    for mode in modes if posts else ():
        np.minimum(fastest, trips(city, mode, posts, sites).minutes, out=fastest)
    reached = np.argwhere(np.isfinite(fastest))
    return {(posts[i].id, sites[j].id): float(fastest[i, j]) for i, j in reached}
