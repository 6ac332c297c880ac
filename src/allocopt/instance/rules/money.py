"""Money: links and their price, mechanisms and their payers."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import Wrong, across, each
from allocopt.schema.money import BudgetRow, LinkRow
from allocopt.schema.prevention import MechanismCostRow, MechanismRow


@each(LinkRow)
def link_joins_two(row: LinkRow, draft: Draft) -> Iterator[Wrong]:
    """A body needs no link to act for itself; a price is paid from a line to a line."""
    if row.helper == row.helped:
        yield "helped", "another body than the helper"
    for column in "payer_line", "helper_line":
        if row.price_cny > 0 and getattr(row, column) is None:
            yield column, "a line of budgets.csv, since the link has a price"


@across(LinkRow, BudgetRow)
def lines_are_the_bodies_own(draft: Draft) -> Iterator[Fault]:
    """The helped pays the helper."""
    owner = {row.id: row.body for row in draft.rows(BudgetRow)}
    for line, row in draft.of(LinkRow):
        for column, body in ("payer_line", row.helped), ("helper_line", row.helper):
            named = getattr(row, column)
            if named is not None and owner[named] not in (None, body):
                expected = f"a line of {body}, or of no body (this one is of {owner[named]})"
                yield draft.fault(LinkRow, line, column, expected)


@across(MechanismRow, MechanismCostRow)
def mechanisms_are_paid(draft: Draft) -> Iterator[Fault]:
    """Somebody pays each mechanism, be it nothing."""
    paid = {row.mechanism for row in draft.rows(MechanismCostRow)}
    for line, row in draft.of(MechanismRow):
        if row.id not in paid:
            expected = "a mechanism with a row in mechanism_costs.csv (cost 0 if it costs nothing)"
            yield draft.fault(MechanismRow, line, "id", expected)


RULES = (link_joins_two, lines_are_the_bodies_own, mechanisms_are_paid)
