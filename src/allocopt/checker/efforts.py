"""Efforts by site, hazard, period and shift, gathered from all programmes."""

from __future__ import annotations

from collections import defaultdict

from allocopt.checker.risks import ALL


class Efforts:
    """A sum of efforts; what does not depend on the shift is kept once, under ALL."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, int, int], float] = defaultdict(float)

    def add(self, site: str, hazard: str, t: int, effort: float, j: int = ALL) -> None:
        if effort:
            self._sums[site, hazard, t, j] += effort

    def of(self, site: str, hazard: str, t: int, j: int) -> float:
        """The effort in a cell; one without shifts takes that of the city's first (and then only) shift."""
        even = self._sums.get((site, hazard, t, ALL), 0.0)
        return even + self._sums.get((site, hazard, t, max(j, 0)), 0.0)
