"""Walks from plan to plan: every step is the best swap of a station that is taken for one that is not, even where the
plan gets worse by it; what has come stays for a while, and what has gone stays away (tabu search: Glover 1989).

Where nearly everything can be covered, what stays missed weighs more with every step, until somebody comes for it (row
weighting local search: Gao, Yao, Weise and Li 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from allocopt.solving.cover.regions import Whole
from allocopt.solving.covering import Problem

if TYPE_CHECKING:
    from allocopt.solving.cover.steps import Account, Reach

# How long a station stays, and how long it stays away: between these shares of as many steps as there are stations in a
# plan; and where weights see to it that it does not just come back.
STAYS, STAYS_AWAY = (0.05, 0.15), (0.7, 1.4)
INSISTENT_STAYS, INSISTENT_STAYS_AWAY = (0.02, 0.05), (0.05, 0.1)
# A walk keeps account of so many pairs of a station that goes and one that comes at most (160 MB), and looks through so
# many pairs of stations that have a group in common. With fewer than so many, plans come sooner than compiled steps.
MOST_PAIRS, LEAST_PAIRS = 2 * 10**7, 10**4
# Whether to stop is asked once in so many steps.
STEPS_A_LOOK = 2000


def can_walk(problem: Problem) -> bool:
    """Whether the account of a walk fits, is worth while, and there is what compiles its steps."""
    in_common = int((np.diff(problem.reached.indptr).astype(np.int64) ** 2).sum())
    pairs = problem.p * problem.reached.shape[1]
    return pairs >= LEAST_PAIRS and max(pairs, in_common) <= MOST_PAIRS and find_spec("numba") is not None


@dataclass(frozen=True)
class Walks:
    """Walks through the plans of a problem; they are over where `stop` says so, or where nothing is missed."""

    problem: Problem
    draw: np.random.Generator
    stop: Callable[[], bool]

    def best(self, taken: Whole, steps: int, insistent: bool = False) -> Whole:
        """The best plan that so many steps come to, the one they begin with among them; insistent ones let what is
        missed weigh more with every step."""
        from allocopt.solving.cover.steps import walk

        now, best = self.account(taken), taken.copy()
        missed = least = float(self.problem.weight[now.times == 0].sum())
        for begin in range(0, steps, STEPS_A_LOOK):
            if least <= 0 or self.stop():
                break
            stays = self.stays(min(STEPS_A_LOOK, steps - begin), insistent)
            missed, least = walk(self.reach, now, best, (missed, least), begin, *stays, insistent)
        return np.sort(best)

    def stays(self, steps: int, insistent: bool) -> tuple[Whole, Whole]:
        """By step, how long what comes stays, and how long what goes stays away."""
        shares = (INSISTENT_STAYS, INSISTENT_STAYS_AWAY) if insistent else (STAYS, STAYS_AWAY)
        stay, stay_away = ((self.problem.p * self.draw.uniform(*share, steps)).astype(np.int64) for share in shares)
        return stay, stay_away

    def account(self, taken: Whole) -> Account:
        """The account of a plan."""
        from allocopt.solving.cover.steps import Account, come

        (groups, stations), places = self.problem.reached.shape, len(taken)
        now = Account(
            taken=taken.astype(np.int64),
            loss=np.zeros(places),
            stays=np.zeros(places, dtype=np.int64),
            gain=np.asarray(self.problem.reached.T @ self.problem.weight, dtype=np.float64),
            away=np.zeros(stations, dtype=np.int64),
            weight=self.problem.weight.astype(np.float64),
            times=np.zeros(groups, dtype=np.int64),
            places=np.zeros(groups, dtype=np.int64),
            extra=np.zeros((places, stations)),
        )
        for place, station in enumerate(taken.tolist()):
            come(self.reach, now, place, station)
        return now

    @cached_property
    def reach(self) -> Reach:
        """What walks look up: who reaches what, and who is near whom."""
        from allocopt.solving.cover.steps import Lists, Reach

        def lists(matrix: csr_array) -> Lists:
            matrix.sort_indices()
            return Lists(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32))

        reached, weight = self.problem.reached, self.problem.weight.astype(np.float64)
        by_station = csr_array(reached.T)
        return Reach(weight, lists(by_station), lists(reached), lists(csr_array(by_station @ reached)))
