"""Beats: every site has one answering post."""

from __future__ import annotations

from collections.abc import Mapping

from allocopt.checker.case import Case
from allocopt.checker.files import Row
from allocopt.checker.section import Section
from allocopt.checker.tables import decisions

BEATS = decisions("beats", "site:sites post:posts | | minutes people")


def check(case: Case) -> None:
    """Check the beats where the city has them; where not, sites are answered from the nearest open post."""
    rows, settings = case.deeds.rows("beats"), case.city.settings.get("beats")
    if not isinstance(settings, Mapping):
        for row in rows:
            case.fault("beats", row, "site", "no beats, for the city has none")
        _answer_from_nearest(case)
        return
    modes = _modes(case, settings)
    assigned: dict[str, str] = {}
    for row in rows:
        _check_row(case, row, modes, assigned)
    for site in case.city.rows("sites"):
        if site["id"] not in assigned:
            case.book.add("beats", BEATS.file, 0, "site", "no row", f"a post for {site['id']}")
    members: dict[str, list[str]] = {}
    for one, post in assigned.items():
        members.setdefault(post, []).append(one)
    _check_number(case, settings, members)
    if str(settings.get("contiguous", "no")).lower() in ("yes", "true", "1", "是"):
        _check_contiguous(case, members)


def _modes(case: Case, settings: Mapping[str, str]) -> list[str]:
    """How those who answer travel: by the class's units, or by the mode that is named."""
    response = settings.get("response")
    if response:
        return sorted({unit["mode"] for unit in case.city.rows("units") if unit["response"] == response})
    return [settings["mode"]] if settings.get("mode") else case.trips.modes


def _minutes(case: Case, modes: list[str], post: Row, site: Row) -> float | None:
    """Minutes by the fastest of some modes."""
    trips = [case.trips.minutes(mode, post, site) for mode in modes]
    return min((minutes for minutes in trips if minutes is not None), default=None)


def _check_row(case: Case, row: Row, modes: list[str], assigned: dict[str, str]) -> None:
    site, post = case.city.by_id("sites")[row["site"]], case.city.by_id("posts")[row["post"]]
    if site["id"] in assigned:
        case.fault("beats", row, "site", "each site once")
        return
    assigned[site["id"]] = post["id"]
    if post["id"] not in case.found.open_posts:
        case.fault("beats", row, "post", "a post that is open")
    minutes = _minutes(case, modes, post, site)
    case.figure(row, "people", site.num("people"))
    if minutes is None:
        case.fault("beats", row, "post", "a post that can reach the site")
    else:
        case.figure(row, "minutes", minutes)
        case.found.answering_minutes[site["id"]] = minutes


def _check_number(case: Case, settings: Mapping[str, str], members: dict[str, list[str]]) -> None:
    """As many posts as asked for, none with more work than the balance allows."""
    if not settings.get("posts"):
        return
    posts = int(settings["posts"])
    if len(members) != posts:
        case.book.add("beats", BEATS.file, 0, "post", f"{len(members)} posts", f"{posts} posts that answer")
    if settings.get("balance") in (None, ""):
        return
    people = {site["id"]: site.num("people") for site in case.city.rows("sites")}
    most = (1 + float(settings["balance"])) * sum(people.values()) / posts
    for post, sites in members.items():
        work = sum(people[site] for site in sites)
        if work > most + 1e-6 * max(1.0, most):
            case.book.add("beats", BEATS.file, 0, "people", f"{post}: {work:.12g}", f"at most {most:.12g}")


def _check_contiguous(case: Case, members: dict[str, list[str]]) -> None:
    """The sites of a post hang together through neighbours among themselves."""
    beside: dict[str, set[str]] = {}
    for row in case.city.rows("neighbours"):
        beside.setdefault(row["site"], set()).add(row["neighbour"])
        beside.setdefault(row["neighbour"], set()).add(row["site"])
    for post, sites in members.items():
        here, reached, queue = set(sites), {sites[0]}, [sites[0]]
        while queue:
            fresh = (beside.get(queue.pop(), set()) & here) - reached
            reached |= fresh
            queue.extend(fresh)
        if reached != here:
            apart = ", ".join(sorted(here - reached)[:3])
            case.book.add("beats", BEATS.file, 0, "site", f"{post}: {apart} apart", "sites that hang together")


def _answer_from_nearest(case: Case) -> None:
    """Only when response time is minimised: minutes from the nearest open post, by the fastest mode."""
    objective = case.options.objective or case.city.settings["objective"]
    if objective != "response_time" and "response_time" not in list(objective):
        return
    posts = [case.city.by_id("posts")[post] for post in case.found.open_posts]
    for site in case.city.rows("sites"):
        trips = [_minutes(case, case.trips.modes, post, site) for post in posts]
        nearest = min((minutes for minutes in trips if minutes is not None), default=None)
        if nearest is not None:
            case.found.answering_minutes[site["id"]] = nearest


SECTION = Section(
    "beats",
    check,
    tables=(BEATS,),
    rules={
        "beats": "Every site is answered by one open post that reaches it, in the number, balance and shape asked for."
    },
)
