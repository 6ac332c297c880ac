"""What depots hold as a scenario unfolds, batch by batch, oldest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from allocopt.checker.case import Case
from allocopt.checker.figures import FEASIBLE
from allocopt.checker.files import Row

Place = tuple[str, str, str]
"""Scenario, depot, commodity."""
Moves = dict[Place, dict[int, float]]
"""Amounts by period."""

_TOLD_APART = {
    "orders": ("supplier",),
    "shipments": ("from_depot", "to_depot", "to_site", "commodity", "via"),
}
"""What tells the recourse of a period apart, by table."""


def check_stores(case: Case) -> None:
    """Whether everything that leaves a depot can have been there, and how much of it may go over links."""
    came, left, lent = _arrivals(case), _moves(case, "from_depot"), _lent(case)
    moved_in = _moves(case, "to_depot")
    for place in dict.fromkeys([*came, *left, *moved_in]):
        _check_store(case, place, came.get(place, {}), moved_in.get(place, {}), left.get(place, {}))
    for (link, place), amount in lent.items():
        limit = case.city.by_id("links")[link].num("share") * sum(came.get(place, {}).values())
        if amount > limit + FEASIBLE * max(1.0, limit):
            where = "/".join((link, *place))
            case.book.add(
                "link-capacity", "shipments.csv", 0, "amount", f"{where}: {amount:.12g}", f"at most {limit:.12g}"
            )


def _arrivals(case: Case) -> Moves:
    """Stock that survived (in the first period) and orders that arrive within the horizon."""
    came: Moves = defaultdict(lambda: defaultdict(float))
    survival = {row.key(("scenario", "depot", "commodity")): row.num("share") for row in case.city.rows("survival")}
    for scenario in case.city.by_id("scenarios"):
        for row in case.deeds.rows("stock"):
            place = (scenario, row["depot"], row["commodity"])
            share = survival.get(place, survival.get((scenario, row["depot"], ""), 1.0))
            came[place][0] += share * (row.num("initial") + row.num("bought"))
    for row in case.deeds.rows("orders"):
        supplier = supplier_of(case, row["supplier"], row["period"])
        if supplier is None:
            continue
        arrival = case.t(row) + supplier.whole("lead")
        if arrival <= case.calendar.last:
            came[row["scenario"], supplier["depot"], supplier["commodity"]][arrival] += row.num("amount")
    return came


def supplier_of(case: Case, supplier: str, period: str) -> Row | None:
    """A supplier's row for a period: one that names it goes before one for all."""
    rows = [r for r in case.city.rows("suppliers") if r["id"] == supplier and r["period"] in (period, "")]
    return max(rows, key=lambda row: row["period"] != "", default=None)


def _moves(case: Case, column: str) -> Moves:
    """What leaves depots, or what comes from other depots."""
    moves: Moves = defaultdict(lambda: defaultdict(float))
    for row in case.deeds.rows("shipments"):
        if row[column]:
            moves[row["scenario"], row[column], row["commodity"]][case.t(row)] += row.num("amount")
    return moves


def _lent(case: Case) -> dict[tuple[str, Place], float]:
    lent: dict[tuple[str, Place], float] = defaultdict(float)
    for row in case.deeds.rows("shipments"):
        if row["via"]:
            lent[row["via"], (row["scenario"], row["from_depot"], row["commodity"])] += row.num("amount")
    return lent


def _check_store(
    case: Case, place: Place, came: dict[int, float], moved_in: dict[int, float], left: dict[int, float]
) -> None:
    """Let batches come in, take out what leaves (oldest first), throw away what is too old to be kept."""
    life = case.city.by_id("commodities")[place[2]].opt("shelf_life")
    batches: list[list[float]] = []
    for t, period in enumerate(case.calendar.periods):
        batches.append([t, came.get(t, 0.0) + moved_in.get(t, 0.0)])
        there = sum(amount for _, amount in batches)
        wanted = left.get(t, 0.0)
        if wanted > there + FEASIBLE * max(1.0, there):
            where = "/".join((*place, period))
            case.book.add(
                "balance", "shipments.csv", 0, "amount", f"{where}: {wanted:.12g} leave", f"at most {there:.12g}"
            )
        for batch in batches:
            taken = min(batch[1], wanted)
            batch[1] -= taken
            wanted -= taken
        if life is not None:
            batches = [batch for batch in batches if batch[0] >= t - life + 2]


def check_known_from(case: Case) -> None:
    """Before two scenarios are told apart, their orders, shipments and transfers are the same."""
    known = {
        scenario: case.calendar.number[row["known_from"]] if row["known_from"] else 0
        for scenario, row in case.city.by_id("scenarios").items()
    }
    amounts: dict[str, dict[tuple[str, ...], float]] = {scenario: {} for scenario in known}
    for table, columns in _TOLD_APART.items():
        for row in case.deeds.rows(table):
            amounts[row["scenario"]][row["period"], table, *row.key(columns)] = row.num("amount")
    for one, other in _pairs(known):
        shared = min(known[one], known[other])
        for key in dict.fromkeys([*amounts[one], *amounts[other]]):
            a, b = amounts[one].get(key, 0.0), amounts[other].get(key, 0.0)
            if case.calendar.number[key[0]] < shared and abs(a - b) > FEASIBLE * max(1.0, a, b):
                where = "/".join(part for part in key[2:] if part)
                case.book.add(
                    "known", f"{key[1]}.csv", 0, "amount", f"{where}: {a:.12g} in {one}", f"{b:.12g} as in {other}"
                )


def _pairs(known: dict[str, int]) -> Iterable[tuple[str, str]]:
    """Each scenario beside the next later known: what is shared is shared along this chain."""
    later = sorted((s for s, t in known.items() if t > 0), key=lambda s: (known[s], s))
    return pairwise(later)
