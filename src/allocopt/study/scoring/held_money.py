"""The same money: every budget line set to what a plan uses of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from pyomo.core import value

from allocopt.solving.search import Search

# A plan may use so much more than it is held to, relative: the rounding of a sum.
ROUNDING = 1e-9


def money_used(search: Search) -> dict[str, float]:
    """What the settled plan uses of each line, as far as the line goes; of one that must fit in every scenario, in the
    worst."""
    used: dict[str, float] = defaultdict(lambda: -np.inf)
    for (line, _), expression in search.city.model.money.used.items():
        used[line] = max(used[line], float(value(expression)))
    return {line: min(amount, search.city.data.lines[line].amount_cny) for line, amount in used.items()}


def hold_money(search: Search, amounts: Mapping[str, float]) -> None:
    """Set the lines to these amounts on the live model."""
    rows, lines = search.city.model.money.within_budget, search.city.data.lines
    for line, amount in amounts.items():
        less = lines[line].amount_cny - amount - ROUNDING * max(1.0, abs(amount))
        for row in search.rows_of(rows, line) if less > 0 else ():
            search.live.set_row(row, -np.inf, float(search.arrays.row_upper[row]) - less)
