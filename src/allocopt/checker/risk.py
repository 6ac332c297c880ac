"""Expected loss, cell by cell: what it is if nobody acts, the effort against it, and what is left."""

from __future__ import annotations

from collections import defaultdict
from math import exp, inf

from allocopt.checker.case import Case, Expected
from allocopt.checker.efforts import Efforts
from allocopt.checker.findings import Loss
from allocopt.checker.points import losses_of_points
from allocopt.checker.risks import ALL, NO_SITE, Cell
from allocopt.checker.section import Section
from allocopt.checker.tables import outcomes

SITES = outcomes("sites", "site hazard period shift loss_before_cny# effort# loss_cny#", 4)


def check(case: Case) -> None:
    """Recompute every cell and compare the table of sites."""
    case.found.losses = losses_found(case)
    expected: dict[tuple[str, ...], dict[str, Expected]] = {}
    for loss in case.found.losses:
        if loss.before > 0 and loss.site != NO_SITE:
            shift = "" if loss.j == ALL else case.calendar.shifts[loss.j].id
            expected[loss.site, loss.hazard, case.calendar.periods[loss.t], shift] = {
                "loss_before_cny": loss.before,
                "effort": None if loss.effort == inf else loss.effort,
                "loss_cny": loss.after,
            }
    case.outcome(SITES, expected)


def losses_found(case: Case) -> list[Loss]:
    """Every cell, before and after what the plan does."""
    efforts, today = Efforts(), Efforts()
    for add in case.efforts:
        add(case, case.deeds, False, efforts)
        add(case, case.today, True, today)
    value = case.city.number("casualty_value_cny")
    return _one_each([_loss(cell, value, efforts, today) for cell in case.risks.cells()]) + losses_of_points(case)


def _loss(cell: Cell, casualty_value: float, efforts: Efforts, today: Efforts) -> Loss:
    """A cell's loss before and after; what is observed is first freed from the effort of today's plan."""
    row, share = cell.row, cell.share
    if row.yes("observed"):
        share *= exp(today.of(cell.site, cell.hazard, cell.t, cell.j))
    casualties = row.num("casualties") * share
    money = row.num("loss_cny") * share + casualties * casualty_value
    before = money * (1 - row.num("supply_share"))
    effort = efforts.of(cell.site, cell.hazard, cell.t, cell.j)
    left = exp(-effort)
    return Loss(cell.site, cell.hazard, cell.t, cell.j, before, effort, before * left, casualties, casualties * left)


def _one_each(losses: list[Loss]) -> list[Loss]:
    """The losses with those of one cell added up, should several rows speak of it."""
    cells: dict[tuple[str, str, int, int], list[Loss]] = defaultdict(list)
    for loss in losses:
        cells[loss[:4]].append(loss)
    return [
        same[0]
        if len(same) == 1
        else same[0]._replace(
            before=sum(loss.before for loss in same),
            after=sum(loss.after for loss in same),
            casualties_before=sum(loss.casualties_before for loss in same),
            casualties=sum(loss.casualties for loss in same),
        )
        for same in cells.values()
    ]


SECTION = Section("risk", check, tables=(SITES,))
