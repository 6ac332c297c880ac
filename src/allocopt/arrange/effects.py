"""Effects by action: the effort that one dose adds on a hazard."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from allocopt.city import City
from allocopt.schema.risk import EffectRow

LEAST_KEPT = 1e-6
"""A share of an effort kept for later that is below this counts as nothing."""


def weight(share: float) -> float:
    """Effort of an action that averts this share of a loss: −ln(1 − share)."""
    return -math.log1p(-share)


def kept(keep: float, later: int) -> float:
    """What is left of an effort some periods later; below a millionth, nothing."""
    left = keep**later
    return left if left >= LEAST_KEPT else 0.0


class Effects:
    """Shares averted, by action; shares of zero are left out."""

    def __init__(self, city: City) -> None:
        self._base: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        self._with: dict[tuple[str, str], dict[str, tuple[str, float]]] = defaultdict(dict)
        self.on_need: dict[str, list[EffectRow]] = defaultdict(list)
        for row in city.of(EffectRow):
            if row.commodity is not None:
                self.on_need[row.id].append(row)
            elif row.hazard is not None and row.mechanism is not None:
                self._with[row.by, row.id][row.hazard] = (row.mechanism, row.share)
            elif row.hazard is not None and row.share > 0:
                self._base[row.by, row.id][row.hazard] = row.share

    def shares(self, by: str, action: str) -> Mapping[str, float]:
        """Share averted by hazard, without mechanisms."""
        return self._base.get((by, action), {})

    def sharper(self, kind: str) -> Mapping[str, tuple[str, float]]:
        """For a kind of visit: (mechanism, share averted while it works) by hazard."""
        return {h: row for h, row in self._with.get(("kind", kind), {}).items() if row[1] > 0}

    def touched(self, by: str, action: str) -> frozenset[str]:
        """The hazards the action touches wherever they occur."""
        sharper = self.sharper(action) if by == "kind" else {}
        return frozenset(self.shares(by, action)) | frozenset(sharper)
