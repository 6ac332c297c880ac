"""HiGHS alone on bare arrays of the reduced problem: no modelling layer costs less."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from allocopt.clock import Clock
from sidebyside.answers import Answer
from sidebyside.limits import Limits
from sidebyside.problems.problem import Problem
from sidebyside.rows import loaded


def solve(problem: Problem[Any], folder: Path, out: Path, limits: Limits, clock: Clock) -> Answer:
    import highspy  # noqa: F401
    import pandas as pd  # noqa: F401
    import scipy.sparse.csgraph
    import scipy.spatial.distance  # noqa: F401

    problem.prepare()
    with clock("load"):
        tables = problem.read(folder)
    with clock("reduce"):
        data = problem.reduced(problem.data(tables))
    with clock("build"):
        highs = loaded(problem.rows(data))
    with clock("solve"):
        answer = run(highs, limits)
    with clock("write"):
        values = highs.getSolution().col_value
        answer = problem.exact(data, answer, values)
        with (out / "values.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows((i, value) for i, value in enumerate(values) if value)
    return answer


def run(highs: Any, limits: Limits) -> Answer:
    """Solve what is loaded."""
    import highspy

    highs.setOptionValue("threads", limits.threads)
    highs.setOptionValue("mip_rel_gap", limits.gap)
    highs.setOptionValue("time_limit", limits.time_limit)
    highs.run()
    done = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    info = highs.getInfo()
    return Answer(float(info.objective_function_value), float(info.mip_dual_bound), done)
