"""Money: costs by where they are booked, prices paid over links, and budget lines, in exact decimals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from allocopt.checker.case import Case, Expected
from allocopt.checker.figures import FEASIBLE, difference, in_area, summed
from allocopt.checker.files import Row
from allocopt.checker.findings import Item
from allocopt.checker.section import Section
from allocopt.checker.tables import outcomes

COSTS = outcomes("costs", "body area programme category period scenario cost_cny# horizon_cny#", 6)
TRANSFERS = outcomes("transfers", "link payer_line helper_line period scenario quantity# price_cny# amount_cny#", 5)
BUDGETS = outcomes("budgets", "line amount_cny# scenario used_cny# left_cny#", 1)
_SAME_FILTERS = ("area", "programme", "category", "scenario")
_ZERO = Decimal(0)
NEGLIGIBLE_CNY = Decimal("0.000001")
"""Money below this may be missing from a table, and does not make one scenario worse than another."""
NEGLIGIBLE_LENT = 1e-6
"""Hours or goods below this may be missing from the table of transfers."""


@dataclass(frozen=True)
class Line:
    """A budget line, or the lines of a coalition's members made one."""

    id: str
    parts: frozenset[str]
    amount: Decimal
    bodies: frozenset[str]
    filters: Row

    def matches(self, item: Item) -> bool:
        """Whether a cost counts on this line."""
        periods = self.filters.ids("periods")
        return (
            (not self.bodies or item.body in self.bodies)
            and in_area(item.area, self.filters["area"])
            and self.filters["programme"] in ("", item.programme)
            and self.filters["category"] in ("", item.category)
            and (not periods or item.period in periods)
        )


def check(case: Case) -> None:
    """Compare costs and transfers with what the decisions cost, then every budget line."""
    expected: dict[tuple[str, ...], dict[str, Expected]] = {
        item: {"cost_cny": spent.cash, "horizon_cny": spent.horizon}
        for item, spent in case.found.costs.items()
        if spent.cash
    }
    small = {item for item, spent in case.found.costs.items() if abs(spent.cash) <= NEGLIGIBLE_CNY}
    case.outcome(COSTS, expected, may_miss=small)
    _check_transfers(case)
    _check_budgets(case)


def _check_transfers(case: Case) -> None:
    expected: dict[tuple[str, ...], dict[str, Expected]] = {}
    small = set()
    for (link, period, scenario), quantity in case.found.lent.items():
        row = case.city.by_id("links")[link]
        key = (link, row["payer_line"], row["helper_line"], period, scenario)
        price = row.exact("price_cny")
        expected[key] = {"quantity": quantity, "price_cny": price, "amount_cny": Decimal(quantity) * price}
        if quantity <= NEGLIGIBLE_LENT:
            small.add(key)
    case.outcome(TRANSFERS, expected, may_miss=small)


def budget_lines(case: Case) -> list[Line]:
    """The lines as they hold: those of a coalition's members that agree in all but the body, one each, are one."""
    coalition = case.rights.coalition
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    lines: list[Line] = []
    for row in case.city.rows("budgets"):
        if row["body"] and row["body"] in coalition:
            groups[*row.key(_SAME_FILTERS), frozenset(row.ids("periods"))].append(row)
        else:
            lines.append(_single(row))
    for rows in groups.values():
        least = {body: _least([row for row in rows if row["body"] == body]) for body in {row["body"] for row in rows}}
        if set(least) != coalition:
            lines += [_single(row) for row in rows]
            continue
        ids = sorted(row["id"] for row in least.values())
        amount = sum((row.exact("amount_cny") for row in least.values()), _ZERO)
        lines.append(Line("+".join(ids), frozenset(ids), amount, coalition, rows[0]))
        lines += [_single(row) for row in rows if row["id"] not in ids]
    return lines


def _least(rows: list[Row]) -> Row:
    """The row that binds a member first: the smallest amount, then the smallest id."""
    return min(rows, key=lambda row: (row.exact("amount_cny"), row["id"]))


def _single(row: Row) -> Line:
    bodies = frozenset({row["body"]} if row["body"] else ())
    return Line(row["id"], frozenset({row["id"]}), row.exact("amount_cny"), bodies, row)


def _check_budgets(case: Case) -> None:
    """What counts on each line, and that it fits."""
    expected: dict[tuple[str, ...], dict[str, Expected]] = {}
    used: dict[str, tuple[dict[str, Decimal], Decimal]] = {}
    for line in budget_lines(case):
        spent, gross = _used(case, line)
        by_scenario = _by_scenario(case, line, spent)
        used[line.id] = by_scenario, gross
        most = max(by_scenario.values())
        if most > line.amount + Decimal(FEASIBLE) * max(Decimal(1), line.amount):
            found = f"{line.id}: {float(most):.12g}"
            case.book.add("budget", BUDGETS.file, 0, "used_cny", found, f"at most {line.amount}")
        expected[line.id,] = {"amount_cny": line.amount}
    for row in case.outcome(BUDGETS, expected):
        by_scenario, gross = used[row["line"]]
        spent_cny = _of_worst_scenario(case, row, by_scenario)
        case.figure(row, "used_cny", summed(float(spent_cny), float(gross)), "outcome")
        amount, noted = row.opt("amount_cny"), row.opt("used_cny")
        if amount is not None and noted is not None:
            case.figure(row, "left_cny", difference(amount, noted), "outcome")


def most_used(case: Case, line: Line) -> Decimal:
    """What is used of a line in the scenario that uses most of it, or on average."""
    return max(_by_scenario(case, line, _used(case, line)[0]).values())


def _used(case: Case, line: Line) -> tuple[dict[str, Decimal], Decimal]:
    """What counts on a line by scenario (blank: first stage), and the size of all terms."""
    used: dict[str, Decimal] = defaultdict(Decimal)
    gross = _ZERO
    for item, spent in case.found.costs.items():
        if line.matches(item):
            used[item.scenario] += spent.cash
            gross += abs(spent.cash)
    periods = line.filters.ids("periods")
    for (link, period, scenario), quantity in case.found.lent.items():
        row = case.city.by_id("links")[link]
        if periods and period not in periods:
            continue
        amount = Decimal(quantity) * row.exact("price_cny")
        for column, sign in (("payer_line", 1), ("helper_line", -1)):
            if row[column] in line.parts:
                used[scenario] += sign * amount
                gross += amount
    return used, gross


def _by_scenario(case: Case, line: Line, used: dict[str, Decimal]) -> dict[str, Decimal]:
    """What a line must hold: first stage and recourse in each scenario and in none, or on average."""
    scenarios, first = case.city.by_id("scenarios"), used.get("", _ZERO)
    if line.filters["scenario"] == "expected":
        recourse = (row.exact("probability") * used.get(name, _ZERO) for name, row in scenarios.items())
        return {"": first + sum(recourse, _ZERO)}
    return {"": first} | {name: first + used.get(name, _ZERO) for name in scenarios}


def _of_worst_scenario(case: Case, row: Row, by_scenario: dict[str, Decimal]) -> Decimal:
    """What is used in the scenario that the row names: the worst (or as bad), and none if none is worse than none."""
    named, most = by_scenario.get(row["scenario"]), max(by_scenario.values())
    needless = row["scenario"] and named is not None and named <= by_scenario[""]
    if named is None or named < most - NEGLIGIBLE_CNY or needless:
        worst = max(by_scenario, key=lambda name: (by_scenario[name], name == ""))
        case.fault("outcome", row, "scenario", worst or "blank")
        return most
    return named


SECTION = Section(
    "money",
    check,
    tables=(COSTS, TRANSFERS, BUDGETS),
    rules={"budget": "What is used of a budget line is no more than its amount, in every scenario or on average."},
)
