"""The points of a frontier, solved in rounds: both ends, the middle, the quarters, …

A point uses only what earlier rounds kept, so that nothing depends on who ended first; and what earlier points prove
within the gap is not solved again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from allocopt.city import City
from allocopt.solving.search import Targets
from allocopt.study.frontier.known import Known, known
from allocopt.study.frontier.live import Ground
from allocopt.study.frontier.point import Point, Record, solve_point
from allocopt.study.frontier.sums import rounds
from allocopt.study.keeping import PLANS, Keeper
from allocopt.study.workers import Runner

# Where the plan stands that is known before any point is solved.
BEFORE = -1


@dataclass(frozen=True)
class Standing:
    """What the study knows of one point in the end; infinite where there is no plan."""

    name: str
    share: float
    status: str
    objective: float
    bound: float
    gap_avoided: float | None
    loss: float
    spending: float
    how: str
    plan: str
    loss_if_nobody_acts: float = math.inf

    @property
    def gap(self) -> float:
        return (
            (self.objective - self.bound) / max(abs(self.objective), 1.0) if math.isfinite(self.objective) else math.nan
        )


# What a point takes over from a plan of less.
_TOLD = ("objective", "loss", "spending", "x")


class Frontier:
    """Points at which ever more is allowed: `wanted` says how much, one number a point, and `cities` has it. The plan
    of `before`, if there is one, is allowed at the first of them. `names` are theirs, else their numbers."""

    def __init__(
        self,
        ground: Ground,
        wanted: Sequence[float],
        cities: Sequence[City],
        keeper: Keeper,
        run: Runner,
        *,
        names: Sequence[str] = (),
        before: Record | None = None,
    ) -> None:
        self.ground, self.options, self.keeper, self.run = ground, ground.options, keeper, run
        self.wanted, self.cities = wanted, cities
        self.names = names or [f"{i + 1:0{len(str(len(wanted)))}d}" for i in range(len(wanted))]
        self.amounts = [ground.dial.amounts(city, ground.options) for city in cities]
        self.most = ground.dial.amounts(ground.city, ground.options)
        self.records: dict[int, Record] = {} if before is None else {BEFORE: before}
        self.plans: dict[int, str] = {}

    def found(self) -> list[Standing]:
        waves = list(rounds(len(self.wanted)))
        for number, places in enumerate(waves):
            self.keeper.course.say(
                f"round {number + 1} of {len(waves)}: points {', '.join(self.names[place] for place in places)}"
            )
            tasks = {self.names[place]: self.point(place) for place in places if not self._is_hopeless(place)}
            self.keeper.course.expect(solve_point, len(tasks) + sum(len(wave) for wave in waves[number + 1 :]))
            done = self.keeper.run(self.run, solve_point, tasks, Record)
            self.records |= {place: done[self.names[place]] for place in places if self.names[place] in done}
        self._use_plans_below()
        return [self._standing(place) for place in range(len(self.wanted))]

    def _known(self, place: int) -> Known:
        return known(self.wanted[place], self.amounts[place], self.most, list(self.records.values()))

    def _is_hopeless(self, place: int) -> bool:
        """Whether more was already not enough."""
        return any(record.status == "infeasible" and at >= place for at, record in self.records.items())

    def point(self, place: int, *, tell_only: bool = False) -> Point:
        solved = sorted(self.records)
        below = max((at for at in solved if at < place and self.records[at].has_plan), default=None)
        relaxed = [at for at in solved if self.records[at].vertex is not None]
        near = min(relaxed, key=lambda at: (abs(at - place), at), default=None)
        here = self._known(place)
        return Point(
            ground=self.ground,
            city=self.cities[place],
            share=self.wanted[place],
            near=None if near is None else self.records[near],
            below=here.best if tell_only or below is None else self._better(self.records[below], here.best),
            known=here.bound,
            tree=here.tree,
            tell_only=tell_only,
        )

    @staticmethod
    def _better(one: Record, other: Record | None) -> Record:
        return one if other is None or one.objective <= other.objective else other

    def _use_plans_below(self) -> None:
        """Points to which a plan of less, found in a later round, is better than their own take that one."""
        better = [
            place
            for place, record in sorted(self.records.items())
            if place != BEFORE and record.has_plan and self._known(place).objective < record.objective
        ]
        tasks = {f"{self.names[place]}-from-below": self.point(place, tell_only=True) for place in better}
        done = self.keeper.run(self.run, solve_point, tasks, Record)
        for place in better:
            self.plans[place] = f"{self.names[place]}-from-below"
            told = done[self.plans[place]]
            self.records[place] = replace(self.records[place], **{key: getattr(told, key) for key in _TOLD})

    def _standing(self, place: int) -> Standing:
        record, here = self.records.get(place), self._known(place)
        share = self.wanted[place]
        about = (self.names[place], share)
        if record is None or not record.has_plan:
            status = "infeasible" if record is None else record.status
            how = "known" if record is None else record.how
            bound = math.inf if status == "infeasible" else here.bound
            return Standing(*about, status, math.inf, bound, None, math.inf, math.inf, how, "")
        plan = f"{PLANS}/{self.plans.get(place, self.names[place])}"
        bound = min(here.bound, record.objective)
        nobody = record.loss_if_nobody_acts
        targets = Targets(self.options.gap, self.options.gap_avoided, nobody, None)
        status = "optimal" if targets.reached(record.objective, bound) else "feasible"
        can_avoid = nobody - bound
        avoided = (record.objective - bound) / can_avoid if self.options.is_loss and can_avoid > 0 else None
        return Standing(
            *about, status, record.objective, bound, avoided, record.loss, record.spending, record.how, plan, nobody
        )
