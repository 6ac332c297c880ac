"""The tables of the ladder, one function each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocopt.plan import PlanTable
from allocopt.plan.columns import table
from allocopt.study.frontier.rounds import Standing
from allocopt.study.frontier.tables import finite
from allocopt.study.rungs.added import Commitment

_LADDER = (
    "rung =budget_cny =share =weight status =objective =free_objective =free_bound =more_at_least =more_at_most"
    " =loss =spending plan free_plan"
)
COLUMNS: Mapping[str, PlanTable] = {
    name: table(name, columns, decision=False)
    for name, columns in {"ladder": _LADDER, "added": "rung what item place period shift via =amount"}.items()
}
# Goods bought that differ by less are the same.
DUST = 1e-6


@dataclass(frozen=True)
class Rung:
    """One rung: what is known of its sum when nothing is kept, and its plan on the ladder, if there is one."""

    standing: Standing
    weight: float
    objective: float
    loss: float
    spending: float
    plan: str
    has: Mapping[Commitment, float]

    @property
    def free(self) -> float:
        """The best objective that is known for the sum: the ladder's plan is one of them."""
        return min(self.standing.objective, self.objective)


def ladder(rungs: Sequence[Rung], whole_cny: float) -> Iterator[dict[str, Any]]:
    """By rung its plan on the ladder, and what keeping costs there against starting free."""
    for rung in rungs:
        free = rung.standing
        yield {
            "rung": free.name,
            "budget_cny": free.share * whole_cny,
            "share": free.share,
            "weight": rung.weight,
            "status": "found" if rung.plan else free.status,
            "objective": finite(rung.objective),
            "free_objective": finite(rung.free),
            "free_bound": finite(free.bound),
            "more_at_least": max(0.0, rung.objective - rung.free) if rung.plan else math.nan,
            "more_at_most": rung.objective - free.bound if rung.plan else math.nan,
            "loss": finite(rung.loss),
            "spending": finite(rung.spending),
            "plan": rung.plan,
            "free_plan": free.plan,
        }


def added(rungs: Sequence[Rung]) -> Iterator[dict[str, Any]]:
    """What every rung has beyond the one below."""
    before: Mapping[Commitment, float] = {}
    for rung in rungs:
        for key, amount in sorted(rung.has.items()):
            more = amount - before.get(key, 0.0)
            if more > DUST:
                yield {"rung": rung.standing.name, **key._asdict(), "amount": more}
        before = rung.has
