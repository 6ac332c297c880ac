"""People drawn from pools for patrol units."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from allocopt.checker.case import Case
from allocopt.checker.coverage import Stations
from allocopt.checker.files import Row
from allocopt.checker.findings import Item
from allocopt.checker.tables import decisions

CREWS = decisions(
    "crews",
    "unit:units period:periods shift:shifts role: pool:pools via:links? | people! | hours cost_cny",
)


def check_crews(case: Case, stations: Stations) -> None:
    """Everybody in a crew may be there, and every unit on duty has its whole crew."""
    people: dict[tuple[str, int, int], dict[str, float]] = {}
    for row in case.deeds.rows("crews"):
        if row["role"] not in case.crews.get(row["unit"], {}):
            case.fault("crew", row, "role", f"a role of {row['unit']}")
            continue
        _check_person(case, row)
        roles = people.setdefault((row["unit"], case.t(row), case.calendar.shift_number[row["shift"]]), {})
        roles[row["role"]] = roles.get(row["role"], 0.0) + row.num("people")
    on_duty: dict[tuple[str, int, int], int] = defaultdict(int)
    for (unit, _, t, j), units in stations.items():
        on_duty[unit, t, j] += units
    for key in dict.fromkeys([*on_duty, *people]):
        _check_whole(case, key, on_duty.get(key, 0), people.get(key, {}))


def _check_person(case: Case, row: Row) -> None:
    """Whether people of this pool may be in this role, and what they take."""
    unit, pool = case.city.by_id("units")[row["unit"]], case.city.by_id("pools")[row["pool"]]
    role, t = case.crews[unit["id"]][row["role"]], case.t(row)
    if role["skill"] and role["skill"] not in pool.ids("skills"):
        case.fault("allowed", row, "pool", f"a pool with the skill {role['skill']}")
    areas = {post["area"] for post in case.city.rows("posts") if _may_stand(case, unit, post)}
    everywhere = bool(areas) and all(case.rights.has_power(pool["body"], role["power"], a, t) for a in areas)
    if not everywhere and not case.rights.has_power(pool["body"], role["power"], "", t):
        case.fault("allowed", row, "pool", f"a body with the power {role['power']} at every post")
    if not case.deeds.works(pool["mechanism"], t):
        case.fault("allowed", row, "pool", f"the mechanism {pool['mechanism']} to work in {row['period']}")
    objection = _objection(case, row, unit, pool)
    if objection:
        case.fault("allowed", row, "via", objection)
    hours = row.num("people") * case.calendar.duty(t, case.calendar.shift_number[row["shift"]])
    cost = Decimal(hours) * pool.exact("cost_cny_hour")
    case.figure(row, "hours", hours)
    case.figure(row, "cost_cny", cost)
    case.found.book(Item(pool["body"], "", "patrol", pool["category"], row["period"], ""), cost, pool)
    case.found.work(pool["id"], t, hours, row["via"], row["period"])


def _may_stand(case: Case, unit: Row, post: Row) -> bool:
    """Whether it makes sense for a unit to stand at a post: it can get from there to some site."""
    return any(case.trips.trip(unit["mode"], post, site) is not None for site in case.city.rows("sites"))


def _objection(case: Case, row: Row, unit: Row, pool: Row) -> str:
    """Why this pool may not serve with this unit, or nothing."""
    together = case.rights.together(pool["body"], unit["body"])
    if together and (pool["body"] == unit["body"] or not case.rights.charges(row["via"])):
        return "no link: the bodies work together anyway" if row["via"] else ""
    if not row["via"]:
        return f"a pool of {unit['body']}, or a link"
    helps = case.rights.serves(row["via"], pool["body"], (unit["body"],), "patrol", "", case.t(row))
    return "" if helps else f"a patrol link to {unit['body']} that holds everywhere and works"


def _check_whole(case: Case, key: tuple[str, int, int], units: int, people: dict[str, float]) -> None:
    """The whole crew of the units on duty: its number, its fixed roles and its ratios."""
    unit, t, j = key
    where = "/".join((unit, case.calendar.periods[t], case.calendar.shifts[j].id))
    crew = case.city.by_id("units")[unit].opt("crew") or 0.0

    def wrong(found: float, expected: str) -> None:
        case.book.add("crew", CREWS.file, 0, "people", f"{where}: {found:.12g}", expected)

    if sum(people.values()) != crew * units:
        wrong(sum(people.values()), f"{crew * units:.12g} people for {units} units")
    if not crew:
        return
    for role, row in case.crews.get(unit, {}).items():
        there = people.get(role, 0.0)
        if row.num("people") > 0 and there != row.num("people") * units:
            wrong(there, f"{row.num('people') * units:.12g} in the role {role}")
        if row["ratio_to"]:
            most = (row.opt("ratio") or 0.0) * people.get(row["ratio_to"], 0.0)
            if there > most * (1 + 1e-9):
                wrong(there, f"at most {most:.12g} in the role {role}")
