"""How much of each period's plan crosses from one body to another."""

from __future__ import annotations

from collections.abc import Mapping

from allocopt.plan import Plan
from allocopt.summary.layout import Grid, first
from allocopt.summary.naming import Names
from allocopt.summary.sums import crossing_shares
from allocopt.summary.words import amount

_MOST_PERIODS = 24
# What is told of each quantity, in the order of the columns.
_HEADINGS = {
    "hours": "Visits",
    "unit_hours": "Units",
    "presence_hours": "Sites",
    "crew_hours": "Crews",
    "goods": "Goods",
    "goods_moved": "Moved",
    "measures": "Measures",
}
_TITLE = "Share of a period's hours, goods and measures, in %"
_RANGE = "Of several goods, the lowest and the highest share."


def crossing_parts(plan: Plan, names: Names) -> list[Grid | str]:
    """A row a period with the share of each quantity that crosses; nothing where each body minds its own."""
    shares = crossing_shares(plan)
    if not shares:
        return []
    shown = [quantity for quantity in _HEADINGS if quantity in {quantity for _, quantity in shares}]
    lines = [
        [names.of("periods", period), *(_share(shares, period, quantity) for quantity in shown)]
        for period in names.in_order({period for period, _ in shares})
    ]
    several = plan.table("cooperation").groupby(["period", "quantity"])["item"].nunique().max() > 1
    kept, more = first(lines, _MOST_PERIODS, "periods")
    note = " ".join(filter(None, [more, _RANGE if several else ""]))
    return [Grid(_TITLE, ("Period", *(_HEADINGS[quantity] for quantity in shown)), kept, 1, note)]


def _share(shares: Mapping[tuple[str, str], tuple[float, float]], period: str, quantity: str) -> str:
    """The share that crosses; of several goods the lowest and the highest."""
    if (period, quantity) not in shares:
        return ""
    return "–".join(dict.fromkeys(amount(100 * share) for share in shares[period, quantity]))
