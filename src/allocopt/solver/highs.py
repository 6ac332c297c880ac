"""A live HiGHS model: solved, changed, and solved again. Every status that HiGHS returns is looked at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from allocopt.solver.arrays import Arrays, Floats, SolverError
from allocopt.solver.passing import Columns, Row, add_columns, add_rows, highs_lp, must, must_be_numbers

# How often the clock and the keyboard are looked at while HiGHS runs, and who waits is told, in seconds.
GLANCE = 0.1
MOST_NODES = 2**31 - 1


class Status(Enum):
    """What became of a solve."""

    OPTIMAL = "optimal"
    STOPPED = "stopped"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True)
class Result:
    """`x` is the best solution found, None without one. `bound` holds for every solution of the model.

    `duals` are the multipliers of all rows, added ones last, where whole numbers were left out: at least 0 for a row
    held at its lower limit, at most 0 at its upper one; cost less multipliers times rows is what a column still costs.
    """

    status: Status
    x: Floats | None
    objective: float
    bound: float
    interrupted: bool = False
    duals: Floats | None = None


# The statuses of columns and rows, added ones last, at a vertex of the relaxation, as HiGHS numbers them.
Basis = tuple[NDArray[np.int8], NDArray[np.int8]]
# The status of a row that is slack there, or of a column between its bounds.
BASIC = int(highspy.HighsBasisStatus.kBasic)
# How much of its time HiGHS spends on heuristics, if it is not told otherwise.
_HEURISTICS = 0.05
# What a plain search tree goes without.
_TREES_WITHIN = (
    "mip_allow_restart",
    "mip_heuristic_run_rens",
    "mip_heuristic_run_rins",
    "mip_heuristic_run_root_reduced_cost",
)
# Told (incumbent, bound) now and then while a mixed-integer solve runs.
Progress = Callable[[float, float], None]


class LiveModel:
    """Arrays in HiGHS. Changes are kept in the arrays as well, so that a stopped solver can be replaced by another."""

    def __init__(
        self,
        arrays: Arrays,
        *,
        threads: int | None = None,
        seed: int = 0,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.arrays, self._threads, self._seed, self._interrupted = arrays, threads, seed, interrupted
        self._added: list[Row] = []
        self._kept: Basis | None = None
        self._joined: list[Columns] = []
        self._spent = False
        self.was_interrupted = False
        self._highs = self._new()

    @property
    def columns(self) -> int:
        return len(self.arrays.cost)

    @property
    def added(self) -> Sequence[Row]:
        """The rows added to the model's own, in their order."""
        return tuple(self._added)

    def _new(self) -> Any:
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        options: dict[str, Any] = {"random_seed": self._seed, "mip_feasibility_tolerance": 1e-7}
        if self._threads is not None:
            options["threads"] = self._threads
        for name, value in options.items():
            must(highs.setOptionValue(name, value), f"option {name}")
        must(highs.passModel(highs_lp(self.arrays)), "the model")
        for columns in self._joined:
            add_columns(highs, columns)
        add_rows(highs, self._added)
        return highs

    def add_rows(self, rows: Sequence[Row]) -> None:
        """Add rows level ≤ Σ value · x. Raises SolverError when HiGHS refuses them."""
        add_rows(self._highs, rows)
        self._added.extend(rows)

    def keep_added(self, places: NDArray[np.int64]) -> None:
        """Take the added rows away but for those at these places among them, which keep their order."""
        gone = np.setdiff1d(np.arange(len(self._added)), places) + len(self.arrays.row_lower)
        must(self._highs.deleteRows(len(gone), gone.astype(np.int32)), "that rows go")
        self._added = [self._added[place] for place in places.tolist()]

    def basis(self) -> Basis | None:
        """Where the simplex method stands, to start from again; None where it does not stand anywhere."""
        found = self._highs.getBasis()
        columns, rows = (
            np.array([int(s) for s in part], dtype=np.int8) for part in (found.col_status, found.row_status)
        )
        return (columns, rows) if found.valid else None

    def start_from(self, basis: Basis | None) -> None:
        """Let the next relaxed solve start from a basis of earlier; None: from where the solver stands."""
        self._kept = basis

    def _take_up_kept_basis(self) -> None:
        """Rows added since the basis was kept are slack in it, columns at zero."""
        if self._kept is None:
            return
        columns, rows = ([_VERTEX[i] for i in part.tolist()] for part in self._kept)
        self._kept = None
        start = highspy.HighsBasis()
        more_columns, more_rows = self._highs.getNumCol() - len(columns), self._highs.getNumRow() - len(rows)
        start.col_status = [*columns, *[highspy.HighsBasisStatus.kLower] * more_columns]
        start.row_status = [*rows, *[highspy.HighsBasisStatus.kBasic] * more_rows]
        start.valid = True
        must(self._highs.setBasis(start), "the basis to start from")

    def add_columns(self, columns: Columns) -> None:
        """Add columns after the model's own, which they leave as they are: a solution has their values last."""
        add_columns(self._highs, columns)
        self._joined.append(columns)

    def set_bounds(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of a column."""
        must_be_numbers(lower, upper)
        must(self._highs.changeColBounds(column, lower, upper), "bounds of a column")
        self.arrays.lower[column], self.arrays.upper[column] = lower, upper

    def set_all_bounds(self, lower: Floats, upper: Floats) -> None:
        """Change the bounds of all columns."""
        must_be_numbers(lower, upper)
        index = np.arange(self.columns, dtype=np.int32)
        must(self._highs.changeColsBounds(len(index), index, lower, upper), "bounds of the columns")
        self.arrays.lower, self.arrays.upper = lower.copy(), upper.copy()

    def set_costs(self, cost: Floats, offset: float) -> None:
        """Change the objective."""
        must_be_numbers(cost, offset)
        index = np.arange(self.columns, dtype=np.int32)
        must(self._highs.changeColsCost(len(index), index, cost), "costs of the columns")
        must(self._highs.changeObjectiveOffset(offset), "the objective's constant")
        self.arrays.cost, self.arrays.offset = cost.copy(), offset

    def set_row(self, row: int, lower: float, upper: float) -> None:
        """Change the bounds of one of the model's own rows."""
        must_be_numbers(lower, upper)
        must(self._highs.changeRowBounds(row, lower, upper), "bounds of a row")
        self.arrays.row_lower[row], self.arrays.row_upper[row] = lower, upper

    def set_rows(self, first: int, lower: Floats, upper: Floats) -> None:
        """Change the bounds of the model's own rows from this one on."""
        must_be_numbers(lower, upper)
        rows = np.arange(first, first + len(lower), dtype=np.int32)
        must(self._highs.changeRowsBounds(len(rows), rows, lower, upper), "bounds of rows")
        self.arrays.row_lower[rows], self.arrays.row_upper[rows] = lower, upper

    def set_coefficient(self, row: int, column: int, value: float) -> None:
        """Change the coefficient of a column in one of the model's own rows, in which it must stand already."""
        must_be_numbers(value)
        entry = self.arrays.entry(row, column)
        if entry is None:
            raise SolverError("a coefficient of a column that does not stand in the row")
        must(self._highs.changeCoeff(row, column, value), "a coefficient")
        self.arrays.values[entry] = value

    def solve(
        self,
        *,
        relaxed: bool = False,
        absolute_gap: float = 0.0,
        deadline: float | None = None,
        nodes: int | None = None,
        first: bool = False,
        plain: bool = False,
        proving: bool = False,
        start: Floats | None = None,
        progress: Progress | None = None,
        second_look: bool = True,
        inside: bool = False,
        whole: NDArray[np.bool_] | None = None,
    ) -> Result:
        """Solve as it stands; `relaxed` leaves whole numbers out. `deadline` is a time of the monotonic clock; `nodes`
        limits the search tree, in a way that is the same on every machine; `first` takes the first solution that is
        found near the relaxation; `plain` grows no trees within the tree, nor begins it anew, which costs a small model
        more than it gains; `proving` is for who knows the best solution and lacks the proof: a plain tree over the
        model as it stands, where presolve would do away with columns that are only there to be branched on, without
        heuristics, and without cuts below its root; `inside` lets a relaxed solution lie in the middle of all that are
        as good (the interior point method without crossover); only the columns of `whole` must be whole, where it is
        given.

        Ctrl-C, or `interrupted` saying so, stops this and every later solve at once, and is told in the result.
        "Infeasible" is only said after a second look without presolve, unless `second_look` is waived by who only
        tries something.
        Raises SolverError for an answer that is neither.
        """
        for name, value in (
            ("solve_relaxation", relaxed),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", max(absolute_gap, 1e-9)),
            ("mip_max_nodes", MOST_NODES if nodes is None else nodes),
            ("mip_max_improving_sols", 1 if first else MOST_NODES),
            *_what_a_tree_does(first, plain, proving),
            ("solver", "ipx" if inside else "choose"),
            ("run_crossover", "off" if inside else "on"),
        ):
            must(self._highs.setOptionValue(name, value), f"option {name}")
        if relaxed:
            self._take_up_kept_basis()
        elif self._kept is None:  # a search tree forgets the basis that the next relaxed solve could start from
            self._kept = self.basis()
        if start is not None and not relaxed:
            index = np.arange(self.columns, dtype=np.int32)
            within = np.clip(start, self.arrays.lower, self.arrays.upper)  # a hair beyond a bound is refused
            must(self._highs.setSolution(self.columns, index, within), "the solution to start from")
        with self._whole_only(whole):
            interrupted = self._run(deadline, progress)
            if self._highs.getModelStatus() in _ASTRAY and not interrupted:
                interrupted = self._start_afresh(deadline)
            if second_look and self._highs.getModelStatus() in _INFEASIBLE and not interrupted:
                interrupted = self._look_again(deadline)
            result = self._result(relaxed, interrupted)
        if self._spent:  # once told to stop, a solver stops at once for ever
            self._highs = self._new()
        return result

    @contextmanager
    def _whole_only(self, whole: NDArray[np.bool_] | None) -> Iterator[None]:
        """Let the other columns take any value for a while."""
        if whole is None:
            yield
            return
        others = np.flatnonzero(self.arrays.whole & ~whole).astype(np.int32)
        self._let_be(others, highspy.HighsVarType.kContinuous)
        try:
            yield
        finally:
            self._let_be(others, highspy.HighsVarType.kInteger)

    def _let_be(self, columns: NDArray[np.int32], kind: Any) -> None:
        kinds = np.full(len(columns), int(kind), dtype=np.uint8)
        must(self._highs.changeColsIntegrality(len(columns), columns, kinds), "which columns are whole")

    def _start_afresh(self, deadline: float | None) -> bool:
        """A warm start can lead the simplex method astray; forget it, and use the interior point method."""
        must(self._highs.clearSolver(), "a fresh start")
        with self._option("solver", "ipx"):
            return self._run(deadline, None)

    def _look_again(self, deadline: float | None) -> bool:
        """Presolve is known to call feasible models infeasible; solve once more without it."""
        must(self._highs.clearSolver(), "a fresh start")
        with self._option("presolve", "off"):
            return self._run(deadline, None)

    @contextmanager
    def _option(self, name: str, value: Any) -> Iterator[None]:
        status, before = self._highs.getOptionValue(name)
        must(status, f"option {name}")
        must(self._highs.setOptionValue(name, value), f"option {name}")
        yield
        must(self._highs.setOptionValue(name, before), f"option {name}")

    def _run(self, deadline: float | None, progress: Progress | None) -> bool:
        """Run HiGHS in a thread of its own, watching the monotonic clock and the keyboard. True after Ctrl-C."""
        watch, highs = _Watch(), self._highs
        watch.over(highs)
        interrupted = self.was_interrupted
        answers: list[Any] = []
        thread = threading.Thread(target=lambda: answers.append(highs.run()), daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                try:
                    thread.join(GLANCE)
                    interrupted = interrupted or self._interrupted()
                    if progress is not None and watch.said is not None:
                        progress(*watch.said)
                except KeyboardInterrupt:
                    interrupted = True
                watch.stop = watch.stop or interrupted or (deadline is not None and time.monotonic() > deadline)
        finally:
            watch.stop = watch.stop or thread.is_alive()
            thread.join()
        highs.disableCallbacks()
        if not answers or (answers[0] == highspy.HighsStatus.kError and highs.getModelStatus() not in _ASTRAY):
            raise SolverError("HiGHS refused to run")
        self._spent, self.was_interrupted = watch.stop, interrupted
        return interrupted

    def _result(self, relaxed: bool, interrupted: bool) -> Result:
        status, highs = self._highs.getModelStatus(), self._highs
        if status == highspy.HighsModelStatus.kModelEmpty:  # HiGHS leaves the constant of its objective out
            offset = self.arrays.offset
            return Result(Status.OPTIMAL, np.zeros(self.columns), offset, offset, interrupted)
        if status in _INFEASIBLE:
            return Result(Status.INFEASIBLE, None, np.inf, np.inf, interrupted)
        info = highs.getInfo()
        has_solution = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        solution = highs.getSolution()
        x = np.array(solution.col_value) if has_solution else None
        objective = float(info.objective_function_value) if has_solution else np.inf
        if status in _DONE:
            whole = self.arrays.whole.any() and not relaxed
            bound = float(info.mip_dual_bound) if whole else objective
            duals = np.array(solution.row_dual) if solution.dual_valid and not whole else None
            return Result(Status.OPTIMAL, x, objective, min(bound, objective), interrupted, duals)
        if status in _STOPPED:
            whole = self.arrays.whole.any() and not relaxed
            bound = float(info.mip_dual_bound) if whole else -np.inf
            return Result(Status.STOPPED, x if whole else None, objective, bound, interrupted)
        raise SolverError(f"HiGHS stopped with '{highs.modelStatusToString(status)}'")


def _what_a_tree_does(first: bool, plain: bool, proving: bool) -> list[tuple[str, Any]]:
    """Options of a search tree; see `LiveModel.solve`."""
    return [
        ("mip_heuristic_effort", 0.0 if proving else _HEURISTICS),
        ("mip_heuristic_run_feasibility_jump", not (first or proving)),
        *((name, not (plain or proving)) for name in _TREES_WITHIN),
        ("mip_allow_cut_separation_at_nodes", not proving),
        ("presolve", "off" if proving else "choose"),
    ]


_VERTEX = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
_INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
_DONE = (highspy.HighsModelStatus.kOptimal,)
_ASTRAY = (
    highspy.HighsModelStatus.kUnknown,
    highspy.HighsModelStatus.kNotset,
    highspy.HighsModelStatus.kSolveError,
)
_STOPPED = (
    highspy.HighsModelStatus.kInterrupt,
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kSolutionLimit,
)


@dataclass
class _Watch:
    """What a running HiGHS is told, that it has to stop, and what it tells of its tree, which it would else say in its
    log alone."""

    stop: bool = False
    said: tuple[float, float] | None = None

    def over(self, highs: Any) -> None:
        """HiGHS asks and tells in its own thread, so nothing else is done there."""
        kinds = highspy.cb.HighsCallbackType

        def callback(kind: Any, message: str, out: Any, into: Any, _: Any) -> None:
            if self.stop:
                into.user_interrupt = True
            elif int(kind) == int(kinds.kCallbackMipInterrupt):
                self.said = (out.mip_primal_bound, out.mip_dual_bound)

        must(highs.setCallback(callback, None), "the callback")
        for kind in (kinds.kCallbackMipInterrupt, kinds.kCallbackSimplexInterrupt, kinds.kCallbackIpmInterrupt):
            must(highs.startCallback(kind), "the callback")
