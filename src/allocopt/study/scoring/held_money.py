"""The same money: every budget line set to what a plan uses of it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from pyomo.environ import value

from allocopt.solving.search import Search

# A plan may use so much more than it is held to, relative: the rounding of a sum.
ROUNDING = 1e-9


def used_of_lines(search: Search) -> dict[str, float]:
    """What the settled plan uses of each line; of one that must fit in every scenario, in the worst."""
    used: dict[str, float] = defaultdict(lambda: -np.inf)
    for (line, scenario), expression in search.city.model.money.used.items():
        assert isinstance(scenario, str)
        used[line] = max(used[line], float(value(expression)))
    return dict(used)


def hold_money(search: Search, amounts: dict[str, float]) -> None:
    """Set the lines to these amounts on the live model."""
    rows, lines = search.city.model.money.within_budget, search.city.data.lines
    for line, amount in amounts.items():
        for row in search.rows_of(rows, line):
            beyond = amount + ROUNDING * max(1.0, abs(amount)) - lines[line].amount_cny
            search.live.set_row(row, -np.inf, float(search.arrays.row_upper[row]) + beyond)
