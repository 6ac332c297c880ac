"""Hours of pools: no more than there are, and of those lent no more than the link's share."""

from __future__ import annotations

from allocopt.checker.case import Case, Expected
from allocopt.checker.figures import within
from allocopt.checker.section import Section
from allocopt.checker.tables import outcomes

PEOPLE = outcomes("people", "pool period available_hours# used_hours#", 2)


def check(case: Case) -> None:
    """Compare hours used with hours available, over visits, referrals and crews."""
    expected: dict[tuple[str, ...], dict[str, Expected]] = {}
    for pool in case.city.rows("pools"):
        available = pool.num("headcount") * pool.num("hours")
        for t, period in enumerate(case.calendar.periods):
            used = case.found.worked.get((pool["id"], t), 0.0)
            if not within(used, available):
                where = f"{pool['id']} in {period}: {used:.12g}"
                case.book.add("hours", PEOPLE.file, 0, "used_hours", where, f"at most {available:.12g} hours")
            if available > 0:
                expected[pool["id"], period] = {"available_hours": available, "used_hours": used}
    case.outcome(PEOPLE, expected)
    for (link, pool_id, t), hours in case.found.worked_via.items():
        pool = case.city.by_id("pools")[pool_id]
        most = case.city.by_id("links")[link].num("share") * pool.num("headcount") * pool.num("hours")
        if not within(hours, most):
            where = f"{pool_id} via {link} in {case.calendar.periods[t]}: {hours:.12g}"
            case.book.add("link-capacity", PEOPLE.file, 0, "used_hours", where, f"at most {most:.12g} hours")


SECTION = Section(
    "people",
    check,
    tables=(PEOPLE,),
    rules={
        "hours": "Visits, referrals and crews take no more hours of a pool than it has.",
        "link-capacity": "No more is lent over a link than its share of the helper's capacity.",
    },
)
