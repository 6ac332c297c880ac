"""Prevention: one-off measures at sites, and the mechanisms that unlock what is not possible without them."""

from __future__ import annotations

from decimal import Decimal

from allocopt.checker.case import Case
from allocopt.checker.deeds import Deeds
from allocopt.checker.efforts import Efforts
from allocopt.checker.files import Row
from allocopt.checker.findings import Item, Lent
from allocopt.checker.risks import weight
from allocopt.checker.section import Section
from allocopt.checker.tables import decisions

PROGRAMME = "prevention"
MEASURES = decisions("measures", "measure:measures site:sites period:periods via:links? | | cost_cny horizon_share")
MECHANISMS = decisions("mechanisms", "mechanism:mechanisms period:periods | | cost_cny horizon_share")


def check(case: Case) -> None:
    """Every measure, started once at a site."""
    for row in case.deeds.rows("measures"):
        key = (row["measure"], row["site"])
        if key in case.found.adopted:
            case.fault("once", row, "measure", "a measure started once at a site")
            continue
        case.found.adopted[key] = case.t(row)
        _check_measure(case, row)


def _check_measure(case: Case, row: Row) -> None:
    """Whether a measure suits the site and its body may act there, and what it costs."""
    measure, site = case.city.by_id("measures")[row["measure"]], case.city.by_id("sites")[row["site"]]
    types = measure.ids("site_types")
    if types and site["type"] not in types:
        case.fault("allowed", row, "site", f"a site of type {' or '.join(types)}", site["type"] or "no type")
    answering = answering_at(case, measure["id"], site["id"])
    if not answering:
        case.fault("allowed", row, "site", f"a site with something that {measure['id']} averts")
    else:
        found = case.rights.objection(measure["body"], answering, PROGRAMME, site["area"], row["via"], case.t(row))
        if found is not None:
            case.fault("allowed", row, "via", found)
    if not case.deeds.works(measure["mechanism"], case.t(row)):
        case.fault("allowed", row, "measure", f"the mechanism {measure['mechanism']} to work in {row['period']}")
    cost = measure.exact("cost_cny") + measure.exact("cost_cny_person") * site.exact("people")
    share = case.calendar.life_share(case.t(row), measure.num("life_years"))
    case.figure(row, "cost_cny", cost)
    case.figure(row, "horizon_share", share)
    item = Item(measure["body"], site["area"], PROGRAMME, measure["category"], row["period"], "")
    case.found.book(item, cost, measure, share)
    if row["via"]:
        case.found.lent[Lent(row["via"], row["period"], "")] += 1


def answering_at(case: Case, measure: str, site: str) -> frozenset[str]:
    """Who answers for what a measure averts at a site: hazards it touches, needs it lowers."""
    bodies = set(case.effects.answering("measure", measure, site))
    effects = [effect for effect in case.effects.needs(measure) if effect.share > 0]
    for need in case.city.rows("needs") if effects else ():
        if need["site"] == site and any(
            effect.commodity == need["commodity"] and effect.scenario in ("", need["scenario"]) for effect in effects
        ):
            bodies.add(case.risks.lead(site, case.city.by_id("commodities")[need["commodity"]]["hazard"]))
    return frozenset(bodies)


def effort(case: Case, deeds: Deeds, anyone: bool, efforts: Efforts) -> None:
    """What measures take away from the period on in which they work."""
    for row in deeds.rows("measures"):
        start = case.t(row) + case.city.by_id("measures")[row["measure"]].whole("lead")
        for hazard, share in case.effects.shares("measure", row["measure"]).items():
            for t in range(start, len(case.calendar.periods)):
                efforts.add(row["site"], hazard, t, weight(share))


def check_mechanisms(case: Case) -> None:
    """Every mechanism, started once and paid by all its payers."""
    started = set()
    payers = case.city.rows("mechanism_costs")
    for row in case.deeds.rows("mechanisms"):
        mechanism = case.city.by_id("mechanisms")[row["mechanism"]]
        if mechanism["id"] in started:
            case.fault("once", row, "mechanism", "a mechanism started once")
            continue
        started.add(mechanism["id"])
        share = case.calendar.life_share(case.t(row), mechanism.num("life_years"))
        total = Decimal(0)
        for payer in payers:
            if payer["mechanism"] == mechanism["id"]:
                cost = payer.exact("cost_cny")
                total += cost
                item = Item(payer["body"], "", "mechanisms", payer["category"], row["period"], "")
                case.found.book(item, cost, payer, share)
        case.figure(row, "cost_cny", total)
        case.figure(row, "horizon_share", share)


SECTION = Section(
    PROGRAMME,
    check,
    tables=(MEASURES,),
    rules={"once": "A measure, a mechanism, a post or a depot is started or opened once at most."},
    effort=effort,
)
MECHANISM_SECTION = Section("mechanisms", check_mechanisms, tables=(MECHANISMS,))
