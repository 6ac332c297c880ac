"""A better plan of a covering problem, by all that makes one.

Weights of what stays missed, a dive along the relaxation, places decided anew, and exchanges between places.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from allocopt.solving.cover.anew import MORE_FREE, Anew, missed_by
from allocopt.solving.cover.diving import dived
from allocopt.solving.cover.exchanges import Exchanges
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.relaxed import Relaxation
from allocopt.solving.cover.weighting import weighted

# Weights help where the relaxation misses no more than this share of everything.
LITTLE = 0.01
# Much is open where a plan misses more than the relaxation by this share of what it misses.
MUCH = 0.05
SEED = 0


@dataclass(frozen=True)
class Plans:
    """What is drawn goes on from call to call."""

    anew: Anew
    draw: np.random.Generator = field(default_factory=lambda: np.random.default_rng(SEED))

    def better(self, taken: Whole, relaxation: Relaxation, patience: int) -> Whole:
        """A plan that misses no more than that of these stations; `patience` as for exchanges, where much is open."""
        problem = self.anew.problem
        if relaxation.missed <= LITTLE * problem.weight.sum():
            taken = weighted(problem, taken, self.draw, self.anew.stop)
        plans = [taken]
        if relaxation.missed >= self.anew.near:  # one that misses nothing leads nowhere
            plans += dived(relaxation)
        best = min(map(self.anew.better, plans), key=lambda plan: missed_by(problem, plan))
        missed = missed_by(problem, best)
        still_open = min(1.0, (missed - relaxation.missed) / (MUCH * missed)) if missed > 0 else 0.0
        best = Exchanges(self.anew, self.draw).better(best, int(still_open * patience))
        return self.anew.better(best, MORE_FREE) if still_open == 1.0 else best
