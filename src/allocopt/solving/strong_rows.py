"""Rows that strengthen the bound, added where the relaxation breaks them.

    shipped ≤ most · opened        of every way out of a depot that is not open yet

Whole numbers keep them anyway, for a closed depot holds nothing; the relaxation does not, and says too little (strong
and weak formulation of facility location: Cornuéjols, Sridharan and Thizy 1991). With very many ways the model leaves
them out, and those that matter come in round by round.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt_models.city import CityModel

# A row counts as broken from this share of its most on.
BROKEN = 1e-4
# Smaller amounts are none; the solver would drop their coefficients, and the row would say something else.
LEAST = 1e-6
# Of the rows broken at once, so many are taken: the most broken ones.
MOST_AT_ONCE = 5_000
# They come in over so many rounds at most.
MOST_ROUNDS = 60


class StrongRows:
    """The rows a model leaves out, as columns of its arrays."""

    def __init__(self, city: CityModel, arrays: Arrays) -> None:
        ways = _left_out(city) if city.actions.supply.opened else []
        column = arrays.column_of() if ways else {}
        known = [(column[id(sent)], column[id(opened)], most) for sent, opened, most in ways if id(sent) in column]
        self._sent, self._opened = (np.array([way[i] for way in known], dtype=np.int64) for i in (0, 1))
        self._most = np.array([way[2] for way in known], dtype=np.float64)

    @property
    def rounds(self) -> int:
        """In how many rounds the rows may come in; 0 where the model leaves none out."""
        return MOST_ROUNDS if len(self._most) else 0

    def broken(self, x: Floats) -> list[Row]:
        """Those that a solution breaks."""
        if not len(self._most):
            return []
        by = x[self._sent] / self._most - x[self._opened]
        worst = np.argsort(-by, kind="stable")[:MOST_AT_ONCE]
        return [
            (0.0, [int(self._opened[i]), int(self._sent[i])], [float(self._most[i]), -1.0])
            for i in worst[by[worst] > BROKEN]
        ]


def _left_out(city: CityModel) -> list[tuple[Any, Any, float]]:
    """Shipped, opened and most of each way that the model says nothing of."""
    supply, data = city.actions.supply, city.data.programmes.supply
    said = city.model.supply.SHIPPED_IF_OPENED
    return [
        (sent, supply.opened[way.depot], data.shipments[way].most)
        for way, sent in supply.shipped.items()
        if way.depot in supply.opened and way not in said and data.shipments[way].most > LEAST
    ]
