"""What the points that are solved prove of any other sum.

More money allows every plan of less money, so a plan holds for all larger sums and a bound for all smaller ones. And
the tree of any point proves a bound for every sum (weak duality in each of its leaves).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from allocopt.solving.branching import ROOT, Amounts, Tree, bound_of
from allocopt.study.frontier.point import Record


@dataclass(frozen=True)
class Known:
    """What is known of a sum: the best plan that fits (its record), and the best bound with what proves it."""

    best: Record | None
    bound: float
    proved_by: str
    tree: Tree

    @property
    def objective(self) -> float:
        return math.inf if self.best is None else self.best.objective


def known(share: float, amounts: Amounts, most: Amounts, records: Sequence[Record]) -> Known:
    """What records prove of a share of the money, at which the lines have these amounts; `most` are those of the
    largest sum."""
    fitting = [record for record in records if record.share <= share and record.has_plan]
    best = min(fitting, key=lambda record: (record.objective, record.share), default=None)
    grown = [(bound_of(record.tree, amounts, most), -abs(record.share - share), record.tree) for record in records]
    by_tree, _, tree = max(grown, key=lambda entry: entry[:2], default=(-math.inf, 0.0, ROOT))
    bounds = [(record.bound, "neighbours") for record in records if record.share >= share]
    bound, proved_by = max([*bounds, (by_tree, "multipliers")])
    return Known(best, bound, proved_by, tree)
