"""One block of a city: a small model that is solved again and again with another part of the money."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from allocopt.solver import Arrays, LiveModel, Status
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.blocks.structure import Structure, part_of, takes
from allocopt.solving.lines import Lines
from allocopt_models.city import CityModel


class Answer(NamedTuple):
    """A block with a part of the money: what it costs at least, its solution, the multipliers of its rows, the allotted
    ones then the added lines last, and those of the allotted rows alone."""

    cost: float
    x: Floats
    multipliers: Floats
    prices: Floats


class Block:
    """A live block. `columns` and `rows` have the numbers of its columns and own rows in the whole model, `copied` the
    places among its columns of those that every block has a copy of."""

    def __init__(
        self,
        city: CityModel,
        arrays: Arrays,
        structure: Structure,
        k: int,
        threads: int | None,
        interrupted: Callable[[], bool],
    ) -> None:
        part, self.columns = part_of(arrays, structure, k)
        self.rows, self.allotted = structure.rows[k], structure.allotted
        self.lines = Lines.of(city, part)
        self.live = LiveModel(part, threads=threads, interrupted=interrupted)
        self.copied = np.flatnonzero(np.isin(self.columns, structure.copied))

    def at(self, money: Floats, deadline: float | None) -> Answer | None:
        """The relaxed block with this much of each line; None where it cannot be had, or not in time."""
        self.allot(money)
        result = self.live.solve(relaxed=True, deadline=deadline)
        if result.status is not Status.OPTIMAL or result.x is None or result.duals is None:
            return None
        first = len(self.rows)
        return Answer(result.objective, result.x, result.duals, result.duals[first : first + len(self.allotted)])

    def allot(self, money: Floats) -> None:
        """Give it this much of each line."""
        self.live.set_rows(len(self.rows), np.full(len(self.allotted), -np.inf), money)

    def takes(self, x: Floats) -> Floats:
        """What a solution takes of each line."""
        return takes(self.live.arrays, x, len(self.allotted))

    def add_lines(self, x: Floats, small: float) -> list[Row]:
        """Lines where a solution lies too low; returned as rows of the whole model."""
        rows = self.lines.lacking(x, small)
        self.live.add_rows(rows)
        return [(level, [int(self.columns[j]) for j in columns], values) for level, columns, values in rows]
