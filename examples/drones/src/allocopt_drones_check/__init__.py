"""The checker part of drones: flights recomputed from the plan's table, apart from the formulation."""

from __future__ import annotations

from collections import defaultdict

from allocopt.checker.case import Case
from allocopt.checker.deeds import Deeds
from allocopt.checker.efforts import Efforts
from allocopt.checker.figures import reaches, within
from allocopt.checker.files import Row
from allocopt.checker.findings import Item, Lent
from allocopt.checker.geodesy import haversine, plane
from allocopt.checker.risks import weight
from allocopt.checker.section import Section
from allocopt.checker.tables import decisions

PROGRAMME = "drones"
FLIGHTS = decisions("flights", "drone:drones site:sites period:periods via:links? | flights! | hours cost_cny")


def check(case: Case) -> None:
    """Every flight, then how many there are of each drone."""
    in_period: dict[tuple[str, str], float] = defaultdict(float)
    to_site: dict[tuple[str, str, str], float] = defaultdict(float)
    lent: dict[tuple[str, str, str], float] = defaultdict(float)
    last: dict[str, Row] = {}
    for row in case.deeds.rows("flights"):
        _check_row(case, row)
        n, last[row["drone"]] = row.num("flights"), row
        in_period[row["drone"], row["period"]] += n
        to_site[row["drone"], row["period"], row["site"]] += n
        lent[row["drone"], row["period"], row["via"]] += n if row["via"] else 0.0
    drones, links = case.city.by_id("drones"), case.city.by_id("links")
    for (name, period), n in in_period.items():
        case.keeps("flights", last[name], "flights", n, drones[name].num("most_period"), f"flights in {period}")
    for (name, period, site), n in to_site.items():
        case.keeps("flights", last[name], "flights", n, drones[name].num("most_site"), f"flights to {site} in {period}")
    for (name, period, link), n in lent.items():
        most = links[link].num("share") * drones[name].num("most_period") if link else n
        if not within(n, most):
            case.fault("link-capacity", last[name], "flights", f"at most {most:.12g} under {link} in {period}", n)


def _check_row(case: Case, row: Row) -> None:
    """Whether the flight may be made, and what it takes."""
    drone, site = case.city.by_id("drones")[row["drone"]], case.city.by_id("sites")[row["site"]]
    if not reaches(_metres(case, drone, site), drone.num("range_m")):
        case.fault("allowed", row, "site", f"a site within {drone['range_m']} m of the pad of {drone['id']}")
    touched = _shares(case, drone["id"]).keys() & case.risks.hazards_at.get(site["id"], set())
    answering = frozenset(case.risks.lead(site["id"], hazard) for hazard in touched)
    if not answering:
        case.fault("allowed", row, "site", f"a site with something that {drone['id']} avert")
    elif found := case.rights.objection(drone["body"], answering, PROGRAMME, site["area"], row["via"], case.t(row)):
        case.fault("allowed", row, "via", found)
    pool = case.city.by_id("pools")[drone["pool"]]
    for needed in (drone, pool):
        if not case.deeds.works(needed["mechanism"], case.t(row)):
            expected = f"the mechanism {needed['mechanism']} of {needed['id']} to work in {row['period']}"
            case.fault("allowed", row, "drone", expected)
    hours, cost = row.exact("flights") * drone.exact("hours"), row.exact("flights") * drone.exact("cost_cny")
    case.figure(row, "hours", hours)
    case.figure(row, "cost_cny", cost)
    case.found.book(Item(drone["body"], site["area"], PROGRAMME, drone["category"], row["period"], ""), cost, drone)
    case.found.worked[drone["pool"], case.t(row)] += float(hours)
    if row["via"]:
        case.found.lent[Lent(row["via"], row["period"], "")] += row.num("flights")


def effort(case: Case, deeds: Deeds, anyone: bool, efforts: Efforts) -> None:
    """What flights take away from the period in which they are made."""
    for row in deeds.rows("flights"):
        for hazard, share in _shares(case, row["drone"]).items():
            efforts.add(row["site"], hazard, case.t(row), weight(share) * row.num("flights"))


def _shares(case: Case, drone: str) -> dict[str, float]:
    return {row["hazard"]: row.num("share") for row in case.city.rows("drone_effects") if row["drone"] == drone}


def _metres(case: Case, pad: Row, site: Row) -> float:
    """The straight line between two places: in a plane where both have x and y, else on a sphere."""
    for columns, is_plane in ((("x", "y"), True), (("lon", "lat"), False)):
        a, b = ([place.opt(column) for column in columns] for place in (pad, site))
        start, end = [x for x in a if x is not None], [x for x in b if x is not None]
        if len(start) == len(end) == 2:
            one, other = (start[0], start[1]), (end[0], end[1])
            return plane(one, other) if is_plane else haversine(one, other, case.city.number("travel", "radius_m"))
    return float("inf")


SECTION = Section(
    PROGRAMME,
    check,
    tables=(FLIGHTS,),
    rules={"flights": "Drones make no more flights than they can, in a period and to a site."},
    effort=effort,
    shapes={
        "drones": "id | name body pool range_m# hours# cost_cny# most_period# most_site# mechanism category=flights "
        "lon#? lat#? x#? y#? node source",
        "drone_effects": "drone hazard | share# source",
    },
)
