"""A plan made block by block, once it is known what opens and how much of each line every block gets."""

from __future__ import annotations

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solving.blocks.allotting import Allotted, Allotting
from allocopt.solving.blocks.block import Block
from allocopt.solving.dive import TAKEN_FROM, Rest, dive

# How near each block is searched at the end of its dive: a share of what the whole plan may lie above its bound.
REST_SHARE = 0.5


def plan_of(
    allotting: Allotting, allotted: Allotted, columns: int, allowed: float, deadline: float | None
) -> Floats | None:
    """Whole values for all columns of the model; None where a dive runs aground or out of time.

    What opens is what the blocks open on average, from a quarter on.
    """
    blocks = allotting.blocks
    opened = np.mean([answer.x[block.copied] for block, answer in zip(blocks, allotted.answers, strict=True)], axis=0)
    opens = np.where(opened < TAKEN_FROM, 0.0, np.ceil(opened))
    near = REST_SHARE * allowed / len(blocks)

    def made(k: int) -> Floats | None:
        return _made(blocks[k], opens, allotted.money[k], near, deadline)

    x = np.zeros(columns)
    for block, part in zip(blocks, allotting.each(made, range(len(blocks))), strict=True):
        if part is None:
            return None
        x[block.columns] = part
    return x


def _made(block: Block, opens: Floats, money: Floats, near: float, deadline: float | None) -> Floats | None:
    """A block's plan with this much of each line, when it is held what opens."""
    arrays = block.live.arrays
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    held_lower, held_upper = lower.copy(), upper.copy()
    held_lower[block.copied] = held_upper[block.copied] = opens
    block.live.set_all_bounds(held_lower, held_upper)
    answer = block.at(money, deadline)
    x = None if answer is None else dive(block.live, answer.x, deadline, Rest(near))
    block.live.set_all_bounds(lower, upper)
    return x
