"""Supply: depots and their stock, then, scenario by scenario, orders, transfers and shipments, and unmet need."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from math import exp

from allocopt.checker.case import Case, Expected
from allocopt.checker.figures import difference, reaches
from allocopt.checker.files import Row
from allocopt.checker.findings import Item, Lent, Need
from allocopt.checker.risks import weight
from allocopt.checker.section import Section
from allocopt.checker.store import check_known_from, check_stores, supplier_of
from allocopt.checker.tables import decisions, outcomes

PROGRAMME = "supply"
DEPOTS = decisions("depots", "depot:depots | opened! | cost_cny")
STOCK = decisions("stock", "depot:depots commodity:commodities | initial bought | volume_m3 cost_cny")
ORDERS = decisions("orders", "scenario:scenarios supplier:suppliers period:periods | amount | volume_m3 cost_cny")
SHIPMENTS = decisions(
    "shipments",
    "scenario:scenarios period:periods from_depot:depots to_depot:depots? to_site:sites? "
    "commodity:commodities via:links? | amount | volume_m3 km cost_cny",
)
NEEDS = outcomes("needs", "scenario site commodity period need# need_after# shipped# unmet# penalty_cny#", 4)


def check(case: Case) -> None:
    """The first stage, then every scenario."""
    _check_depots(case)
    _check_stock(case)
    for row in case.deeds.rows("orders"):
        _check_order(case, row)
    closed = {row.key(("scenario", "depot", "site")) for row in case.city.rows("closures") if not row["street"]}
    for row in case.deeds.rows("shipments"):
        if bool(row["to_depot"]) == bool(row["to_site"]):
            case.fault("table", row, "to_site", "either a depot or a site")
        else:
            _check_shipment(case, row, closed)
    check_stores(case)
    check_known_from(case)
    case.found.needs = needs_found(case)
    _check_needs(case)


def _check_depots(case: Case) -> None:
    depots = case.city.by_id("depots")
    case.found.open_depots = {depot for depot, row in depots.items() if row.yes("open")}
    for row in case.deeds.rows("depots"):
        depot = depots[row["depot"]]
        if depot.yes("open") or row.num("opened") != 1:
            case.fault("once", row, "opened", "a depot opened once, and only if it is not open already")
        case.found.open_depots.add(depot["id"])
        cost = depot.exact("open_cost_cny")
        case.figure(row, "cost_cny", cost)
        first = case.calendar.periods[0]
        case.found.book(Item(depot["body"], depot["area"], PROGRAMME, "capital", first, ""), cost, depot)


def _check_stock(case: Case) -> None:
    """Stock bought ahead: in open depots, within `most` and the room, what was there already included."""
    held = {row.key(("depot", "commodity")): row for row in case.city.rows("stocks")}
    room: dict[str, float] = defaultdict(float)
    last: dict[str, Row] = {}
    stocked = set()
    for row in case.deeds.rows("stock"):
        depot, commodity = case.city.by_id("depots")[row["depot"]], case.city.by_id("commodities")[row["commodity"]]
        there = held.get((depot["id"], commodity["id"]))
        stocked.add((depot["id"], commodity["id"]))
        initial, bought = row.num("initial"), row.num("bought")
        case.figure(row, "initial", there.num("initial") if there else 0.0)
        if depot["id"] not in case.found.open_depots:
            case.fault("depot", row, "depot", "a depot that is open")
        most = there.opt("most") if there else None
        if most is not None:
            case.keeps("stock", row, "bought", initial + bought, most, "in stock")
        volume = commodity.num("volume_m3")
        _check_volume(case, row, volume * initial, volume * bought)
        cost = row.exact("bought") * commodity.exact("cost_cny")
        case.figure(row, "cost_cny", cost)
        first = case.calendar.periods[0]
        case.found.book(Item(depot["body"], depot["area"], PROGRAMME, "goods", first, ""), cost, commodity)
        room[depot["id"]] += volume * (initial + bought)
        last[depot["id"]] = row
    for depot_id, row in last.items():
        capacity = case.city.by_id("depots")[depot_id].num("capacity_m3")
        case.keeps("stock", row, "volume_m3", room[depot_id], capacity, f"cubic metres in {depot_id}")
    for key, there in held.items():
        if there.num("initial") > 0 and key not in stocked:
            case.book.add("stock", STOCK.file, 0, "initial", "no row", "/".join(key))


def _check_volume(case: Case, row: Row, before: float, bought: float) -> None:
    """The volume of both, and so closely that what was bought can be told from it."""
    case.figure(row, "volume_m3", before + bought)
    if bought > 0 and row.opt("volume_m3") is not None:
        more = row.num("volume_m3") - before
        if abs(more - bought) > 2e-7 * bought + 1e-14 * before:
            case.fault("derived", row, "volume_m3", before + bought)


def _check_order(case: Case, row: Row) -> None:
    """An order within its supplier's capacity, to an open depot."""
    supplier = supplier_of(case, row["supplier"], row["period"])
    if supplier is None:
        case.fault("allowed", row, "period", f"a period in which {row['supplier']} supplies")
        return
    depot = case.city.by_id("depots")[supplier["depot"]]
    commodity = case.city.by_id("commodities")[supplier["commodity"]]
    amount = row.num("amount")
    case.keeps("order", row, "amount", amount, supplier.num("capacity"), f"from {supplier['id']} in a period")
    if depot["id"] not in case.found.open_depots:
        case.fault("depot", row, "supplier", "a supplier whose depot is open")
    case.figure(row, "volume_m3", amount * commodity.num("volume_m3"))
    cost = row.exact("amount") * supplier.exact("cost_cny")
    case.figure(row, "cost_cny", cost)
    item = Item(supplier["body"], depot["area"], PROGRAMME, "goods", row["period"], row["scenario"])
    case.found.book(item, cost, supplier)


def _check_shipment(case: Case, row: Row, closed: set[tuple[str, ...]]) -> None:
    """Goods on their way to a site, or to another depot."""
    depot = case.city.by_id("depots")[row["from_depot"]]
    commodity = case.city.by_id("commodities")[row["commodity"]]
    other = row["to_depot"]
    end = case.city.by_id("depots")[other] if other else case.city.by_id("sites")[row["to_site"]]
    for column in ("from_depot", "to_depot"):
        if row[column] and row[column] not in case.found.open_depots:
            case.fault("depot", row, column, "a depot that is open")
    if row["from_depot"] == other:
        case.fault("table", row, "to_depot", "another depot")
    objection = _transfer_objection(case, row, depot, end) if other else _objection(case, row, depot, end)
    if objection:
        case.fault("allowed", row, "via", objection)
    amount, cost = row.num("amount"), Decimal(0)
    case.figure(row, "volume_m3", amount * commodity.num("volume_m3"))
    trip = case.trips.trip(commodity["mode"], depot, end, row["scenario"])
    within = commodity.opt("within_min")
    if trip is None or _is_closed(row, closed) or (within is not None and not reaches(trip.minutes, within)):
        case.fault("trip", row, "to_depot" if other else "to_site", "a trip that is open and short enough")
    if trip is not None:
        case.figure(row, "km", trip.metres / 1000)
        cost = row.exact("amount") * commodity.exact("ship_cost_cny_km") * Decimal(trip.metres / 1000)
        case.figure(row, "cost_cny", cost)
    item = Item(depot["body"], depot["area"], PROGRAMME, "transport", row["period"], row["scenario"])
    case.found.book(item, cost, commodity)
    if row["via"]:
        case.found.lent[Lent(row["via"], row["period"], row["scenario"])] += amount


def _is_closed(row: Row, closed: set[tuple[str, ...]]) -> bool:
    scenario, start, site = row["scenario"], row["from_depot"], row["to_site"]
    ways = [(scenario, start, ""), (scenario, row["to_depot"] or "-", "")]
    if site:
        ways += [(scenario, "", site), (scenario, start, site)]
    return any(way in closed for way in ways)


def _objection(case: Case, row: Row, depot: Row, site: Row) -> str | None:
    """Why a depot's body may not supply a site, or None."""
    hazard = case.city.by_id("commodities")[row["commodity"]]["hazard"]
    answering = frozenset({case.risks.lead(site["id"], hazard)})
    return case.rights.objection(depot["body"], answering, PROGRAMME, site["area"], row["via"], case.t(row))


def _transfer_objection(case: Case, row: Row, depot: Row, other: Row) -> str | None:
    """Why goods may not go from one depot to another, or None."""
    together = case.rights.together(depot["body"], other["body"])
    if together and (depot["body"] == other["body"] or not case.rights.charges(row["via"])):
        return "no link: the bodies share their goods anyway" if row["via"] else None
    helped = (other["body"],)
    if row["via"] and case.rights.serves(row["via"], depot["body"], helped, PROGRAMME, other["area"], case.t(row)):
        return None
    return f"a supply link from {depot['body']} to {other['body']} that holds there and works"


def needs_found(case: Case) -> list[Need]:
    """Every need: what measures leave of it, what reaches the site, what is missing."""
    found: list[Need] = []
    shipped: dict[tuple[str, ...], float] = defaultdict(float)
    for row in case.deeds.rows("shipments"):
        if row["to_site"]:
            shipped[row.key(("scenario", "to_site", "commodity", "period"))] += row.num("amount")
    effects: dict[str, list[tuple[str, int]]] = {}
    for row in case.deeds.rows("measures"):
        works = case.t(row) + case.city.by_id("measures")[row["measure"]].whole("lead")
        effects.setdefault(row["site"], []).append((row["measure"], works))
    for row in case.city.rows("needs"):
        key = (row["scenario"], row["site"], row["commodity"], row["period"])
        effort = sum(
            weight(effect.share)
            for measure, works in effects.get(row["site"], ())
            if case.t(row) >= works
            for effect in case.effects.needs(measure)
            if effect.commodity == row["commodity"] and effect.scenario in ("", row["scenario"])
        )
        price = row.opt("penalty_cny")
        if price is None:
            price = case.city.by_id("commodities")[row["commodity"]].num("penalty_cny")
        amount = row.num("amount")
        found.append(Need(*key, amount, amount * exp(-effort), shipped.get(key, 0.0), price))
    return found


def _check_needs(case: Case) -> None:
    """Compare the table of needs; what is missing is the difference of the row's own figures."""
    needs: dict[tuple[str, ...], Need] = {n[:4]: n for n in case.found.needs if n.amount > 0}
    expected: dict[tuple[str, ...], dict[str, Expected]] = {
        key: {"need": need.amount, "need_after": need.after, "shipped": need.shipped} for key, need in needs.items()
    }
    for row in case.outcome(NEEDS, expected):
        after, shipped = row.opt("need_after"), row.opt("shipped")
        if after is None or shipped is None:
            continue
        missing = difference(after, shipped)
        case.figure(row, "unmet", missing._replace(value=max(0.0, missing.value)), "outcome")
        unmet = row.opt("unmet")
        if unmet is not None:
            case.figure(row, "penalty_cny", needs[row.key(NEEDS.key)].penalty * unmet, "outcome")


SECTION = Section(
    PROGRAMME,
    check,
    tables=(DEPOTS, STOCK, ORDERS, SHIPMENTS, NEEDS),
    rules={
        "depot": "Goods are only in, from and to depots that are open.",
        "stock": "Stock is what was there and what was bought, within the most allowed and the room.",
        "order": "An order is within its supplier's capacity.",
        "trip": "Goods travel only where the way is open in the scenario and short enough.",
        "balance": "What leaves a depot was there: it survived, arrived, and was not past its shelf life.",
        "known": "Before two scenarios can be told apart, the same is done in both.",
    },
)
