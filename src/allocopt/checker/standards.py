"""Standards: the scopes of each, what is read there, and whether it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allocopt.checker.areas import area_at, area_values
from allocopt.checker.case import Case, Expected
from allocopt.checker.figures import FEASIBLE, FLOOR, difference, in_area, summed
from allocopt.checker.files import Row
from allocopt.checker.gauges import GAUGES, Reading, Scope, Seen
from allocopt.checker.section import Section
from allocopt.checker.tables import outcomes

STANDARDS = outcomes(
    "standards", "standard bound site area period shift scenario required# value# short# price_cny#", 7
)
_BOUNDS = ("at_least", "at_most")
# The standard that the settings' ceiling on the worst-off area is.
_WORST_AREA = "worst_area"
_ALWAYS_BY_SITE = ("cover",)


def check(case: Case) -> None:
    """Read every standard everywhere it holds, compare the table, and see that hard ones are kept."""
    seen = Seen(case)
    expected: dict[tuple[str, ...], dict[str, Expected]] = {}
    for standard in case.city.rows("standards"):
        gauge = GAUGES.get(standard["rule"])
        if gauge is None:
            what = "a rule that can be checked"
            case.book.add("instance", standard.file, standard.line, "rule", standard["rule"], what)
            continue
        for scope in scopes(case, standard):
            for reading in gauge(seen, standard, scope):
                expected |= _judge(case, standard, scope, reading)
    expected |= _judge_worst_area(case)
    rows = case.city.by_id("standards")
    for row in case.outcome(STANDARDS, expected):
        named = rows.get(row["standard"])
        _check_short(case, row, 0.0 if named is None else named.opt("price_cny") or 0.0)


def price_of_short(case: Case) -> float:
    """What missing soft standards costs, by what was found."""
    seen, price = Seen(case), 0.0
    for standard in case.city.rows("standards"):
        each, gauge = standard.opt("price_cny"), GAUGES.get(standard["rule"])
        if each is None or gauge is None:
            continue
        for reading in (reading for scope in scopes(case, standard) for reading in gauge(seen, standard, scope)):
            for bound in _BOUNDS:
                required = standard.opt(bound)
                price += 0.0 if required is None else each * _short(bound, required, reading.value)
    return price


def scopes(case: Case, standard: Row) -> Iterator[Scope]:
    """The parts of the city that must each keep a standard."""
    sites = [
        site
        for site in case.city.rows("sites")
        if standard["site"] in ("", site["id"])
        and standard["site_type"] in ("", site["type"])
        and in_area(site["area"], standard["area"])
    ]
    if standard["rule"] in _ALWAYS_BY_SITE or standard["per"] == "site":
        yield from (Scope(site["id"], "", (site,)) for site in sites)
    elif standard["per"] == "area":
        areas: dict[str, list[Row]] = {}
        for site in sites:
            areas.setdefault(area_at(site["area"], standard.opt("level")), []).append(site)
        yield from (Scope("", area, tuple(members)) for area, members in areas.items())
    else:
        yield Scope("", "", tuple(sites))


def _judge(case: Case, standard: Row, scope: Scope, reading: Reading) -> Mapping[tuple[str, ...], dict[str, Expected]]:
    """What the table should say of one reading, by bound; a hard standard that is missed is a violation."""
    expected: dict[tuple[str, ...], dict[str, Expected]] = {}
    for bound in _BOUNDS:
        required = standard.opt(bound)
        if required is None:
            continue
        place = (scope.site, scope.area, reading.period, reading.shift, reading.scenario)
        expected[standard["id"], bound, *place] = {
            "required": required,
            "value": summed(reading.value, reading.gross),
        }
        short = _short(bound, required, reading.value)
        price = standard.opt("price_cny")
        if price is not None:
            case.found.short_cny += short * price
        elif short > FEASIBLE * abs(required) + FLOOR:
            where = "/".join(part for part in (standard["id"], *place) if part)
            sign = "at least" if bound == "at_least" else "at most"
            found = f"{where}: {reading.value:.12g}"
            case.book.add("standard", STANDARDS.file, 0, "value", found, f"{sign} {required:.12g}")
    return expected


def _judge_worst_area(case: Case) -> Mapping[tuple[str, ...], dict[str, Expected]]:
    """The settings' ceiling on the worst-off area, which every area compared must keep."""
    at_most = case.city.settings["worst_area"]["at_most"]
    expected: dict[tuple[str, ...], dict[str, Expected]] = {}
    for area, value in area_values(case).items() if at_most else ():
        required = float(at_most)
        expected[_WORST_AREA, "at_most", "", area, "", "", ""] = {"required": required, "value": value}
        if value - required > FEASIBLE * required + FLOOR:
            where = f"{_WORST_AREA}/{area}: {value:.12g}"
            case.book.add("standard", STANDARDS.file, 0, "value", where, f"at most {required:.12g}")
    return expected


def _short(bound: str, required: float, value: float) -> float:
    return max(0.0, required - value if bound == "at_least" else value - required)


def _check_short(case: Case, row: Row, price: float) -> None:
    """How far it is missed follows from the row's own figures."""
    required, value = row.opt("required"), row.opt("value")
    if required is None or value is None:
        return
    missed = difference(required, value) if row["bound"] == "at_least" else difference(value, required)
    case.figure(row, "short", missed._replace(value=max(0.0, missed.value)), "outcome")
    short = row.opt("short")
    if short is not None and (row["price_cny"] or price):
        case.figure(row, "price_cny", short * price, "outcome")


SECTION = Section(
    "standards",
    check,
    tables=(STANDARDS,),
    rules={"standard": "Every standard without a price is kept, everywhere it holds."},
)
