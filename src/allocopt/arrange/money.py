"""Budget lines, those of a coalition put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from allocopt.arrange.acting import Regime
from allocopt.city import City
from allocopt.schema.money import BudgetRow, LinkRow
from allocopt.schema.risk import BodyRow
from allocopt.schema.standards import StandardRow
from allocopt_models.budgets import Line


def arrange_lines(city: City, regime: Regime) -> dict[str, Line]:
    """The lines of the city by id. Lines of members of the coalition that agree in all but the body are one line,
    where every member has such a line; its id is their ids joined by '+'. Of several such lines of one member the
    smallest is put in, the others stay."""
    merged = [rows for rows in lines_alike(city, regime.coalition) if {row.body for row in rows} == regime.coalition]
    put_together = {row.id for rows in merged for row in rows}
    lines = {row.id: _line(city, [row]) for row in city.of(BudgetRow) if row.id not in put_together}
    lines.update({joint_id(rows): _line(city, rows) for rows in merged})
    return dict(sorted(lines.items()))


def arrange_joint_lines(city: City) -> dict[str, Line]:
    """The lines, by id, that bodies with lines alike can put together, each as if all of them did."""
    everybody = frozenset(body.id for body in city.of(BodyRow))
    groups = (rows for rows in lines_alike(city, everybody) if len(rows) > 1)
    return {joint_id(rows): _line(city, rows) for rows in groups}


def lines_alike(city: City, bodies: frozenset[str]) -> list[list[BudgetRow]]:
    """Lines of these bodies that agree in all but the body, of each body the smallest, by body."""
    groups: dict[tuple[object, ...], list[BudgetRow]] = defaultdict(list)
    for row in city.of(BudgetRow):
        if row.body is not None and row.body in bodies:
            groups[row.area, row.programme, row.category, frozenset(row.periods), row.scenario].append(row)
    return [_smallest(rows) for rows in groups.values()]


def joint_id(rows: Iterable[BudgetRow]) -> str:
    """The id of lines put together."""
    return "+".join(sorted(row.id for row in rows))


def _smallest(rows: Iterable[BudgetRow]) -> list[BudgetRow]:
    """The row of the smallest amount of each body; of two alike, that of the smaller id."""
    smallest: dict[str | None, BudgetRow] = {}
    for row in sorted(rows, key=lambda row: (row.amount_cny, row.id)):
        smallest.setdefault(row.body, row)
    return sorted(smallest.values(), key=lambda row: str(row.body))


def _line(city: City, rows: list[BudgetRow]) -> Line:
    """One line out of rows, one a body, that agree in all but the body."""
    first, ids = rows[0], {row.id for row in rows}
    return Line(
        amount_cny=sum(row.amount_cny for row in rows),
        bodies=frozenset(row.body for row in rows if row.body is not None),
        area=first.area,
        programme=first.programme or "",
        category=first.category or "",
        periods=frozenset(first.periods),
        scenario=first.scenario,
        pays=frozenset(_links(city, ids, "payer_line")),
        earns=frozenset(_links(city, ids, "helper_line")),
    )


def _links(city: City, lines: set[str], side: str) -> Iterable[str]:
    return (link.id for link in city.of(LinkRow) if getattr(link, side) in lines)


def has_floor_on_spending(city: City, programme: str) -> bool:
    """Whether some standard asks that money be spent on the programme, be it of use or not."""
    return any(
        row.rule == "spending" and row.at_least is not None and row.programme in (None, programme)
        for row in city.of(StandardRow)
    )
