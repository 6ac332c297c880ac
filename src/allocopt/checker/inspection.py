"""Inspection: visits, the referrals that follow them, and what visits do against hazards."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from allocopt.checker.case import Case
from allocopt.checker.deeds import Deeds
from allocopt.checker.efforts import Efforts
from allocopt.checker.figures import FEASIBLE
from allocopt.checker.files import Row
from allocopt.checker.findings import Item
from allocopt.checker.risks import weight
from allocopt.checker.section import Section
from allocopt.checker.tables import decisions

PROGRAMME = "inspection"
NEGLIGIBLE_KEPT = 1e-6
"""A share of an effort kept for later that is below this counts as nothing."""
_LINE = "{} period:periods role: pool:pools via:links? | visits{} | hours labour_cny materials_cny"
VISITS = decisions("visits", _LINE.format("kind:kinds site:sites", "!"))
REFERRALS = decisions("referrals", _LINE.format("kind:kinds area:", ""))


def check(case: Case) -> None:
    """Check every visit and referral by itself, then whether crews and referrals are complete."""
    for row in case.deeds.rows("visits"):
        if _has_role(case, row):
            _check_visit(case, row)
    _check_visits_complete(case)
    for row in case.deeds.rows("referrals"):
        if _has_role(case, row):
            _check_referral(case, row)
    _check_referrals_due(case)


def _has_role(case: Case, row: Row) -> bool:
    if row["role"] in case.crews.get(row["kind"], {}):
        return True
    case.fault("crew", row, "role", f"a role of {row['kind']}")
    return False


def _check_visit(case: Case, row: Row) -> None:
    """Whether this visit is allowed, and what it takes."""
    kind, site = case.city.by_id("kinds")[row["kind"]], case.city.by_id("sites")[row["site"]]
    pool = case.city.by_id("pools")[row["pool"]]
    types = kind.ids("site_types")
    if types and site["type"] not in types:
        case.fault("allowed", row, "site", f"a site of type {' or '.join(types)}", site["type"] or "no type")
    answering = case.effects.answering("kind", kind["id"], site["id"])
    if not answering:
        case.fault("allowed", row, "site", f"a site with a hazard that {kind['id']} averts")
    else:
        _check_acts(case, row, pool["body"], [answering], site["area"])
    _check_fit(case, row, kind, pool, site["area"])
    minutes = case.trips.minutes(pool["mode"], pool, site)
    if minutes is None:
        case.fault("allowed", row, "site", f"a site that {pool['id']} can reach")
    else:
        _work(case, row, kind, minutes, site["area"])


def _check_acts(case: Case, row: Row, body: str, answering: list[frozenset[str]], area: str) -> None:
    """Whether the body may act for one of several groups of bodies that answer."""
    objections = [case.rights.objection(body, group, PROGRAMME, area, row["via"], case.t(row)) for group in answering]
    if objections and None not in objections:
        case.fault("allowed", row, "via", objections[0])


def _check_fit(case: Case, row: Row, kind: Row, pool: Row, area: str) -> None:
    """Whether the pool has the role's skill and power, and kind and pool work in the period."""
    role, t = case.crews[kind["id"]][row["role"]], case.t(row)
    if role["skill"] and role["skill"] not in pool.ids("skills"):
        case.fault("allowed", row, "pool", f"a pool with the skill {role['skill']}")
    if not case.rights.has_power(pool["body"], role["power"], area, t):
        case.fault("allowed", row, "pool", f"a body with the power {role['power']} in {area or 'the city'}")
    for column, thing in (("kind", kind), ("pool", pool)):
        if not case.deeds.works(thing["mechanism"], t):
            case.fault("allowed", row, column, f"the mechanism {thing['mechanism']} to work in {row['period']}")


def _work(case: Case, row: Row, kind: Row, minutes: float, area: str) -> None:
    """Hours, labour and materials of these visits."""
    role, pool = case.crews[kind["id"]][row["role"]], case.city.by_id("pools")[row["pool"]]
    each = role.num("hours") / pool.num("worth") + 2 * minutes / 60 / kind.num("per_day")
    hours = row.num("visits") * role.num("people") * each
    labour = Decimal(hours) * pool.exact("cost_cny_hour")
    materials = row.exact("visits") * role.exact("cost_cny")
    case.figure(row, "hours", hours)
    case.figure(row, "labour_cny", labour)
    case.figure(row, "materials_cny", materials)
    period = row["period"]
    case.found.book(Item(pool["body"], area, PROGRAMME, pool["category"], period, ""), labour, pool)
    case.found.book(Item(pool["body"], area, PROGRAMME, "materials", period, ""), materials, role)
    case.found.work(pool["id"], case.t(row), hours, row["via"], period)
    case.found.inspected[row] = hours


def _check_visits_complete(case: Case) -> None:
    """Every role of a kind is filled equally often at a site in a period, and not more than `most`."""
    filled: dict[tuple[str, str, str], dict[str, float]] = {}
    first: dict[tuple[str, str, str], Row] = {}
    for row in case.deeds.rows("visits"):
        key = (row["kind"], row["site"], row["period"])
        roles = filled.setdefault(key, {})
        roles[row["role"]] = roles.get(row["role"], 0.0) + row.num("visits")
        first.setdefault(key, row)
    for (kind, site, period), roles in filled.items():
        row, visits = first[kind, site, period], max(roles.values())
        for role in case.crews.get(kind, {}):
            if roles.get(role, 0.0) != visits:
                expected = f"{visits:.12g} visits with a {role}"
                case.fault("crew", row, "visits", expected, roles.get(role, 0.0))
        most = case.city.by_id("kinds")[kind].num("most")
        if visits > most:
            case.fault("allowed", row, "visits", f"at most {most:.12g} visits of {kind} here", visits)
        case.found.visits[kind, site, case.calendar.number[period]] = visits


def _check_referral(case: Case, row: Row) -> None:
    """Whether these enforcing visits are allowed, and what they take."""
    kind, pool = case.city.by_id("kinds")[row["kind"]], case.city.by_id("pools")[row["pool"]]
    sites = [site for site in case.city.rows("sites") if site["area"] == row["area"]]
    if not sites:
        case.fault("table", row, "area", "the full area path of a site")
        return
    _check_acts(case, row, pool["body"], answering_in(case, kind["id"], sites), row["area"])
    _check_fit(case, row, kind, pool, row["area"])
    trips = [case.trips.minutes(pool["mode"], pool, site) for site in sites]
    reached = [minutes for minutes in trips if minutes is not None]
    if not reached:
        case.fault("allowed", row, "pool", "a pool that can reach a site of the area")
        return
    _work(case, row, kind, sum(reached) / len(reached), row["area"])


def answering_in(case: Case, kind: str, sites: list[Row]) -> list[frozenset[str]]:
    """Who answers in an area for what an enforcing visit touches.

    A kind without effects touches what the kinds touch that refer to it: one group for each of them.
    """
    kinds = [kind]
    if not case.effects.hazards("kind", kind):
        kinds = [row["id"] for row in case.city.rows("kinds") if row["refers_to"] == kind]
    return [
        frozenset(body for site in sites for body in case.effects.answering("kind", one, site["id"])) for one in kinds
    ]


def _check_referrals_due(case: Case) -> None:
    """As many enforcing visits as suspicions call for, in each role."""
    due: dict[tuple[str, str, int], float] = defaultdict(float)
    for (kind, site, t), visits in case.found.visits.items():
        row = case.city.by_id("kinds")[kind]
        if row["refers_to"] and row.num("suspects") > 0:
            when = min(t + row.whole("lag"), case.calendar.last)
            area = case.city.by_id("sites")[site]["area"]
            due[row["refers_to"], area, when] += row.num("suspects") * visits
    done: dict[tuple[str, str, int], dict[str, float]] = {}
    for row in case.deeds.rows("referrals"):
        roles = done.setdefault((row["kind"], row["area"], case.t(row)), {})
        roles[row["role"]] = roles.get(row["role"], 0.0) + row.num("visits")
    for key in dict.fromkeys([*due, *done]):
        kind, area, t = key
        for role in case.crews.get(kind, {}):
            found = done.get(key, {}).get(role, 0.0)
            if abs(found - due.get(key, 0.0)) > FEASIBLE * max(1.0, due.get(key, 0.0)):
                where = "/".join((kind, area, case.calendar.periods[t], role))
                case.book.add("referral", REFERRALS.file, 0, where, found, due.get(key, 0.0))


def effort(case: Case, deeds: Deeds, anyone: bool, efforts: Efforts) -> None:
    """What visits take away in their period, and what is left of it in later ones."""
    for (kind, site, t), visits in _counted(case, deeds, anyone).items():
        better = case.effects.unlocked(kind)
        for hazard in case.effects.hazards("kind", kind) & case.risks.hazards_at.get(site, set()):
            share = case.effects.shares("kind", kind).get(hazard, 0.0)
            if hazard in better and deeds.works(better[hazard][0], t):
                share = better[hazard][1]
            keep = case.city.by_id("hazards")[hazard].num("keep")
            for later in range(t, len(case.calendar.periods)):
                left = keep ** (later - t)
                if left >= NEGLIGIBLE_KEPT:
                    efforts.add(site, hazard, later, weight(share) * visits * left)


def _counted(case: Case, deeds: Deeds, anyone: bool) -> dict[tuple[str, str, int], float]:
    """Visits by kind, site and period; of today's, as many as the role filled most."""
    if not anyone:
        return case.found.visits
    roles: dict[tuple[str, str, int], dict[str, float]] = {}
    for row in deeds.rows("visits"):
        of = roles.setdefault((row["kind"], row["site"], case.t(row)), {})
        of[row["role"]] = of.get(row["role"], 0.0) + row.num("visits")
    return {key: max(of.values()) for key, of in roles.items()}


SECTION = Section(
    PROGRAMME,
    check,
    tables=(VISITS, REFERRALS),
    rules={
        "crew": "A visit, or a unit on duty, has its whole crew, in the roles and ratios that were asked for.",
        "referral": "As many enforcing visits follow in the area as suspicions call for.",
    },
    effort=effort,
)
