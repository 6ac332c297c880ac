"""The search for a plan: solve the model of lines, look at the true loss, add lines where they were too low, repeat.

Outer approximation (Duran and Grossmann 1986). Every bound the solver proves for the model of lines is a bound for the
true loss; every plan found is valued by the exact formula. The search ends when the two are as close as was asked.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from allocopt.solver import Arrays, LiveModel, Result, SolverError, Status, compile_model
from allocopt.solver.arrays import Floats
from allocopt.solver.passing import Row
from allocopt.solving.blocks.whole import InBlocks, in_blocks
from allocopt.solving.dive import Rest, dive
from allocopt.solving.known_problems import by_its_own_method
from allocopt.solving.lines import Lines, worth_of_loss
from allocopt.solving.nearby import better_nearby, is_covering
from allocopt.solving.own_rows import OwnRows
from allocopt.solving.root import Root
from allocopt.solving.strong_rows import StrongRows
from allocopt_models.city import CityModel
from allocopt_models.settling import settle
from allocopt_models.standards import LossLeft

# A gap counts as reached when it is missed by no more than the tolerance of the solver.
GAP_TOLERANCE = 1e-6
# Standards on loss hold to this, relative.
STANDARD_TOLERANCE = 1e-6
# Whole numbers made whole may break a row by no more than the solver itself may, relative.
ROUNDING_TOLERANCE = 1e-7
# The solver's share of the gap; the rest is left to the lines, which are exact where the best plan lies.
SOLVER_SHARE = 0.9
# What lines may leave out, as a share of the gap: in the first rounds without whole numbers, and after.
RELAXED_LINES_SHARE, LINES_SHARE = 1e-4, 1e-3
# The rounds without whole numbers end when the bound rises by less than this share of the gap.
RELAXED_RISE = 0.02
MOST_RELAXED_ROUNDS = 12
# A short search grows a tree where the gap is so many times its patience.
FAR = 3.0
# A covering problem with a gap as wide as this, relative, after the dive: no search tree mends its plan soon.
WIDE = 0.05
MOST_ROUNDS = 60

# Told (objective of the best plan, bound) now and then; either may be infinite.
Progress = Callable[[float, float], None]


@dataclass(frozen=True)
class Targets:
    """When to stop: relative gap, gap of the loss avoided (with what is lost if nobody acts), the monotonic clock; or,
    in place of the two gaps, so far above the bound (`absolute`, in units of the objective); and after so many nodes
    of each search tree."""

    gap: float
    gap_avoided: float | None
    loss_if_nobody_acts: float
    deadline: float | None
    absolute: float | None = None
    nodes: int | None = None

    def allowed(self, objective: float, bound: float) -> float:
        """How far the objective may lie above the bound."""
        if self.absolute is not None:
            return self.absolute
        allowed = self.gap * max(abs(objective), 1.0)
        if self.gap_avoided is not None:
            allowed = min(allowed, self.gap_avoided * max(self.loss_if_nobody_acts - bound, 0.0))
        return allowed

    def reached(self, objective: float, bound: float) -> bool:
        """Whether every gap that was asked for is reached."""
        above = max(objective - bound, 0.0)
        if self.absolute is not None:
            return above <= self.absolute
        if above / max(abs(objective), 1.0) > self.gap + GAP_TOLERANCE:
            return False
        can_avoid = self.loss_if_nobody_acts - min(bound, objective)
        return self.gap_avoided is None or above <= (self.gap_avoided + GAP_TOLERANCE) * max(can_avoid, 0.0)


@dataclass
class Found:
    """What the search found: the best plan as values of all columns (None: no plan), and the best bound; of a problem
    with a method of its own, also multipliers of the rows that prove a bound, and of the rows `proving` after them."""

    x: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    infeasible: bool = False
    interrupted: bool = False
    rounds: int = 0
    multipliers: Floats | None = None
    proving: Sequence[Row] = ()


@dataclass
class Search:
    """The search on one live model; it can go on after the model was changed. `compiled` are the arrays of the city's
    model, where they are at hand; they are copied. `own` is what a caller added to the model, if anything."""

    city: CityModel
    threads: int | None = None
    progress: Progress | None = None
    interrupted: Callable[[], bool] = lambda: False
    compiled: Arrays | None = None
    own: OwnRows | None = None
    arrays: Arrays = field(init=False)
    live: LiveModel = field(init=False)
    _row_of: dict[int, int] | None = field(init=False, default=None)
    root: Root | None = field(init=False, default=None)
    blocks: InBlocks | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.arrays = compile_model(self.city.model) if self.compiled is None else self.compiled.copy()
        self.live = LiveModel(self.arrays, threads=self.threads, interrupted=self.interrupted)
        self._lines, column = Lines.of(self.city, self.arrays), self.arrays.column_of()
        short = self.city.model.standards.short
        rows = [(i, row) for i, row in enumerate(self.city.data.requirements) if isinstance(row.measured, LossLeft)]
        self._ceilings = {i: column[id(short[i])] for i, row in rows if not row.price_cny and id(short[i]) in column}

    @cached_property
    def _strong(self) -> StrongRows:
        """The strong rows that the model leaves out."""
        return StrongRows(self.city, self.arrays)

    def run(self, targets: Targets, start: Found | None = None, also: Floats | None = None) -> Found:
        """Search until the targets are reached, nothing more can be gained, or time or patience end; `start` has a
        plan and a bound that hold for the model as it stands; `also` is a plan to take if the dive finds no better."""
        found = start or self._known(targets)
        if start is None and not (found.interrupted or self.reached(targets, found)):
            self._solve_in_blocks(targets, found)
        relaxed = None if found.interrupted or self.reached(targets, found) else self.tighten_relaxed(targets, found)
        if relaxed is not None and not self.reached(targets, found):
            self.dive(targets, found, relaxed)
        if also is not None and self.arrays.allows(also):
            self.keep_if_better(also, found)
        if found.x is not None and self._is_wide(targets, found) and is_covering(self.live):
            self._keep_dive(better_nearby(self.live, found.x, targets.deadline), found)
        found.interrupted = self.live.was_interrupted
        slack = SOLVER_SHARE
        while found.rounds < MOST_ROUNDS and not (found.infeasible or found.interrupted):
            if self.reached(targets, found):
                break
            if targets.deadline is not None and time.monotonic() > targets.deadline:
                break
            gained = self.improve_once(targets, found, slack)
            if not gained and slack == 0.0:
                break
            slack = SOLVER_SHARE if gained else 0.0
        return found

    def _known(self, targets: Targets) -> Found:
        """What is found where the model is a problem with a method of its own; else nothing, to begin with."""
        found, told = Found(), self.progress or (lambda _, __: None)
        if self.live.added:
            return found
        limits = (lambda cost: targets.allowed(cost, cost), 0.5 * GAP_TOLERANCE, targets.deadline)
        answer = by_its_own_method(self.arrays, *limits, self.interrupted, told, self.threads)
        if answer is not None:
            x = self.decided(answer.x)
            if self.arrays.allows(x):
                self.keep_if_better(x, found)
            found.bound, found.multipliers, found.proving = answer.bound, answer.multipliers, answer.rows
            self.live.was_interrupted = found.interrupted = answer.interrupted and self.interrupted()
        return found

    def _solve_in_blocks(self, targets: Targets, found: Found) -> None:
        """A bound and a plan of a large city that falls into blocks. What a caller added may tie blocks together in any
        way, and nobody knows what a loss is worth through it: then nothing."""
        if self.own is not None:
            return
        self.blocks = in_blocks(
            self.city,
            self.arrays,
            lambda cost: targets.allowed(cost, cost),
            self._worth_of_loss(),
            threads=self.threads,
            deadline=targets.deadline,
            interrupted=self.interrupted,
        )
        if self.blocks is None:
            return
        self.live.add_rows(self.blocks.added)
        found.bound, found.multipliers = max(found.bound, self.blocks.bound), self.blocks.multipliers
        found.proving = self.blocks.added
        self._keep_dive(self.blocks.x, found)

    def _is_wide(self, targets: Targets, found: Found) -> bool:
        return not self.reached(targets, found) and found.objective - found.bound > WIDE * found.objective

    def run_short(self, start: Found, patience: float, nodes: int, *, first: bool = False) -> Found:
        """Search from a plan as long as it is cheap: without whole numbers; by a dive if the gap is then wider than
        `patience`, in units of the objective, to its `first` plan or within that; by one search tree of so many nodes
        if the gap is still far wider."""
        targets = Targets(0.0, None, 0.0, None, absolute=patience, nodes=nodes)
        relaxed = self.tighten_relaxed(targets, start)
        if relaxed is not None and start.objective - start.bound > patience:
            self._keep_dive(dive(self.live, relaxed, None, Rest(patience, nodes=1, first=first)), start)
        if start.objective - start.bound > FAR * patience and not start.infeasible:
            self.improve_once(targets, start, SOLVER_SHARE)
        return start

    def rows_of(self, component: Any, *index: Any) -> list[int]:
        """The rows of a component of the model whose index begins like this."""
        if self._row_of is None:
            self._row_of = {id(constraint): i for i, constraint in enumerate(self.arrays.constraints)}
        wanted = [key for key in component if (key if isinstance(key, tuple) else (key,))[: len(index)] == index]
        return [self._row_of[id(component[key])] for key in wanted if id(component[key]) in self._row_of]

    def coefficient(self, row: int, column: int) -> float:
        """The coefficient of a column in one of the model's own rows."""
        return self.arrays.coefficient(row, column)

    def entries_of(self, column: int, component: Any) -> list[tuple[int, float]]:
        """The rows of a component in which a column stands, with its coefficient there."""
        found = ((row, self.coefficient(row, column)) for row in self.rows_of(component))
        return [(row, value) for row, value in found if value]

    @staticmethod
    def reached(targets: Targets, found: Found) -> bool:
        return found.x is not None and targets.reached(found.objective, found.bound)

    def dive(self, targets: Targets, found: Found, relaxed: Floats, *, units: bool = False) -> None:
        """A plan by diving from a relaxed solution, kept if it is the best; `units` searches units and measures."""
        enough = found.bound + targets.allowed(found.bound, found.bound)
        self._keep_dive(dive(self.live, relaxed, targets.deadline, Rest(enough=enough, units=units)), found)

    def _keep_dive(self, x: Floats | None, found: Found) -> None:
        if x is not None:
            self.keep_if_better(self.decided(x), found)
            self._report(found)

    def tighten_relaxed(self, targets: Targets, found: Found) -> Floats | None:
        """Lines and strong rows where the relaxation lies, until they no longer move its bound. Returns the last
        relaxed solution."""
        before, x, self.blocks = -np.inf, None, None
        for _ in range(self._strong.rounds or MOST_RELAXED_ROUNDS):
            result, lines = self.live.solve(relaxed=True, deadline=targets.deadline), len(self.live.added)
            found.interrupted = result.interrupted
            if result.status is Status.INFEASIBLE:
                found.infeasible = True
            if result.status is not Status.OPTIMAL or result.x is None:
                break
            x = result.x
            found.bound = max(found.bound, result.bound)
            allowed = targets.allowed(result.bound, result.bound)
            small = RELAXED_LINES_SHARE * allowed / self._worth_of_loss()
            if result.bound - before <= RELAXED_RISE * allowed:
                break
            strong = self._strong.broken(result.x)
            self.live.add_rows(strong)
            if not (self.add_lines(result.x, small) or strong):
                break
            before = result.bound
        if x is not None:
            self.root = Root(result, self.live.basis(), lines)
        return x

    def fall(self, base: Result, column: int, step: float, deadline: float | None) -> float | None:
        """By how much the relaxation `base` falls when a column may rise by a step; None out of time."""
        lower, upper = self.arrays.lower[column], self.arrays.upper[column]
        self.live.set_bounds(column, lower, upper + step)
        raised = self.live.solve(relaxed=True, deadline=deadline)
        self.live.set_bounds(column, lower, upper)
        return max(base.objective - raised.objective, 0.0) if raised.status is Status.OPTIMAL else None

    def relaxation(self, deadline: float | None) -> Result:
        """The relaxation as it stands, from where it was last solved without any whole number fixed; the next solve
        starts there as well. Solved once more only where lines were added since."""
        root = self.root
        if root is None:
            return self.live.solve(relaxed=True, deadline=deadline)
        self.live.start_from(root.basis)
        if len(self.live.added) == root.lines and root.result.status is Status.OPTIMAL:
            return root.result
        return self.live.solve(relaxed=True, deadline=deadline)

    def improve_once(self, targets: Targets, found: Found, slack: float) -> bool:
        """One solve with whole numbers. True when it gained a line, a better plan or a better bound."""
        found.rounds += 1
        scale = found.objective if np.isfinite(found.objective) else found.bound
        allowed = targets.allowed(scale, found.bound) if np.isfinite(scale) else 0.0
        try:
            result = self.live.solve(
                absolute_gap=slack * allowed,
                deadline=targets.deadline,
                nodes=targets.nodes,
                start=found.x,
                progress=self._tell(found),
            )
        except SolverError as error:
            if found.x is None:
                raise
            warnings.warn(f"a search tree was given up, the plan before it stands: {error}", stacklevel=2)
            return False
        found.interrupted = result.interrupted
        if result.status is Status.INFEASIBLE:
            found.infeasible = found.x is None
            return False
        before = (found.objective, found.bound)
        found.bound = max(found.bound, result.bound)
        if result.x is None:
            return found.bound > before[1]
        x = self.decided(result.x)
        kept = self.keep_if_better(x, found)
        small = LINES_SHARE * allowed / self._worth_of_loss() if slack > 0 else 0.0
        added = self.add_lines(x, small / max(self._lines.cells, 1)) if kept else self.tighten(x)
        self._report(found)
        return added or (found.objective, found.bound) != before

    def _report(self, found: Found) -> None:
        if self.progress is not None:
            self.progress(found.objective, found.bound)

    def _tell(self, found: Found) -> Progress | None:
        told = self.progress
        return None if told is None else lambda _, bound: told(found.objective, max(bound, found.bound))

    def decided(self, x: Floats) -> Floats:
        """The solution with its whole numbers made whole, and the rest solved once more around them where that breaks
        a row."""
        whole = self.arrays.whole
        made = np.where(whole, np.round(x), x)
        if not whole.any() or whole.all() or self.arrays.allows(made, ROUNDING_TOLERANCE):
            return made
        lower, upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        fixed_lower, fixed_upper = lower.copy(), upper.copy()
        fixed_lower[whole] = fixed_upper[whole] = np.round(x[whole])
        self.live.set_all_bounds(fixed_lower, fixed_upper)
        result = self.live.solve(relaxed=True)
        self.live.set_all_bounds(lower, upper)
        return made if result.x is None else np.where(whole, made, result.x)

    def keep_if_better(self, x: Floats, found: Found) -> bool:
        """Value a solution by the exact formula; keep it if it is the best. False when it breaks a standard on loss, or
        a row of the caller's own."""
        exact = self.settle(x) if self.own is None else self.own.settled(self.settle(x), self.threads)
        if exact is None:
            return False
        objective = float(self.arrays.cost @ exact) + self.arrays.offset
        if not self._keeps_standards():
            return False
        if objective < found.objective:
            found.x, found.objective = exact, objective
        return True

    def named(self, x: Floats) -> dict[str, float]:
        """A solution as values by the names of the variables."""
        return {variable.name: float(number) for variable, number in zip(self.arrays.variables, x, strict=True)}

    def settle(self, x: Floats) -> Floats:
        """Put a solution into the model with every dependent variable at its true value; the values as columns."""
        for variable, number in zip(self.arrays.variables, x, strict=True):
            variable.set_value(float(number), skip_validation=True)
        settle(self.city)
        return np.array([variable.value for variable in self.arrays.variables])

    def _keeps_standards(self) -> bool:
        """Hard standards on loss, whose lines may still lie too low, as far as bounds ask for them; all others hold by
        the rows of the model."""
        short = self.city.model.standards.short
        return all(
            short[i].value <= self._may_miss.get(i, 0.0) + STANDARD_TOLERANCE * max(abs(row.required), 1e-12)
            for i, row in enumerate(self.city.data.requirements)
            if row.price_cny is None and isinstance(row.measured, LossLeft)
        )

    @property
    def _may_miss(self) -> dict[int, float]:
        """How far a hard standard on loss may be missed: not at all, unless somebody has let go of it."""
        return {i: float(self.arrays.upper[j]) for i, j in self._ceilings.items()}

    def _worth_of_loss(self) -> float:
        """At most so much of the objective for one CNY of loss; through what a caller added, nobody knows."""
        return worth_of_loss(self.city.data) if self.own is None else np.inf

    def tighten(self, x: Floats) -> bool:
        """Lines where ceilings on loss, or a caller's rows, need them to hold truly. True when some were added."""
        if self.own is not None:
            return self.add_lines(x, 0.0)
        ceilings = [
            abs(row.required) * row.measured.heads
            for row in self.city.data.requirements
            if isinstance(row.measured, LossLeft)
        ]
        return self.add_lines(x, 0.1 * STANDARD_TOLERANCE * min(ceilings, default=0.0) / max(self._lines.cells, 1))

    def add_lines(self, x: Floats, small: float) -> bool:
        """A line for every cell whose loss lies above what the model says, by more than a small sum in CNY."""
        rows = self._lines.lacking(x, small)
        self.live.add_rows(rows)
        return bool(rows)
