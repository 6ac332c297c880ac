"""spopt, whose models PuLP hands to HiGHS."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from allocopt.clock import Clock
from sidebyside.answers import Answer
from sidebyside.limits import Limits


def solve(problem: Any, folder: Path, out: Path, limits: Limits, clock: Clock) -> Answer:
    """For a problem that has a model of spopt's."""
    import pandas as pd  # noqa: F401
    import scipy.sparse.csgraph
    import scipy.spatial.distance  # noqa: F401
    import spopt.locate  # noqa: F401

    solver = _clocked(clock, limits)
    with clock("load"):
        tables = problem.read(folder)
    with clock("reduce"):
        data = problem.data(tables)
    with clock("build"):
        model = problem.spopt(data)
    model.solve(solver, results=False)
    with clock("write"), (out / "values.csv").open("w", encoding="utf-8", newline="") as file:
        values = ((v.name, v.varValue) for v in model.problem.variables())
        csv.writer(file).writerows((name, value) for name, value in values if value)
    return _told(problem, data, model.problem)


def _clocked(clock: Clock, limits: Limits) -> Any:
    """PuLP's HiGHS, which counts loading the model as building it."""
    import pulp

    class Clocked(pulp.HiGHS):  # type: ignore[misc]
        def buildSolverModel(self, lp: Any) -> None:  # noqa: N802
            with clock("build"):
                super().buildSolverModel(lp)

        def callSolver(self, lp: Any) -> None:  # noqa: N802
            with clock("solve"):
                super().callSolver(lp)

    return Clocked(msg=False, gapRel=limits.gap, timeLimit=limits.time_limit, threads=limits.threads)


def _told(problem: Any, data: Any, lp: Any) -> Answer:
    """PuLP hands HiGHS a problem to be minimised, and turns its sign where it was to be maximised."""
    import highspy
    import pulp

    highs = lp.solverModel
    sign = -1.0 if lp.sense == pulp.LpMaximize else 1.0
    constant = lp.objective.constant
    objective, bound = (
        problem.from_spopt(data, sign * float(value) + constant)
        for value in (highs.getInfo().objective_function_value, highs.getInfo().mip_dual_bound)
    )
    return Answer(objective, bound, highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)
