"""Cooperation: how much of what is done crosses bodies, by period, programme and quantity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from allocopt.checker.case import Case, Expected
from allocopt.checker.coverage import commitments, only_for_others, stationed
from allocopt.checker.files import Row
from allocopt.checker.inspection import answering_in
from allocopt.checker.prevention import answering_at
from allocopt.checker.section import Section
from allocopt.checker.tables import outcomes

COOPERATION = outcomes("cooperation", "period programme quantity item total# crossing#", 4)
NEGLIGIBLE = 1e-6
"""A row may be missing when its total is no larger."""

Part = tuple[tuple[str, str, str, str], float, float]
"""What it counts for, how much it is, and how much of that crosses."""


def check(case: Case) -> None:
    """Add up all that is done, and compare."""
    total: dict[tuple[str, ...], float] = defaultdict(float)
    crossing: dict[tuple[str, ...], float] = defaultdict(float)
    for parts in (_hours, _units, _crews, _presence, _goods, _measures):
        for key, amount, across in parts(case):
            total[key] += amount
            crossing[key] += across
    expected: dict[tuple[str, ...], dict[str, Expected]] = {
        key: {"total": amount, "crossing": crossing[key]} for key, amount in total.items()
    }
    case.outcome(COOPERATION, expected, may_miss={key for key, amount in total.items() if amount <= NEGLIGIBLE})


def _part(row: Row, programme: str, quantity: str, amount: float, own: bool, item: str = "") -> Part:
    """A row's amount; it crosses over a link, or when the body does not act on its own account."""
    across = amount if row["via"] or not own else 0.0
    return (row["period"], programme, quantity, item), amount, across


def _body(case: Case, table: str, row: Row, column: str) -> str:
    return case.city.by_id(table)[row[column]]["body"]


def _hours(case: Case) -> Iterator[Part]:
    """Visits and referrals."""
    for row, hours in case.found.inspected.items():
        body = _body(case, "pools", row, "pool")
        if "site" in row.cells:
            own = body in case.effects.answering("kind", row["kind"], row["site"])
        else:
            sites = [site for site in case.city.rows("sites") if site["area"] == row["area"]]
            own = any(body in group for group in answering_in(case, row["kind"], sites))
        yield _part(row, "inspection", "hours", hours, own)


def _units(case: Case) -> Iterator[Part]:
    """Units on duty: those committed over links, and all at a post from which a coalition serves others alone."""
    lent, stations = commitments(case, case.deeds), stationed(case, case.deeds)
    places = {(unit, post) for unit, post, _, _ in stations} if case.rights.coalition else set()
    for_others = {place for place in places if only_for_others(case, *place)}
    for (unit, post, t, j), units in stations.items():
        across = min(units, sum(lent.get((unit, post, t, j), {}).values()))
        if (unit, post) in for_others:
            across = units
        duty = case.calendar.duty(t, j)
        yield (case.calendar.periods[t], "patrol", "unit_hours", ""), units * duty, across * duty


def _crews(case: Case) -> Iterator[Part]:
    for row in case.deeds.rows("crews"):
        hours = row.num("people") * case.calendar.duty(case.t(row), case.calendar.shift_number[row["shift"]])
        own = _body(case, "pools", row, "pool") == _body(case, "units", row, "unit")
        yield _part(row, "patrol", "crew_hours", hours, own)


def _presence(case: Case) -> Iterator[Part]:
    for row in case.deeds.rows("presence"):
        own = _body(case, "units", row, "unit") in case.effects.answering("unit", row["unit"], row["site"])
        yield _part(row, "patrol", "presence_hours", row.num("hours"), own)


def _goods(case: Case) -> Iterator[Part]:
    """What is expected to reach sites, and other depots."""
    for row in case.deeds.rows("shipments"):
        amount = case.city.by_id("scenarios")[row["scenario"]].num("probability") * row.num("amount")
        sender, commodity = _body(case, "depots", row, "from_depot"), row["commodity"]
        if row["to_site"]:
            hazard = case.city.by_id("commodities")[commodity]["hazard"]
            own = sender == case.risks.lead(row["to_site"], hazard)
            yield _part(row, "supply", "goods", amount, own, commodity)
        elif row["to_depot"]:
            own = sender == _body(case, "depots", row, "to_depot")
            yield _part(row, "supply", "goods_moved", amount, own, commodity)


def _measures(case: Case) -> Iterator[Part]:
    for row in case.deeds.rows("measures"):
        own = _body(case, "measures", row, "measure") in answering_at(case, row["measure"], row["site"])
        yield _part(row, "prevention", "measures", 1.0, own)


SECTION = Section("cooperation", check, tables=(COOPERATION,))
