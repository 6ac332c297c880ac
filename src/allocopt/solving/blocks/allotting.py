"""How much of each budget line the blocks get, and what no allotment can undercut.

    V_k(b) ≥ V_k(b_p) + λ_p · (b − b_p)          for an allotment b_p of block k, with multipliers λ_p ≤ 0

V_k(b) is what block k costs at least with b of each line. The least of Σ_k V_k(b_k) over Σ_k b_k ≤ limits, with these
cuts in place of V_k, is a bound on every plan (Kelley 1960). Its own multipliers weigh the cuts: weighed with them, the
multipliers of the blocks' rows prove the same bound row by row.

What to try next is seldom where the cuts are least, which jumps from end to end. Where each yuan averts less than the
one before as evenly as it mostly does, −λ · b stays nearly the same when b changes: so a line is parted anew in
proportion to −λ · b.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.blocks.block import Answer, Block

MOST_ROUNDS = 12
# A line whose money does nothing in a block leaves it this share of what it had.
LEAST_KEPT = 1e-3
# Lines come in where a loss is too low by this share of what an allotment may leave out.
SMALL = 1e-3
TINY = 1e-9


class Cut(NamedTuple):
    """V_k(b) ≥ cost + prices · (b − at), by these multipliers of the block's rows."""

    at: Floats
    cost: float
    prices: Floats
    multipliers: Floats


class Least(NamedTuple):
    """The least that any allotment comes to by the cuts; in its proof the weight of each block's cuts, and the
    multipliers of the lines."""

    cost: float
    weights: Sequence[Floats]
    prices: Floats


class Allotted(NamedTuple):
    """The last allotment (block by block, line by line) with its answers, and what no allotment undercuts."""

    money: Floats
    answers: Sequence[Answer]
    least: Least


@dataclass
class Allotting:
    """Blocks, and the cuts found for each. `each` maps a function over the blocks, at once or one after another;
    `worth_of_loss` is what a CNY of loss is worth in the objective.

    `added` are the lines added so far, as rows of the whole model; `lines_of[k]` the numbers that those of block k have
    among them.
    """

    blocks: Sequence[Block]
    each: Callable[[Callable[[int], Any], Iterable[int]], Iterable[Any]]
    worth_of_loss: float
    cuts: Sequence[list[Cut]] = field(init=False)
    lines_of: Sequence[list[int]] = field(init=False)
    added: list[Row] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.cuts, self.lines_of = [[] for _ in self.blocks], [[] for _ in self.blocks]

    def allot(
        self, money: Floats, limits: Floats, enough: Callable[[float], float], deadline: float | None
    ) -> Allotted | None:
        """Allot the limits, beginning with `money`, until what is found lies within `enough` of what no allotment
        undercuts, and new lines move that by no more; `enough` is told what is found. None where a block cannot do with
        its part, or not in time."""
        out, before = None, -np.inf
        for _ in range(MOST_ROUNDS):
            answers = self._tried(money, deadline)
            if answers is None:
                return None
            out = Allotted(money, answers, self.least(limits))
            found = sum(answer.cost for answer in answers)
            may = enough(found)
            self._add_lines(answers, SMALL * may / self.worth_of_loss)
            if max(found - out.least.cost, out.least.cost - before) <= may:
                break
            before = out.least.cost
            money = _parted_anew(money, answers, limits)
        return out

    def _tried(self, money: Floats, deadline: float | None) -> list[Answer] | None:
        """The blocks with their rows of an allotment, each of which becomes a cut."""
        answers = list(self.each(lambda k: self.blocks[k].at(money[k], deadline), range(len(self.blocks))))
        for k, answer in enumerate(answers):
            if answer is not None:
                self.cuts[k].append(Cut(money[k], answer.cost, answer.prices, answer.multipliers))
        return [answer for answer in answers if answer is not None] if all(answers) else None

    def _add_lines(self, answers: Sequence[Answer], small: float) -> None:
        for k, (block, answer) in enumerate(zip(self.blocks, answers, strict=True)):
            rows = block.add_lines(answer.x, small)
            self.lines_of[k].extend(range(len(self.added), len(self.added) + len(rows)))
            self.added.extend(rows)

    def least(self, limits: Floats) -> Least:
        """What no allotment of these limits undercuts."""
        from scipy.optimize import linprog

        blocks, lines = len(self.blocks), len(limits)
        cuts = [(k, cut) for k, found in enumerate(self.cuts) for cut in found]
        # Columns: what each block costs, then block by block its part of each line. Rows: the cuts, then the lines.
        rows = np.zeros((len(cuts) + lines, blocks * (1 + lines)))
        for i, (k, cut) in enumerate(cuts):
            rows[i, k] = -1.0
            rows[i, blocks + k * lines : blocks + (k + 1) * lines] = cut.prices
        rows[len(cuts) :, blocks:] = np.tile(np.eye(lines), blocks)
        found = linprog(
            np.repeat([1.0, 0.0], [blocks, blocks * lines]),
            A_ub=rows,
            b_ub=np.array([*(cut.prices @ cut.at - cut.cost for _, cut in cuts), *limits]),
            bounds=[(None, None)] * blocks + [(0.0, None)] * (blocks * lines),
            method="highs",
        )
        if found.fun is None:
            raise ArithmeticError(f"no allotment was found: {found.message}")
        weights = np.split(-found.ineqlin.marginals[: len(cuts)], np.cumsum([len(cuts) for cuts in self.cuts])[:-1])
        return Least(float(found.fun), weights, found.ineqlin.marginals[len(cuts) :])

    def multipliers(self, least: Least, rows: int) -> Floats:
        """Multipliers of the rows of the whole model, and of the lines added to it, that prove what is least."""
        out = np.zeros(rows + len(self.added))
        for block, lines, cuts, weights in zip(self.blocks, self.lines_of, self.cuts, least.weights, strict=True):
            for weight, cut in zip(weights, cuts, strict=True):
                own, added = cut.multipliers[: len(block.rows)], cut.multipliers[len(block.rows) + len(cut.at) :]
                out[block.rows] += weight * own
                out[rows + np.array(lines[: len(added)], dtype=np.int64)] += weight * added
        out[self.blocks[0].allotted] = least.prices
        return out


def _parted_anew(money: Floats, answers: Sequence[Answer], limits: Floats) -> Floats:
    """Each line in proportion to what its money does where it is."""
    does = money * np.array([-answer.prices for answer in answers])
    does = np.maximum(does, LEAST_KEPT * np.maximum(does.sum(axis=0), TINY) * money / np.maximum(limits, TINY))
    return np.asarray(limits * does / does.sum(axis=0))
