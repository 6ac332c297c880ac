"""What it would be worth to survey one more site or area before deciding.

A survey reveals the true factors of the uncertain rows of its sites (`draws.py`). The expected loss is linear in ℓ, so
with one survey made all other rows stay at their stated figures, and nothing but costs of the model changes. With f
the drawn factors, its worth is min_x E[loss(x, f)] − E[min_x loss(x, f)] (Raiffa and Schlaifer 1961). Plans that can
be done stay the same; ceilings on loss go on speaking of the stated figures.

Over the draws k, with B the bound of the plan's own search, Y all plans found and b[k] a bound under draw k:

    at least  B − mean_k min_{y∈Y} loss(y, f[k])
    estimate  min_{y∈Y} mean_k loss(y, f[k]) − mean_k min_{y∈Y} loss(y, f[k])
    at most   min_{y∈Y} mean_k loss(y, f[k]) − mean_k b[k]

From the cheapest bound to the dearest: what the cells alone can move (no solve) for all surveys, the relaxed model for
those where this is most, plans with whole numbers for the best of these. Where only the relaxed model was solved the
estimate is the relaxed model's own.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from allocopt.arrange.standards import depth
from allocopt.schema.places import SiteRow
from allocopt.schema.risk import RiskRow
from allocopt.solver import Result, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Targets
from allocopt.study.foreknowledge.draws import factors, is_uncertain
from allocopt.study.foreknowledge.figures import Figure, Patience, bound_of
from allocopt.study.foreknowledge.foresight import Base
from allocopt_models.terms import Cell

BY = ("sites", "areas", "none")
Basis = Literal["whole plans", "without whole numbers", "at most"]
# So many surveys are looked at with the relaxed model at most.
MOST_RELAXED = 60
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
    """What a survey is worth, in units of the objective. `error`: standard error of the estimate from drawing."""

    survey: Survey
    figure: Figure
    error: float | None
    basis: Basis


def uncertain_rows(rows: Iterable[RiskRow]) -> list[RiskRow]:
    """The rows that a survey could say more about."""
    return [row for row in rows if is_uncertain(row) and row.loss_cny + row.casualties > 0]


def appraise(
    base: Base, asked: Surveying, patience: Patience, tell: Callable[[str], None] | None = None
) -> list[Worth]:
    """The worth of each survey, the most valuable first."""
    search, found = base.search, base.found
    appraiser = _Appraiser(base, patience, tell)
    cost, offset = search.arrays.cost.copy(), search.arrays.offset
    try:
        worths = [appraiser.at_most(survey) for survey in _surveys(base, asked)]
        worths.sort(key=_order)
        if not appraiser.stopped and appraiser.relax(worths[0].survey if worths else None):
            worths[:MOST_RELAXED] = [appraiser.relaxed(worth) for worth in worths[:MOST_RELAXED]]
            worths.sort(key=_order)
            worths[: asked.whole] = [appraiser.whole(worth) for worth in worths[: asked.whole]]
    finally:
        search.live.set_costs(cost, offset)
        search.settle(found.x)  # type: ignore[arg-type]
    return sorted(worths, key=_order)


def _order(worth: Worth) -> tuple[bool, float, str]:
    """Those with an estimate first, by it; then by what they can be worth at most."""
    most = worth.figure.value if worth.figure.value is not None else worth.figure.high
    return (worth.figure.value is None, -(most or 0.0), worth.survey.name)


def _surveys(base: Base, asked: Surveying) -> list[Survey]:
    """One for each site or area with an uncertain row."""
    if asked.by == "none":
        return []
    area_of = {site.id: depth(site.area, asked.level) for site in base.city.of(SiteRow)}
    by_name: dict[str, list[RiskRow]] = defaultdict(list)
    for row in uncertain_rows(base.city.of(RiskRow)):
        by_name[row.site if asked.by == "sites" else area_of[row.site]].append(row)
    column, cells = base.search.columns_of_loss(), _cells_of(base)
    weights = base.arranged.data.objective.weights
    weight = weights.get("loss", 0.0) + weights.get("loss_and_spending", 0.0)
    return [_survey(name, by_name[name], asked, weight, base, column, cells) for name in sorted(by_name)]


def _cells_of(base: Base) -> dict[tuple[str, str], list[Cell]]:
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in base.arranged.data.loss_cny:
        cells[cell.site, cell.hazard].append(cell)
    return cells


def _survey(
    name: str,
    rows: Sequence[RiskRow],
    asked: Surveying,
    weight: float,
    base: Base,
    column: dict[Cell, int],
    cells: dict[tuple[str, str], list[Cell]],
) -> Survey:
    extra: dict[int, Floats] = {}
    stands_for = 0.0
    for row in rows:
        more = factors(row, asked.draws, asked.seed) - 1.0
        for cell in cells.get((row.site, row.hazard), ()):
            if row.period in (None, cell.period):
                loss = base.arranged.data.loss_cny[cell]
                stands_for += loss
                if cell in column:  # alike cells share one
                    extra[column[cell]] = extra.get(column[cell], 0.0) + weight * loss * more
    table = np.array(list(extra.values())).T if extra else np.zeros((asked.draws, 0))
    return Survey(name, len(rows), stands_for, list(extra), table)


class _Appraiser:
    """Bounds and plans gathered on the live model. `plans`: all found, as values of all columns, the plan's own first;
    `objectives`: theirs at the stated figures, which are their means over the draws."""

    def __init__(self, base: Base, patience: Patience, tell: Callable[[str], None] | None) -> None:
        assert base.found.x is not None
        self.search, self.patience, self.tell = base.search, patience, tell
        self.cost, self.offset = self.search.arrays.cost.copy(), self.search.arrays.offset
        self.plans: list[Floats] = [base.found.x]
        self.objectives: list[float] = [base.found.objective]
        self.bound = bound_of(base.found)
        self.bounds: dict[str, Floats] = {}
        self.relaxation: Result | None = None
        self.least_left = self._least_left()

    @property
    def stopped(self) -> bool:
        return self.search.live.was_interrupted

    def at_most(self, survey: Survey) -> Worth:
        """What its cells alone can move, over what is not known of the plan itself: no survey is worth more."""
        x = self.plans[0][survey.columns]
        best = np.where(survey.extra > 0, self.least_left[survey.columns], 1.0)
        moved = float((survey.extra * (x - best)).sum(axis=1).mean())
        if moved <= 0.0:
            return Worth(survey, Figure(0.0, 0.0, 0.0), 0.0, "at most")
        return Worth(survey, Figure(0.0, None, moved + self.objectives[0] - self.bound), None, "at most")

    def relax(self, widest: Survey | None) -> bool:
        """Solve the relaxed model for the stated figures, with lines as fine as the surveys need. False if it fails."""
        if widest is None:
            return False
        self._say("the relaxed model")
        self.small = LINES_SHARE * float(np.abs(widest.extra).sum(axis=1).mean())
        self.relaxation = self._solve_relaxed(BASE_ROUNDS)
        return self.relaxation is not None

    def relaxed(self, worth: Worth) -> Worth:
        """The worth in the relaxed model, and a better bound from above."""
        survey = worth.survey
        if worth.figure.high == 0.0 or self.stopped or self.relaxation is None or self.relaxation.x is None:
            return worth
        self._say(f"survey of {survey.name}, without whole numbers")
        bounds = [self._relaxed_bound(survey, k) for k in range(len(survey.extra))]
        known = [bound for bound in bounds if bound is not None]
        if len(known) < len(bounds):
            return worth
        least = self.bounds[survey.name] = np.array(known)
        base = self.relaxation.bound
        gained = np.maximum(base + survey.extra @ self.relaxation.x[survey.columns] - least, 0.0)
        high = min(worth.figure.high or 0.0, max(min(self.objectives) - float(least.mean()), 0.0))
        value = min(float(gained.mean()), high)
        return Worth(survey, Figure(0.0, value, high), _error(gained), "without whole numbers")

    def whole(self, worth: Worth) -> Worth:
        """The worth with whole numbers, between bounds."""
        survey, estimate = worth.survey, worth.figure.value
        if not estimate or self.stopped or worth.basis != "without whole numbers":
            return worth
        bounds = []
        for k in range(len(survey.extra)):
            self._say(f"survey of {survey.name}, draw {k + 1} of {len(survey.extra)}")
            bounds.append(self._whole_bound(survey, k, NEAR * estimate))
        losses = self._losses(survey)
        best = losses.min(axis=0)
        gained = losses[int(np.argmin(self.objectives))] - best
        least = min(self.objectives)
        high = min(worth.figure.high or math.inf, least - float(np.minimum(bounds, best).mean()))
        value, high = float(gained.mean()), max(high, float(gained.mean()))
        low = min(max(self.bound - float(best.mean()), 0.0), value)
        return Worth(survey, Figure(low, value, high), _error(gained), "whole plans")

    def _relaxed_bound(self, survey: Survey, k: int) -> float | None:
        self._weigh(survey, k)
        result = self._solve_relaxed(DRAW_ROUNDS)
        return None if result is None else result.bound

    def _whole_bound(self, survey: Survey, k: int, near: float) -> float:
        """Search under one draw from the best plan known for it; keep what is found; the bound."""
        self._weigh(survey, k)
        losses = self._losses(survey)[:, k]
        best = int(np.argmin(losses))
        deadline = self.patience.share(2 * len(survey.extra))
        targets = Targets(0.0, None, 0.0, deadline, absolute=near, nodes=NODES)
        found = Found(self.plans[best], float(losses[best]), float(self.bounds[survey.name][k]))
        relaxed = self._solve_relaxed(DRAW_ROUNDS)
        if relaxed is not None and relaxed.x is not None:
            found.bound = max(found.bound, relaxed.bound)
            found = self.search.improved_near(found, relaxed.x, targets)
        if self.search.arrays.whole.sum() <= SMALL and not self.stopped:
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

    def _say(self, text: str) -> None:
        if self.tell is not None:
            self.tell(text)


def _error(gained: Floats) -> float:
    """Standard error of a mean; stratified draws are nearer than that."""
    return float(gained.std(ddof=1) / math.sqrt(len(gained)))
