"""A large city solved in blocks: a bound with its proof, a plan, and what more money on a line would do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from allocopt.machine import cores
from allocopt.solver import Arrays
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.blocks.allotting import TINY, Allotted, Allotting
from allocopt.solving.blocks.block import Block
from allocopt.solving.blocks.planning import plan_of
from allocopt.solving.blocks.structure import Structure, block_angular
from allocopt_models.city import CityModel

# An allotment may leave out this share of what a plan may lie above its bound, and of what more money does.
ENOUGH = 0.02


@dataclass
class InBlocks:
    """`bound` holds for every plan and is proved by `multipliers` of the model's rows and the lines `added`; `x` is a
    plan, None where the dives ran aground."""

    arrays: Arrays
    structure: Structure
    allotting: Allotting
    allotted: Allotted
    bound: float
    multipliers: Floats
    added: Sequence[Row]
    x: Floats | None

    def fall(self, column: int, step: float, deadline: float | None) -> float | None:
        """By how much the bound falls when a column that only raises lines may rise by a step; None out of time."""
        limits = self.arrays.row_upper[self.structure.allotted]
        rises = [self.arrays.coefficient(int(row), column) for row in self.structure.allotted]
        raised = limits - step * np.array(rises)
        steepest = np.array([answer.prices for answer in self.allotted.answers]).min(axis=0)
        enough = ENOUGH * float(steepest @ (limits - raised))
        money = self.allotted.money * raised / np.maximum(limits, TINY)
        found = self.allotting.allot(money, raised, lambda _: enough, deadline)
        return None if found is None else max(self.allotting.least(limits).cost - found.least.cost, 0.0)


def in_blocks(
    city: CityModel,
    arrays: Arrays,
    allowed: Callable[[float], float],
    worth_of_loss: float,
    *,
    threads: int | None,
    deadline: float | None,
    interrupted: Callable[[], bool],
) -> InBlocks | None:
    """None for a model that does not fall into blocks, where a block cannot do with its part, or out of time.

    `allowed` tells how far a plan may lie above a bound, `worth_of_loss` what a CNY of loss is worth in the objective.
    """
    structure = block_angular(arrays)
    if structure is None:
        return None
    many, limits = len(structure.columns), arrays.row_upper[structure.allotted]
    blocks = [Block(city, arrays, structure, k, threads, interrupted) for k in range(many)]
    allotting = Allotting(blocks, at_once(min(many, threads or cores())), worth_of_loss)
    money = np.tile(limits / many, (many, 1))
    allotted = allotting.allot(money, limits, lambda cost: ENOUGH * allowed(cost + arrays.offset), deadline)
    if allotted is None:
        return None
    bound = allotted.least.cost + arrays.offset
    multipliers = allotting.multipliers(allotted.least, len(arrays.row_lower))
    x = plan_of(allotting, allotted, len(arrays.cost), allowed(bound), deadline)
    added = tuple(allotting.added)
    return InBlocks(arrays, structure, allotting, allotted, bound, multipliers, added, x)


def at_once(workers: int) -> Callable[[Callable[[int], Any], Iterable[int]], list[Any]]:
    """Maps a function over numbers in so many threads: the solver lets go of Python while it runs."""

    def each(function: Callable[[int], Any], numbers: Iterable[int]) -> list[Any]:
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(function, numbers))

    return each
