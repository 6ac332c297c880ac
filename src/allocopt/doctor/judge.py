"""The solver's answers to small problems, against what is known of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from allocopt.doctor.problems import INFEASIBLE, PITFALLS, Problem, copied, dense, enumerated
from allocopt.solver import Arrays, LiveModel, Result, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.proof import relaxation_bound

# Objectives agree to this, relative; rows, bounds and whole numbers hold to this.
AGREE, HOLDS = 1e-6, 1e-6
# No problem takes a hundredth of this; a solver that does is stopped, and told.
PATIENCE_SECONDS = 20.0
WIDE_GAP = 0.25


def optima(problems: Sequence[Problem]) -> Iterator[str]:
    """Optimum, solution and bound of each problem."""
    for i, problem in enumerate(problems):
        for wrong in _wrong(problem, _solved(problem.arrays)):
            yield f"problem {i}: {wrong}"


def relaxations(problems: Sequence[Problem]) -> Iterator[str]:
    """Each problem with fractions allowed, against the linear programming code of SciPy."""
    for i, problem in enumerate(problems):
        expected, found = _relaxed_by_scipy(problem.arrays), _solved(problem.arrays, relaxed=True)
        for wrong in _wrong(Problem(problem.name, problem.arrays, expected), found, whole=False):
            yield f"problem {i}: {wrong}"
        if expected > problem.optimum + _tolerance(problem.optimum):
            yield f"problem {i}: fractions cost {expected:g}, whole numbers only {problem.optimum:g}"


def bounds(problems: Sequence[Problem]) -> Iterator[str]:
    """A solver that may stop early must still not claim more than is true."""
    for i, problem in enumerate(problems):
        if problem.optimum == INFEASIBLE:
            continue
        gap = WIDE_GAP * abs(problem.optimum)
        found = _solved(problem.arrays, absolute_gap=gap)
        slack = _tolerance(problem.optimum)
        if not found.bound - slack <= problem.optimum <= found.objective + slack:
            yield f"problem {i}: {problem.optimum:g} is not within {found.bound:g} and {found.objective:g}"
        if found.objective - found.bound > gap + slack:
            yield f"problem {i}: stopped at {found.objective:g} over {found.bound:g}, more than the gap of {gap:g}"


def proofs(problems: Sequence[Problem]) -> Iterator[str]:
    """Bounds that are proved from the solver's multipliers, right or wrong, by arithmetic alone."""
    for i, problem in enumerate(problems):
        live = LiveModel(copied(problem.arrays), threads=1)
        found = live.solve(relaxed=True, deadline=_deadline())
        if found.x is None:
            continue
        proved = relaxation_bound(live, found)
        if proved > problem.optimum:
            yield f"problem {i}: proved {proved:.12g}, the optimum is {problem.optimum:.12g}"
        if proved < found.objective - _tolerance(found.objective):
            yield f"problem {i}: proved {proved:.12g} only, told {found.objective:.12g}"


def changes(problems: Sequence[Problem]) -> Iterator[str]:
    """Problems whose costs, bounds and rows are changed in the live solver, there and back."""
    for i, problem in enumerate(problems):
        live = LiveModel(copied(problem.arrays), threads=1)
        live.solve(deadline=_deadline())
        before = copied(live.arrays)
        for changed in (_fixed, _turned, _restored):
            changed(live, before)
            optimum = problem.optimum if changed is _restored else _optimum(live.arrays)
            now = Problem(problem.name, live.arrays, optimum)
            for wrong in _wrong(now, live.solve(deadline=_deadline())) if not np.isnan(optimum) else ():
                yield f"problem {i}, {changed.__name__.strip('_')}: {wrong}"


def begun(problems: Sequence[Problem]) -> Iterator[str]:
    """Problems solved in the solver that has just solved their relaxation, and once more from that solution."""
    for i, problem in enumerate(problems):
        live = LiveModel(copied(problem.arrays), threads=1)
        live.solve(relaxed=True, deadline=_deadline())
        first = live.solve(deadline=_deadline())
        again = live.solve(start=first.x, deadline=_deadline())
        yield from (f"problem {i}: {wrong}" for found in (first, again) for wrong in _wrong(problem, found))


def repeats(problems: Sequence[Problem]) -> Iterator[str]:
    """Two solves of one problem, to the last bit."""
    for i, problem in enumerate(problems):
        first, second = _solved(problem.arrays), _solved(problem.arrays)
        if _bytes(first) != _bytes(second):
            yield f"problem {i}: two solves gave two answers"


def pitfalls() -> Iterator[str]:
    """Problems that are wrongly called infeasible now and then."""
    for i, pitfall in enumerate(PITFALLS):
        known = float(pitfall.arrays.cost @ pitfall.point)
        found = _solved(pitfall.arrays)
        if found.x is None:
            yield f"problem {i}: called {found.status.value}, but {pitfall.point} satisfies it"
            continue
        yield from (f"problem {i}: {wrong}" for wrong in _astray(pitfall.arrays, found.x, whole=True))
        if found.objective > known + _tolerance(known):
            yield f"problem {i}: told {found.objective:g}, but {pitfall.point} costs {known:g}"


def _solved(arrays: Arrays, *, relaxed: bool = False, absolute_gap: float = 0.0) -> Result:
    live = LiveModel(copied(arrays), threads=1)
    return live.solve(relaxed=relaxed, absolute_gap=absolute_gap, deadline=_deadline())


def _deadline() -> float:
    return time.monotonic() + PATIENCE_SECONDS


def _wrong(problem: Problem, found: Result, *, whole: bool = True) -> Iterator[str]:
    """All that is wrong with an answer."""
    if found.status is Status.STOPPED:
        yield f"not solved within {PATIENCE_SECONDS:g} s"
        return
    if (found.x is None) != (problem.optimum == INFEASIBLE):
        yield f"called {found.status.value}, the optimum is {problem.optimum:g}"
        return
    if found.x is None:
        return
    slack = _tolerance(problem.optimum)
    if abs(found.objective - problem.optimum) > slack:
        yield f"told {found.objective:.9g}, the optimum is {problem.optimum:.9g}"
    if found.bound > problem.optimum + slack:
        yield f"bound {found.bound:.9g}, the optimum is {problem.optimum:.9g}"
    cost = float(problem.arrays.cost @ found.x) + problem.arrays.offset
    if abs(cost - found.objective) > slack:
        yield f"told {found.objective:.9g}, the solution costs {cost:.9g}"
    yield from _astray(problem.arrays, found.x, whole)


def _astray(arrays: Arrays, x: Floats, whole: bool) -> Iterator[str]:
    """Rows, bounds and whole numbers that a solution does not keep."""
    values = dense(arrays) @ x
    room = HOLDS * np.maximum(1.0, np.abs(values))
    if ((values < arrays.row_lower - room) | (values > arrays.row_upper + room)).any():
        yield "the solution breaks a row"
    if ((x < arrays.lower - HOLDS) | (x > arrays.upper + HOLDS)).any():
        yield "the solution breaks a bound"
    if whole and np.abs(x - np.round(x))[arrays.whole].max(initial=0.0) > HOLDS:
        yield "the solution parts what is whole"


def _tolerance(optimum: float) -> float:
    return AGREE * max(1.0, abs(optimum)) if np.isfinite(optimum) else 0.0


def _optimum(arrays: Arrays) -> float:
    """By enumeration; not a number where there are fractions to choose."""
    return enumerated(arrays) if arrays.whole.all() else np.nan


def _fixed(live: LiveModel, _: Arrays) -> None:
    """The first column held at its upper bound."""
    live.set_bounds(0, float(live.arrays.upper[0]), float(live.arrays.upper[0]))


def _turned(live: LiveModel, before: Arrays) -> None:
    """Other costs, the first row a little wider, and a row that all solutions keep."""
    live.set_costs(before.cost[::-1].copy(), 0.0)
    live.set_row(0, float(before.row_lower[0]) - 1.0, float(before.row_upper[0]) + 1.0)
    live.add_rows([(float(before.lower.sum()), range(live.columns), [1.0] * live.columns)])


def _restored(live: LiveModel, before: Arrays) -> None:
    live.set_row(0, float(before.row_lower[0]), float(before.row_upper[0]))
    live.set_costs(before.cost, before.offset)
    live.set_all_bounds(before.lower, before.upper)


def _relaxed_by_scipy(arrays: Arrays) -> float:
    from scipy.optimize import linprog

    matrix = dense(arrays)
    above, below = np.isfinite(arrays.row_upper), np.isfinite(arrays.row_lower)
    found = linprog(
        arrays.cost,
        A_ub=np.vstack([matrix[above], -matrix[below]]),
        b_ub=np.concatenate([arrays.row_upper[above], -arrays.row_lower[below]]),
        bounds=list(zip(arrays.lower.tolist(), arrays.upper.tolist(), strict=True)),
    )
    if found.status == 0 and found.fun is not None:
        return float(found.fun) + arrays.offset
    if found.status == 2:
        return INFEASIBLE
    raise RuntimeError(f"SciPy cannot say: {found.message}")


def _bytes(found: Result) -> bytes:
    x = b"" if found.x is None else found.x.tobytes()
    return x + np.array([found.objective, found.bound]).tobytes()
