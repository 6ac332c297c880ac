"""Patrol: units at posts, visible patrol, and what both do against hazards."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from math import inf, log

from allocopt.checker.case import Case
from allocopt.checker.coverage import Stations, commitments, responding, served, stationed
from allocopt.checker.crews import CREWS, check_crews
from allocopt.checker.deeds import Deeds
from allocopt.checker.efforts import Efforts
from allocopt.checker.files import Row
from allocopt.checker.findings import Item, Lent
from allocopt.checker.risks import weight
from allocopt.checker.section import Section
from allocopt.checker.tables import decisions

PROGRAMME = "patrol"
Slot = tuple[str, int, int]
"""Unit, period, shift."""
PATROLS = decisions("patrols", "unit:units post:posts period:periods shift:shifts via:links? | units! | hours cost_cny")
PRESENCE = decisions("presence", "unit:units site:sites period:periods shift:shifts via:links? | hours | duty_share")
POSTS = decisions("posts", "post:posts | opened! | cost_cny")


def check(case: Case) -> None:
    """Posts first, then the units at them, their visible patrol and their crews."""
    _check_posts(case)
    for row in case.deeds.rows("patrols"):
        _check_patrol(case, row)
    stations = stationed(case, case.deeds)
    _check_stations(case, stations)
    _check_commitments(case, stations)
    _check_presence(case, stations)
    check_crews(case, stations)
    case.found.responding = responding(case, case.deeds, anyone=False)


def _check_posts(case: Case) -> None:
    posts = case.city.by_id("posts")
    case.found.open_posts = {post for post, row in posts.items() if row.yes("open")}
    first = case.calendar.periods[0]
    for row in case.deeds.rows("posts"):
        post = posts[row["post"]]
        if post.yes("open") or row.num("opened") != 1:
            case.fault("once", row, "opened", "a post opened once, and only if it is not open already")
        case.found.open_posts.add(post["id"])
        cost = post.exact("open_cost_cny")
        case.figure(row, "cost_cny", cost)
        case.found.book(Item(post["body"], post["area"], PROGRAMME, "capital", first, ""), cost, post)


def _duty(case: Case, row: Row) -> float:
    return case.calendar.duty(case.t(row), case.calendar.shift_number[row["shift"]])


def _check_patrol(case: Case, row: Row) -> None:
    """Units at a post, or how many of them are committed over a link."""
    unit, post = case.city.by_id("units")[row["unit"]], case.city.by_id("posts")[row["post"]]
    hours = row.num("units") * _duty(case, row)
    case.figure(row, "hours", hours)
    if row["via"]:
        link = case.city.by_id("links")[row["via"]]
        if not case.rights.serves(row["via"], unit["body"], (link["helped"],), PROGRAMME, link["area"], case.t(row)):
            case.fault("allowed", row, "via", f"a patrol link of {unit['body']} that works in this regime")
        case.figure(row, "cost_cny", 0.0)
        case.found.lent[Lent(row["via"], row["period"], "")] += hours
        return
    if not case.deeds.works(unit["mechanism"], case.t(row)):
        case.fault("allowed", row, "unit", f"the mechanism {unit['mechanism']} to work in {row['period']}")
    if post["id"] not in case.found.open_posts:
        case.fault("post", row, "post", "a post that is open")
    cost = Decimal(hours) * unit.exact("cost_cny_hour")
    case.figure(row, "cost_cny", cost)
    case.found.book(Item(unit["body"], post["area"], PROGRAMME, unit["category"], row["period"], ""), cost, unit)


def _check_stations(case: Case, stations: Stations) -> None:
    """Crews on the payroll, vehicles, and room at posts."""
    payroll: dict[tuple[str, int], float] = defaultdict(float)
    driving: dict[tuple[str, int, int], int] = defaultdict(int)
    standing: dict[tuple[str, int, int], int] = defaultdict(int)
    for (unit, post, t, j), units in stations.items():
        payroll[unit, t] += case.city.by_id("units")[unit].num("relief") * units
        driving[unit, t, j] += units
        standing[post, t, j] += units
    for (unit, t), crews in payroll.items():
        _limit(case, "relief", unit, (t,), crews, case.city.by_id("units")[unit].opt("count"))
    for (unit, t, j), units in driving.items():
        _limit(case, "vehicles", unit, (t, j), units, case.city.by_id("units")[unit].opt("vehicles"))
    for (post, t, j), units in standing.items():
        _limit(case, "post", post, (t, j), units, case.city.by_id("posts")[post].opt("units"))


def _limit(case: Case, rule: str, of: str, when: tuple[int, ...], value: float, limit: float | None) -> None:
    if limit is not None and value > limit * (1 + 1e-9):
        names = [case.calendar.periods[when[0]], *(case.calendar.shifts[j].id for j in when[1:])]
        case.book.add(
            rule, PATROLS.file, 0, "units", f"{value:.12g}", f"{of} in {'/'.join(names)}: at most {limit:.12g}"
        )


def _check_commitments(case: Case, stations: Stations) -> None:
    """Units are committed over a link where they serve, no more than stand there, nor than its share of the payroll."""
    lent: dict[tuple[str, str, int], float] = defaultdict(float)
    serving: dict[tuple[str, str], set[str]] = {}
    for (unit, post, t, j), links in commitments(case, case.deeds).items():
        if (unit, post) not in serving:
            serving[unit, post] = served(case, unit, post)
        here = stations.get((unit, post, t, j), 0)
        for link, units in links.items():
            where = "/".join((unit, post, case.calendar.periods[t], case.calendar.shifts[j].id, link))
            if units > here:
                case.book.add("commit", PATROLS.file, 0, "units", f"{where}: {units}", f"at most {here}")
            if link not in serving[unit, post]:
                case.book.add("commit", PATROLS.file, 0, "via", where, "a link that has a site to serve from there")
            lent[link, unit, t] += units * case.city.by_id("units")[unit].num("relief")
    for (link, unit, t), crews in lent.items():
        limit = case.city.by_id("links")[link].num("share") * case.city.by_id("units")[unit].num("count")
        _limit(case, "link-capacity", f"{unit} via {link}", (t,), crews, limit)


def _check_presence(case: Case, stations: Stations) -> None:
    """Every hour of visible patrol, and that a unit has the time for all of them."""
    spent: dict[Slot, float] = defaultdict(float)
    lent: dict[Slot, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    first: dict[Slot, Row] = {}
    for row in case.deeds.rows("presence"):
        _check_patrolled(case, row)
        hours, duty = row.num("hours"), _duty(case, row)
        if duty > 0:
            case.figure(row, "duty_share", hours / duty)
        slot = (row["unit"], case.t(row), case.calendar.shift_number[row["shift"]])
        spent[slot] += hours
        case.found.presence[row["site"], slot[1]] += hours
        if row["via"]:
            lent[slot][row["via"]] += hours
            case.found.lent[Lent(row["via"], row["period"], "")] += hours
        first.setdefault(slot, row)
    for slot, row in first.items():
        free = _free_hours(case, slot, stations)
        case.keeps("presence", row, "hours", spent[slot], free, "hours free for visible patrol")
        for link, used in lent[slot].items():
            share = case.city.by_id("links")[link].num("share")
            case.keeps("link-capacity", row, "hours", used, share * free, f"hours via {link}")


def _free_hours(case: Case, slot: Slot, stations: Stations) -> float:
    """Hours of a unit's duty in a shift that are free for visible patrol."""
    unit, t, j = slot
    on_duty = sum(units for (u, _, *when), units in stations.items() if (u, *when) == slot)
    return case.city.by_id("units")[unit].num("patrol_share") * case.calendar.duty(t, j) * on_duty


def _check_patrolled(case: Case, row: Row) -> None:
    """Whether a unit may show itself at a site, and can get there from some post."""
    unit, site = case.city.by_id("units")[row["unit"]], case.city.by_id("sites")[row["site"]]
    answering = case.effects.answering("unit", unit["id"], site["id"])
    if not answering:
        case.fault("allowed", row, "site", f"a site with a hazard that {unit['id']} averts by being there")
    else:
        found = case.rights.objection(unit["body"], answering, PROGRAMME, site["area"], row["via"], case.t(row))
        if found is not None:
            case.fault("allowed", row, "via", found)
    if not case.deeds.works(unit["mechanism"], case.t(row)):
        case.fault("allowed", row, "unit", f"the mechanism {unit['mechanism']} to work in {row['period']}")
    posts = case.city.rows("posts")
    if all(case.trips.trip(unit["mode"], post, site) is None for post in posts):
        case.fault("allowed", row, "site", f"a site that {unit['id']} can reach from a post")


def effort(case: Case, deeds: Deeds, anyone: bool, efforts: Efforts) -> None:
    """What units that can come, and units that show themselves, take away."""
    units = responding(case, deeds, anyone) if anyone else case.found.responding
    for (response, site, t, j), number in units.items():
        busy = case.city.by_id("classes")[response].num("busy")
        nobody = busy**number if number else 1.0
        for hazard, share in case.effects.shares("class", response).items():
            left = (1 - share) + share * nobody
            efforts.add(site, hazard, t, -log(left) if left > 0 else inf, j)
    for row in deeds.rows("presence"):
        j = case.calendar.shift_number[row["shift"]]
        for hazard, share in case.effects.shares("unit", row["unit"]).items():
            efforts.add(row["site"], hazard, case.t(row), weight(share) * row.num("hours"), j)


SECTION = Section(
    PROGRAMME,
    check,
    tables=(PATROLS, PRESENCE, CREWS, POSTS),
    rules={
        "relief": "Units on duty, with their relief, are no more than the crews on the payroll.",
        "vehicles": "Units on duty in a shift are no more than the vehicles.",
        "post": "Units stand only at posts that are open and have room.",
        "commit": "Units are committed over a link only where they can serve it, and no more than stand at the post.",
        "presence": "Visible patrol fits into the share of duty time that is free for it.",
    },
    effort=effort,
)
