"""The recourse of one scenario, solved again and again as the first stage moves, and the cuts that it proves.

    Q(x) = min  Σ_n p_n u_n + s Σ c_in z_in          u unmet, z shipped, c = fare · km
           λ_n:  Σ_i z_in + u_n ≥ d_n
           ν_h:  Σ_{n: what h holds} z_in ≤ σ_h · stock_h(x)
           μ_l:  Σ_{n that l counts} c_in z_in ≤ what the first stage leaves of line l

Few ways carry anything, so that only some are in the model; others join when they would be worth it (sifting; Bixby,
Gregory, Lustig, Marsten and Shanno 1992). A cut does not wait for them. For any 0 ≤ λ ≤ p and μ ≥ 0,

    ν_h = max(0, max over ways of h: λ_n − (s + Σ_l μ_l [l counts n]) · c_in)

is feasible for all ways, so that with the solver's λ and μ and this ν

    Q(x) ≥ Σ λ d − Σ_h ν_h σ_h · stock_h(x) − Σ_l μ_l · left_l(x)

holds everywhere, whatever the solver did. What rounding can have done is taken off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocopt.arrange.prepositioning import Floats, Prepositioning, Recourse, Whole
from allocopt.solver import Arrays, Columns, LiveModel, SolverError, Status
from allocopt.solver.arrays import SMALLEST

# Ways of each need that a scenario starts with, and the most that join at once.
FIRST_WAYS, MORE_WAYS = 3, 2
# A way joins when it is worth more than this, relative to the penalty.
WORTH = 1e-7
# Rounding of a sum of products, relative to the sum of their sizes: far more than it can be.
ROUNDING = 1e-11


@dataclass(frozen=True)
class Cut:
    """Q(x) ≥ level − Σ by_stock · stock(x) − Σ by_line · left(x)."""

    level: float
    by_stock: Floats
    by_line: Floats

    def at(self, stock: Floats, left: Floats) -> float:
        """What the cut proves of this first stage."""
        return float(self.level - self.by_stock @ stock - self.by_line @ left)


@dataclass(frozen=True)
class Sent:
    """What is shipped: depots, needs and amounts, and what the recourse then costs."""

    depots: Whole
    needs: Whole
    amounts: Floats
    cost: float


class LiveRecourse:
    """The recourse of one scenario in a live model with a part of its ways."""

    def __init__(
        self, case: Prepositioning, scenario: Recourse, *, threads: int | None, interrupted: Callable[[], bool]
    ) -> None:
        self.case, self.scenario = case, scenario
        self.worth = case.weight_of_penalty * scenario.penalty
        self.cost = scenario.fare * scenario.km
        self.live = LiveModel(_unmet_alone(self), threads=threads, interrupted=interrupted)
        self.has = np.zeros(scenario.passes.shape, dtype=bool)
        self.depot, self.need = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._join(_most(np.where(scenario.passes, -self.cost, -np.inf), FIRST_WAYS))

    def solve(self, stock: Floats, left: Floats, *, rounds: int, deadline: float | None) -> tuple[Cut, Sent] | None:
        """Solve for a first stage, while ways join for so many rounds; None when stopped.

        `stock` there before the scenario, and what is `left` of each line."""
        needs, there = len(self.worth), self.scenario.survives * stock
        upper = np.concatenate([there, np.maximum(left, 0.0)])
        self.live.set_rows(needs, np.full(len(upper), -np.inf), upper)
        while True:
            result = self.live.solve(relaxed=True, second_look=False, deadline=deadline)
            if result.status is Status.STOPPED or result.interrupted:
                return None
            if result.x is None or result.duals is None:
                raise SolverError(f"the recourse of scenario {self.scenario.name} was not solved")
            sent = Sent(self.depot, self.need, np.maximum(result.x[needs:], 0.0), result.objective)
            value = np.clip(result.duals[:needs], 0.0, self.worth)
            of_stock, of_line = np.split(np.maximum(-result.duals[needs:], 0.0), [len(there)])
            gain = self._gain(value, of_line)
            rounds -= 1
            if not self._let_join(gain, of_stock, there) or rounds <= 0:
                return self._cut(value, of_line, gain), sent

    def _gain(self, value: Floats, of_line: Floats) -> Floats:
        """What a unit sent this way saves, the stock that it takes apart; −infinity where none passes."""
        paid = self.case.weight_of_spending + of_line @ self.scenario.counted
        return np.where(self.scenario.passes, value - paid * self.cost, -np.inf)

    def _cut(self, value: Floats, of_line: Floats, gain: Floats) -> Cut:
        of_stock, passes = np.zeros(len(self.case.stocks)), self.scenario.passes
        np.maximum.at(of_stock, self.scenario.stock_of[passes], gain[passes])
        met = float(value @ self.scenario.amount)
        return Cut(met * (1.0 - ROUNDING), of_stock * self.scenario.survives, of_line)

    def _let_join(self, gain: Floats, of_stock: Floats, there: Floats) -> bool:
        """Let ways join that would pay for stock that is there. True when some did."""
        at = self.scenario.stock_of
        worth_it = ~self.has & (there[at] > 0) & (gain > of_stock[at] + WORTH * np.maximum(self.worth, 1.0))
        if not worth_it.any():
            return False
        self._join(_most(np.where(worth_it, gain - of_stock[at], -np.inf), MORE_WAYS))
        return True

    def _join(self, ways: tuple[Whole, Whole]) -> None:
        depot, need = ways
        cost = self.cost[depot, need]
        counted = self.scenario.counted[:, need]
        lines, which = np.nonzero(counted & (cost > SMALLEST))
        needs, stocks = len(self.worth), len(self.case.stocks)
        rows = np.concatenate([need, needs + self.scenario.stock_of[depot, need], needs + stocks + lines])
        values = np.concatenate([np.ones(len(need)), np.ones(len(need)), cost[which]])
        column = np.concatenate([np.arange(len(need)), np.arange(len(need)), which])
        order = np.lexsort((rows, column))
        starts = np.searchsorted(column[order], np.arange(len(need)))
        self.live.add_columns(
            Columns(
                self.case.weight_of_spending * cost,
                starts.astype(np.int32),
                rows[order].astype(np.int32),
                values[order],
            )
        )
        self.has[depot, need] = True
        self.depot, self.need = np.concatenate([self.depot, depot]), np.concatenate([self.need, need])


def _unmet_alone(recourse: LiveRecourse) -> Arrays:
    """Rows of needs, stocks and lines, and columns of what is unmet."""
    needs = len(recourse.worth)
    more = len(recourse.case.stocks) + len(recourse.case.lines)
    return Arrays(
        cost=recourse.worth.copy(),
        offset=0.0,
        lower=np.zeros(needs),
        upper=np.full(needs, np.inf),
        whole=np.zeros(needs, dtype=bool),
        starts=np.concatenate([np.arange(needs), np.full(more + 1, needs)]).astype(np.int32),
        columns=np.arange(needs, dtype=np.int32),
        values=np.ones(needs),
        row_lower=np.concatenate([recourse.scenario.amount, np.full(more, -np.inf)]),
        row_upper=np.concatenate([np.full(needs, np.inf), np.zeros(more)]),
        variables=(),
        constraints=(),
    )


def _most(worth: Floats, number: int) -> tuple[Whole, Whole]:
    """The depots of the so many highest in each column, where they are finite, and the columns."""
    best = np.argsort(-worth, axis=0, kind="stable")[:number]
    columns = np.broadcast_to(np.arange(worth.shape[1]), best.shape)
    good = np.isfinite(worth[best, columns])
    return best[good], columns[good]
