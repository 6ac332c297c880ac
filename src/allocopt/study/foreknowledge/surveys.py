"""What it would be worth to survey one more site or area before deciding.

A survey reveals the true factors of the uncertain rows of its sites (`draws.py`). The expected loss is linear in ℓ, so
with one survey made all other rows stay at their stated figures, and nothing but costs of the model changes. With f
the drawn factors, its worth is min_x E[loss(x, f)] − E[min_x loss(x, f)] (Raiffa and Schlaifer 1961). Plans that can
be done stay the same; ceilings on loss go on speaking of the stated figures.

Over the draws k, with B the bound of the plan's own search, Y all plans found and b[k] a bound under draw k:

    at least  B − mean_k min_{y∈Y} loss(y, f[k])
    estimate  min_{y∈Y} mean_k loss(y, f[k]) − mean_k min_{y∈Y} loss(y, f[k])
    at most   min_{y∈Y} mean_k loss(y, f[k]) − mean_k b[k]

From the cheapest bound to the dearest, a round of tasks each: what the cells alone can move (no solve) for all
surveys, the relaxed model for those where this is most, plans with whole numbers for the best of these. Where only the
relaxed model was solved the estimate is the relaxed model's own. Y are the plan and what the survey's own task found.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from allocopt.arrange.standards import depth
from allocopt.city import City
from allocopt.schema.places import SiteRow
from allocopt.schema.risk import RiskRow
from allocopt.solver import Result, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Targets
from allocopt.study.foreknowledge.draws import factors, is_uncertain
from allocopt.study.foreknowledge.figures import Figure, Patience, bound_of
from allocopt.study.foreknowledge.here_and_now import Here
from allocopt.study.foreknowledge.staged import ONE_AT_A_TIME, Ground, Standing, standing
from allocopt.study.keeping import Ended
from allocopt_models.terms import Cell

BY = ("sites", "areas", "none")
Basis = Literal["whole plans", "without whole numbers", "at most"]
# So many surveys are looked at with the relaxed model at most, so many of them in one task.
MOST_RELAXED, CHUNK = 60, 16
# Rounds of lines in the relaxed model: for the stated figures, and for each draw.
BASE_ROUNDS, DRAW_ROUNDS = 10, 3
# What lines may leave out in a cell, as a share of what a survey can move at all.
LINES_SHARE = 1e-3
# With whole numbers the search stops so near, as a share of the relaxed worth, or after so many nodes of a tree.
NEAR, NODES = 0.05, 10
# A model with no more whole numbers than this is searched as a whole, in so many rounds at most; in a larger one only
# what a draw moves is decided anew, and the bound stays that of the relaxed model.
SMALL, ROUNDS = 1000, 6


@dataclass(frozen=True)
class Surveying:
    """What is asked: the surveys, the draws, and how many surveys are looked at with whole numbers."""

    by: str
    level: int | None
    draws: int
    seed: int
    whole: int


@dataclass(frozen=True)
class Survey:
    """What a survey can find. `columns` of the model cost `extra` more under each draw (by draw and column)."""

    name: str
    rows: int
    loss_cny: float
    columns: Sequence[int]
    extra: Floats


@dataclass(frozen=True)
class Worth:
    """What a survey is worth, in units of the objective. `error`: standard error of the estimate from drawing;
    `bounds`: what is proved under each draw, by the relaxed model."""

    name: str
    rows: int
    loss_cny: float
    figure: Figure
    error: float | None
    basis: Basis
    bounds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Worths:
    """What a task found, the most valuable survey first."""

    found: list[Worth]


@dataclass(frozen=True)
class Appraising:
    """A task: the city, its plan, and the surveys that are looked at closer, as they are known so far. Lines are as
    fine as the survey `widest` needs; `seconds` there are (None: any number)."""

    ground: Ground
    here: Here
    asked: Surveying
    worths: Sequence[Worth] = ()
    widest: str = ""
    seconds: float | None = None


def uncertain_rows(rows: Iterable[RiskRow]) -> list[RiskRow]:
    """The rows that a survey could say more about."""
    return [row for row in rows if is_uncertain(row) and row.loss_cny + row.casualties > 0]


def look_over(task: Appraising) -> Ended:
    """What all surveys can be worth at most, without a solve."""
    with ONE_AT_A_TIME:
        names = sorted(rows_by_survey(task.ground.city, task.asked))
        appraiser = _Appraiser(task, names)
        return Ended(Worths(in_order(appraiser.at_most(name) for name in names)))


def relax(task: Appraising) -> Ended:
    """The worth of some surveys in the relaxed model, one after the other on one live model."""
    with ONE_AT_A_TIME:
        appraiser = _Appraiser(task, [worth.name for worth in task.worths])
        solved = appraiser.relax()
        return Ended(Worths(in_order(appraiser.relaxed(worth) if solved else worth for worth in task.worths)))


def decide(task: Appraising) -> Ended:
    """The worth of surveys with whole numbers."""
    with ONE_AT_A_TIME:
        appraiser = _Appraiser(task, [worth.name for worth in task.worths])
        solved = appraiser.relax()
        return Ended(Worths(in_order(appraiser.whole(worth) if solved else worth for worth in task.worths)))


def in_order(worths: Iterable[Worth]) -> list[Worth]:
    """Those with an estimate first, by it; then by what they can be worth at most."""
    return sorted(worths, key=_order)


def _order(worth: Worth) -> tuple[bool, float, str]:
    most = worth.figure.value if worth.figure.value is not None else worth.figure.high
    return (worth.figure.value is None, -(most or 0.0), worth.name)


def rows_by_survey(city: City, asked: Surveying) -> dict[str, list[RiskRow]]:
    """The uncertain rows of each site or area."""
    area_of = {site.id: depth(site.area, asked.level) for site in city.of(SiteRow)}
    out: dict[str, list[RiskRow]] = defaultdict(list)
    for row in uncertain_rows(city.of(RiskRow)):
        out[row.site if asked.by == "sites" else area_of[row.site]].append(row)
    return out


class _Surveys:
    """What surveys can find on a compiled model."""

    def __init__(self, task: Appraising, standing: Standing, column: dict[Cell, int]) -> None:
        self.asked, self.column, self.loss_cny = task.asked, column, standing.arranged.data.loss_cny
        self._rows = rows_by_survey(task.ground.city, task.asked)
        weights = standing.arranged.data.objective.weights
        self._weight = weights.get("loss", 0.0) + weights.get("loss_and_spending", 0.0)
        self._cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
        for cell in self.loss_cny:
            self._cells[cell.site, cell.hazard].append(cell)

    def __call__(self, name: str) -> Survey:
        extra: dict[int, Floats] = {}
        stands_for = 0.0
        for row in self._rows[name]:
            more = factors(row, self.asked.draws, self.asked.seed) - 1.0
            for cell in self._touched(row):
                loss = self.loss_cny[cell]
                stands_for += loss
                if (j := self.column.get(cell)) is not None:  # alike cells share one
                    extra[j] = extra.get(j, 0.0) + self._weight * loss * more
        table = np.array(list(extra.values())).T if extra else np.zeros((self.asked.draws, 0))
        return Survey(name, len(self._rows[name]), stands_for, list(extra), table)

    def _touched(self, row: RiskRow) -> Iterator[Cell]:
        return (cell for cell in self._cells.get((row.site, row.hazard), ()) if row.period in (None, cell.period))


class _Appraiser:
    """Bounds and plans gathered on a live model. `plans`: all found, as values of all columns, the plan's own first;
    `objectives`: theirs at the stated figures, which are their means over the draws."""

    def __init__(self, task: Appraising, names: Sequence[str]) -> None:
        here = standing(task.ground)
        self.task, self.search, self.patience = task, here.search(), Patience(task.seconds)
        self.cost, self.offset = self.search.arrays.cost.copy(), self.search.arrays.offset
        found = task.here.found_on(self.search)
        assert found.x is not None
        self.plans: list[Floats] = [found.x]
        self.objectives: list[float] = [found.objective]
        self.bound = bound_of(found)
        self.relaxation: Result | None = None
        self.least_left = self._least_left()
        of = _Surveys(task, here, self.search.columns_of_loss())
        self.surveys = {name: of(name) for name in {*names, *filter(None, [task.widest])}}

    def at_most(self, name: str) -> Worth:
        """What its cells alone can move, over what is not known of the plan itself: no survey is worth more."""
        survey = self.surveys[name]
        x = self.plans[0][survey.columns]
        best = np.where(survey.extra > 0, self.least_left[survey.columns], 1.0)
        moved = float((survey.extra * (x - best)).sum(axis=1).mean())
        about = (survey.name, survey.rows, survey.loss_cny)
        if moved <= 0.0:
            return Worth(*about, Figure(0.0, 0.0, 0.0), 0.0, "at most")
        return Worth(*about, Figure(0.0, None, moved + self.objectives[0] - self.bound), None, "at most")

    def relax(self) -> bool:
        """Solve the relaxed model for the stated figures, with lines as fine as the surveys need. False if it fails."""
        widest = self.surveys[self.task.widest]
        self.small = LINES_SHARE * float(np.abs(widest.extra).sum(axis=1).mean())
        self.relaxation = self._solve_relaxed(BASE_ROUNDS)
        return self.relaxation is not None

    def relaxed(self, worth: Worth) -> Worth:
        """The worth in the relaxed model, and a better bound from above."""
        survey = self.surveys[worth.name]
        if worth.figure.high == 0.0 or self.relaxation is None or self.relaxation.x is None:
            return worth
        bounds = [self._relaxed_bound(survey, k) for k in range(len(survey.extra))]
        known = [bound for bound in bounds if bound is not None]
        if len(known) < len(bounds):
            return worth
        least, base = np.array(known), self.relaxation.bound
        gained = np.maximum(base + survey.extra @ self.relaxation.x[survey.columns] - least, 0.0)
        high = min(worth.figure.high or 0.0, max(min(self.objectives) - float(least.mean()), 0.0))
        figure = Figure(0.0, min(float(gained.mean()), high), high)
        return replace(worth, figure=figure, error=_error(gained), basis="without whole numbers", bounds=known)

    def whole(self, worth: Worth) -> Worth:
        """The worth with whole numbers, between bounds."""
        survey, estimate = self.surveys[worth.name], worth.figure.value
        if not estimate or worth.basis != "without whole numbers":
            return worth
        near = NEAR * estimate
        bounds = [self._whole_bound(survey, k, near, known) for k, known in enumerate(worth.bounds)]
        losses = self._losses(survey)
        best = losses.min(axis=0)
        gained = losses[int(np.argmin(self.objectives))] - best
        least = min(self.objectives)
        high = min(worth.figure.high or math.inf, least - float(np.minimum(bounds, best).mean()))
        value, high = float(gained.mean()), max(high, float(gained.mean()))
        low = min(max(self.bound - float(best.mean()), 0.0), value)
        return replace(worth, figure=Figure(low, value, high), error=_error(gained), basis="whole plans")

    def _relaxed_bound(self, survey: Survey, k: int) -> float | None:
        self._weigh(survey, k)
        result = self._solve_relaxed(DRAW_ROUNDS)
        return None if result is None else result.bound

    def _whole_bound(self, survey: Survey, k: int, near: float, known: float) -> float:
        """Search under one draw from the best plan and the bound known for it; keep what is found; the bound."""
        self._weigh(survey, k)
        losses = self._losses(survey)[:, k]
        best = int(np.argmin(losses))
        deadline = self.patience.share(2 * len(survey.extra))
        targets = Targets(0.0, None, 0.0, deadline, absolute=near, nodes=NODES)
        found = Found(self.plans[best], float(losses[best]), known)
        relaxed = self._solve_relaxed(DRAW_ROUNDS)
        if relaxed is not None and relaxed.x is not None:
            found.bound = max(found.bound, relaxed.bound)
            found = self.search.improved_near(found, relaxed.x, targets)
        if self.search.arrays.whole.sum() <= SMALL:
            found = self.search.improved(found, targets, ROUNDS)
        if found.x is not None and found.objective < losses[best]:
            self.plans.append(found.x)
            self.objectives.append(float(self.cost @ found.x) + self.offset)
        return float(found.bound)

    def _losses(self, survey: Survey) -> Floats:
        """The objective of every plan found (row) under every draw (column)."""
        moved = np.array([survey.extra @ x[survey.columns] for x in self.plans])
        losses: Floats = np.array(self.objectives)[:, None] + moved
        return losses

    def _weigh(self, survey: Survey, k: int) -> None:
        cost = self.cost.copy()
        cost[survey.columns] += survey.extra[k]
        self.search.live.set_costs(cost, self.offset)

    def _solve_relaxed(self, rounds: int) -> Result | None:
        for _ in range(rounds):
            result = self.search.live.solve(relaxed=True, deadline=self.patience.share(1))
            if result.status is not Status.OPTIMAL or result.x is None:
                return None
            if not self.search.add_lines(result.x, self.small):
                break
        return result

    def _least_left(self) -> Floats:
        """The least that can be left of each cell's loss, by column."""
        risk, out = self.search.city.model.risk, np.zeros(len(self.cost))
        for cell, j in self.search.columns_of_loss().items():
            out[j] = math.exp(-risk.most_effort[cell]) if (cell := risk.alike[cell]) in risk.CELLS else 0.0
        return out


def _error(gained: Floats) -> float:
    """Standard error of a mean; stratified draws are nearer than that."""
    return float(gained.std(ddof=1) / math.sqrt(len(gained)))
