"""A Pyomo model through Pyomo's own interface to HiGHS, `appsi_highs`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from allocopt.clock import Clock
from sidebyside.answers import Answer
from sidebyside.limits import Limits
from sidebyside.problems.problem import Problem


def solve(problem: Problem[Any], folder: Path, out: Path, limits: Limits, clock: Clock) -> Answer:
    import pandas as pd  # noqa: F401
    import pyomo.environ  # noqa: F401
    import scipy.sparse.csgraph
    import scipy.spatial.distance  # noqa: F401

    solver = _clocked(clock)
    problem.prepare()
    with clock("load"):
        tables = problem.read(folder)
    with clock("reduce"):
        data = problem.data(tables)
    with clock("build"):
        model = problem.pyomo(data)
    answer = _run(solver, model, limits)
    with clock("write"):
        answer = problem.exact(data, answer, None)
        write(model, out)
    return answer


def write(model: Any, out: Path) -> None:
    """Every variable that is not zero."""
    from pyomo.environ import Var

    with (out / "values.csv").open("w", encoding="utf-8", newline="") as file:
        values = ((v.name, v.value) for v in model.component_data_objects(Var, descend_into=True))
        csv.writer(file).writerows((name, value) for name, value in values if value)


def _clocked(clock: Clock) -> Any:
    """Pyomo's interface, which counts loading the model as building it, and the rest as solving."""
    from pyomo.contrib.appsi.solvers.highs import Highs

    class Clocked(Highs):  # type: ignore[misc]
        def set_instance(self, model: Any) -> None:
            with clock("build"):
                super().set_instance(model)

        def _solve(self, timer: Any) -> Any:
            with clock("solve"):
                return super()._solve(timer)

    return Clocked()


def _run(solver: Any, model: Any, limits: Limits) -> Answer:
    from pyomo.contrib.appsi.base import TerminationCondition

    solver.config.load_solution = False
    solver.config.mip_gap, solver.config.time_limit = limits.gap, limits.time_limit
    solver.highs_options = {"threads": limits.threads}
    found = solver.solve(model)
    found.solution_loader.load_vars()
    done = found.termination_condition == TerminationCondition.optimal
    return Answer(float(found.best_feasible_objective), float(found.best_objective_bound), done)
