"""One point of the curve: the best plan within so many changes of the present one, a pure task."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.plan import Plan
from allocopt.plan.changes import Deed, deeds
from allocopt.solver.arrays import Floats
from allocopt.solving.beats import shorten_beats
from allocopt.solving.certificate import certificate
from allocopt.solving.completing import BEATS_GAP_MIN, complete_plan, objective_of, settled
from allocopt.solving.conflicts import find_conflict
from allocopt.solving.decisions import ANSWERING_TABLE, RECOURSE_TABLES
from allocopt.solving.manifest import describe
from allocopt.solving.near_plan import Near, near
from allocopt.solving.options import Options
from allocopt.solving.search import Found, Search, Targets
from allocopt.solving.taken_up import TakenUp, take_up
from allocopt.study.keeping import Ended
from allocopt.tell.outcomes import loss_if_nobody_acts
from allocopt.tell.tables import plan_tables
from allocopt_models.city import CityModel, city_model

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
# With whole numbers held, the best recourse is sought to the solver's own tolerance.
EXACTLY = 1e-9


@dataclass(frozen=True)
class PointTask:
    """The present plan as its tables of decisions, and how many changes there may be (None: any number). The plan is
    sought to the gap of the options, or to `absolute` in units of the objective."""

    city: City
    options: Options
    present: Tables
    changes: int | None
    absolute: float | None = None


@dataclass(frozen=True)
class Point:
    """The best plan found within so many changes (None: any number), if one was, and what is proved of all of them.
    `conflict` says what cannot hold together where there is no plan at all."""

    changes: int | None
    status: str
    objective: float
    bound: float
    has_plan: bool
    conflict: dict[str, Any] | None = None


@dataclass(frozen=True)
class Seen:
    """The present plan as the model tells it: whether it keeps every row, what it comes to and does, and its rows that
    are no action there. `has_plan` says that it is kept as a plan, which it is where it breaks no rule."""

    keeps: bool
    has_plan: bool
    figures: dict[str, float]
    deeds: list[tuple[Deed, int]]
    strays: list[dict[str, Any]]

    @property
    def objective(self) -> float:
        """What it comes to; infinite where it breaks rules, so that anything is better."""
        return self.figures["objective"] if self.keeps else np.inf


def look(task: PointTask) -> Ended:
    """The present plan."""
    points = _Points(task)
    plan, whole = points.present, points.keeps and not points.strays
    figures = {key: float(plan.manifest[key]) for key in ("objective", "loss", "spending")}
    strays = [{"table": stray.table, **stray.cells, "why": stray.why} for stray in points.strays]
    seen = Seen(points.keeps, whole, figures, sorted(deeds(plan.tables).items()), strays)
    return Ended(seen, plan if whole else None)


def solve_point(task: PointTask) -> Ended:
    """The best plan within the changes of the task."""
    return _Points(task).solve()


class _Points:
    def __init__(self, task: PointTask) -> None:
        self.task, options = task, task.options
        self.arranged = arrange(task.city, options.acting(task.city), options.objective, every_action=True)
        model = city_model(self.arranged.data)
        search = Search(model, threads=options.threads)
        taken = take_up(search.arrays, self.arranged, task.present)
        x, keeps = _with_recourse(search, taken)
        objective = objective_of(search, x)
        told = self._told(model, Found(x, objective, objective), "feasible")
        unknown = {"bound": None, "gap": None, "gap_avoided": None}  # whether another would be better is yet to be seen
        self.present = Plan({**told.manifest, **unknown}, told.tables)
        self.keeps, self.strays = keeps, taken.strays
        self.search: Near = near(model, search.arrays, dict(enumerate(x)), threads=options.threads)
        self.start: Floats | None = self.search.with_changes(x, search.arrays) if keeps else None

    def solve(self) -> Ended:
        task, options = self.task, self.task.options
        deadline = None if options.time_limit is None else time.monotonic() + options.time_limit
        nobody = loss_if_nobody_acts(self.search.city.data)
        targets = Targets(options.gap, options.gap_avoided if options.is_loss else None, nobody, deadline)
        if task.absolute is not None:
            targets = replace(targets, absolute=task.absolute)
        found = self.search.within(task.changes, targets, self.start)
        if found.x is None:
            return self._without(found, deadline)
        self.search.settle(found.x)
        shorten_beats(self.search.city, absolute_gap=BEATS_GAP_MIN, threads=options.threads, deadline=deadline)
        bound = min(found.bound, found.objective)
        asked = Targets(options.gap, targets.gap_avoided, nobody, None)
        status = "optimal" if asked.reached(found.objective, bound) else "feasible"
        plan = self._told(self.search.city, found, status)
        return Ended(Point(task.changes, status, found.objective, bound, has_plan=True), plan)

    def _without(self, found: Found, deadline: float | None) -> Ended:
        """No plan: either there is none, or none was found in time."""
        changes, conflict = self.task.changes, None
        if not found.infeasible:
            return Ended(Point(changes, "no_plan", np.inf, found.bound, has_plan=False))
        if changes is None:
            conflict = find_conflict(self.task.city, self.search, deadline)
        return Ended(Point(changes, "infeasible", np.inf, np.inf, has_plan=False, conflict=conflict))

    def _told(self, model: CityModel, found: Found, status: str) -> Plan:
        arranged: Arranged = self.arranged
        manifest = {**describe(self.task.city, self.task.options), "status": status}
        manifest |= {} if self.task.changes is None else {"within_changes": self.task.changes}
        manifest |= certificate(model, arranged, found, is_loss=self.task.options.is_loss)
        return Plan(manifest, plan_tables(model, arranged))


def _with_recourse(search: Search, taken: TakenUp) -> tuple[Floats, bool]:
    """The present plan as values of all columns, and whether it keeps every row.

    What is decided when it is known what has happened, and who answers for a site, is decided anew; only where that
    leads to no plan, since the present one breaks rules, does it stay as it was.
    """
    first = taken.without(*RECOURSE_TABLES, ANSWERING_TABLE, arrays=search.arrays)
    completed = complete_plan(search, first, Targets(EXACTLY, None, 0.0, None))
    if completed.keeps:
        return completed.x, True
    return settled(search, taken.values), False
