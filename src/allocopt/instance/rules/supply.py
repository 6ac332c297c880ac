"""Supply: depots and what they hold, suppliers, scenarios and their needs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from allocopt.faults import Fault
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import CITY, Wrong, across, each
from allocopt.instance.texts import quoted
from allocopt.schema.supply import ClosureRow, CommodityRow, DepotRow, NeedRow, ScenarioRow, StockRow, SupplierRow

TOLERANCE = 1e-9


@each(StockRow)
def initial_fits_most(row: StockRow, draft: Draft) -> Iterator[Wrong]:
    """A depot holds no more than it may."""
    if row.most is not None and row.initial > row.most:
        yield "initial", f"at most {row.most:g}, as column most says"


@across(DepotRow)
def initial_needs_an_open_depot(draft: Draft) -> Iterator[Fault]:
    """Goods lie in depots that are open; in others they could not be used."""
    closed = {row.id for row in draft.rows(DepotRow) if not row.open}
    for line, row in draft.of(StockRow):
        if row.initial > 0 and row.depot in closed:
            expected = f"0, since depot {row.depot} is not open (or open: yes in depots.csv)"
            yield draft.fault(StockRow, line, "initial", expected)


@across(DepotRow, CommodityRow, StockRow)
def initial_fits_the_room(draft: Draft) -> Iterator[Fault]:
    """What lies in a depot fits into it."""
    volume = {row.id: row.volume_m3 for row in draft.rows(CommodityRow)}
    taken: dict[str, float] = defaultdict(float)
    for stock in draft.rows(StockRow):
        taken[stock.depot] += stock.initial * volume[stock.commodity]
    for line, depot in draft.of(DepotRow):
        if taken[depot.id] > depot.capacity_m3 * (1 + TOLERANCE):
            expected = f"room for what lies there already: {taken[depot.id]:g} m3"
            yield draft.fault(DepotRow, line, "capacity_m3", expected)


@across(DepotRow)
def supplier_delivers_to_its_body(draft: Draft) -> Iterator[Fault]:
    """Who pays an order owns the depot that receives it."""
    owner = {row.id: row.body for row in draft.rows(DepotRow)}
    for line, row in draft.of(SupplierRow):
        if row.depot in owner and row.body != owner[row.depot]:
            expected = f"'{owner[row.depot]}', the body of depot {row.depot}"
            yield draft.fault(SupplierRow, line, "body", expected)


@across(SupplierRow)
def supplier_is_one(draft: Draft) -> Iterator[Fault]:
    """Rows of one supplier differ in the period, and so in price and capacity, only; all or none name a period."""
    first: dict[str, tuple[int, SupplierRow]] = {}
    for line, row in draft.of(SupplierRow):
        at, other = first.setdefault(row.id, (line, row))
        for column in "body", "depot", "commodity":
            if getattr(row, column) != getattr(other, column):
                expected = f"'{getattr(other, column)}', as in line {at} for the same supplier"
                yield draft.fault(SupplierRow, line, column, expected)
        if (row.period is None) != (other.period is None):
            expected = f"a period in all rows of supplier {row.id}, or one row without (see line {at})"
            yield draft.fault(SupplierRow, line, "period", expected)


@across(ScenarioRow)
def chances_fit_into_one(draft: Draft) -> Iterator[Fault]:
    """Scenarios exclude each other."""
    total = math.fsum(row.probability for row in draft.rows(ScenarioRow))
    if total > 1.0 + TOLERANCE:
        line = draft.of(ScenarioRow)[-1][0]
        expected = "probabilities that sum to at most 1 over all scenarios"
        yield draft.fault(ScenarioRow, line, "probability", expected, f"a sum of {total:.12g}")


@across(CITY, ScenarioRow, NeedRow)
def alike_until_known(draft: Draft) -> Iterator[Fault]:
    """Scenarios that are not told apart yet have the same needs."""
    order = {period.id: i for i, period in enumerate(draft.city.periods)}
    known = {row.id: order[row.known_from] if row.known_from else 0 for row in draft.rows(ScenarioRow)}
    needs: dict[tuple[str, str], dict[tuple[str, str], tuple[int, float]]] = defaultdict(dict)
    for line, row in draft.of(NeedRow):
        needs[row.scenario, row.period][row.site, row.commodity] = line, row.amount
    for period in order:
        alike = [scenario for scenario, start in known.items() if order[period] < start]
        for scenario in alike[1:]:
            yield from _unlike(draft, alike[0], scenario, needs[alike[0], period], needs[scenario, period])


def _unlike(
    draft: Draft,
    first: str,
    second: str,
    needs: dict[tuple[str, str], tuple[int, float]],
    others: dict[tuple[str, str], tuple[int, float]],
) -> Iterator[Fault]:
    for key in sorted({*needs, *others}):
        (line, amount), (other_line, other) = needs.get(key, (0, 0.0)), others.get(key, (0, 0.0))
        if amount != other:
            wanted, by = (amount, first) if other_line else (other, second)
            expected = f"{wanted:g}, as in scenario {by}, from which it is not told apart yet in this period"
            yield draft.fault(NeedRow, other_line or line, "amount", expected)


@each(ClosureRow)
def closure_names_one_thing(row: ClosureRow, draft: Draft) -> Iterator[Wrong]:
    """A closure is of a street, or of ways from a depot, to a site, or between the two."""
    if row.street is None and row.depot is None and row.site is None:
        yield "street", "a street, a depot, a site, or a depot and a site"
    for column in "depot", "site":
        if row.street is not None and getattr(row, column) is not None:
            yield column, "a blank: a closed street is closed to all", quoted(getattr(row, column))


RULES = (
    initial_fits_most,
    initial_needs_an_open_depot,
    initial_fits_the_room,
    supplier_delivers_to_its_body,
    supplier_is_one,
    chances_fit_into_one,
    alike_until_known,
    closure_names_one_thing,
)
