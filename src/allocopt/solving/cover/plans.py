"""A better plan of a covering problem: a dive along the relaxation, places decided anew, and plans merged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocopt.solving.cover.anew import Anew, missed_by
from allocopt.solving.cover.diving import dived
from allocopt.solving.cover.merging import Merging
from allocopt.solving.cover.regions import Whole
from allocopt.solving.cover.relaxed import Relaxation

# Much is open where a plan misses more than the relaxation by this share of what it misses.
MUCH = 0.05
SEED = 0


@dataclass
class Plans:
    """What is drawn, and what is merged, goes on from call to call."""

    anew: Anew
    merging: Merging = field(init=False)

    def __post_init__(self) -> None:
        self.merging = Merging(self.anew, np.random.default_rng(SEED))

    def better(self, taken: Whole, relaxation: Relaxation, patience: int, told: Callable[[Whole], None]) -> Whole:
        """A plan that misses no more than that of these stations; `patience` and `told` as for merging, the first
        where much is open, and less where little is."""
        plans = [taken]
        if relaxation.missed >= self.anew.near:  # one that misses nothing leads nowhere
            plans += dived(relaxation)
        best = min(map(self.anew.better, plans), key=self._missed)
        told(best)
        missed = self._missed(best)
        if relaxation.result is None or relaxation.result.x is None or missed == 0:
            return best
        still_open = min(1.0, (missed - relaxation.missed) / (MUCH * missed))
        likely = relaxation.result.x[: relaxation.stations]
        return self.merging.better(best, likely, int(still_open * patience), told)

    def _missed(self, taken: Whole) -> float:
        return missed_by(self.anew.problem, taken)
