"""The same arranged city from its data to a loaded HiGHS, in four ways; nothing is solved.

`formulations`: allocopt's way, Pyomo formulations compiled to arrays and passed. `appsi_highs` and `highs`: the same
formulations, loaded by Pyomo's own interfaces. `arrays`: the same matrix straight from numpy, the floor.

Nobody looks for cycles among what is made: the command line puts that off as well.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from allocopt.clock import Clock
from sidebyside.problems.joint_city import arranged, bare
from sidebyside.rows import Rows, loaded

REGIME = "linked"
WARM_UP = 3
# From the folder of a city, a function that makes its arrays.
Floor = Callable[[Path], Callable[[], Rows]]


def formulations(folder: Path, clock: Clock) -> None:
    """As `allocopt solve` does it."""
    from allocopt.solver import LiveModel, compile_model

    _formulated(folder, clock, lambda model: LiveModel(compile_model(model), threads=1))


def appsi_highs(folder: Path, clock: Clock) -> None:
    """The interface that Pyomo's manual names first for HiGHS."""
    from pyomo.contrib.appsi.solvers.highs import Highs

    _formulated(folder, clock, lambda model: Highs().set_instance(model))


def highs(folder: Path, clock: Clock) -> None:
    """Pyomo's newer interface."""
    from pyomo.contrib.solver.solvers.highs import Highs

    _formulated(folder, clock, lambda model: Highs().set_instance(model))


def arrays(floor: Floor, folder: Path, clock: Clock) -> None:
    """No modelling layer at all."""
    gc.disable()
    with clock("load"):
        make = floor(folder)
    for _ in range(WARM_UP):
        loaded(make())
    with clock("formulate"):
        rows = make()
    with clock("pass"):
        loaded(rows)


def _formulated(folder: Path, clock: Clock, load: Callable[[Any], Any]) -> None:
    from pyomo.environ import ConcreteModel, Objective, Var

    from allocopt import load as read
    from allocopt_models.city import city_model

    gc.disable()
    tiny: Any = ConcreteModel()  # what is imported at the first use is imported before the clock starts
    tiny.x = Var(bounds=(0, 1))
    tiny.aim = Objective(expr=tiny.x)
    load(tiny)
    with clock("load"):
        city = read(folder)
    with clock("reduce"):
        data = arranged(city, REGIME).data
    with clock("formulate"):
        model = city_model(data).model
    with clock("pass"):
        load(model)


def compiled_rows(folder: Path) -> Callable[[], Rows]:
    """For a model that nobody would write by hand: its own matrix, put together from single entries in columns."""
    from allocopt import load as read
    from allocopt.solver import compile_model
    from allocopt_models.city import city_model

    whole = bare(compile_model(city_model(arranged(read(folder), REGIME).data).model))
    rows = np.repeat(np.arange(len(whole.row_lower)), np.diff(whole.starts))
    by_column = np.argsort(whole.columns, kind="stable")
    return partial(_by_rows, whole, rows[by_column], whole.columns[by_column], whole.values[by_column])


def _by_rows(whole: Rows, rows: Any, columns: Any, values: Any) -> Rows:
    order = np.argsort(rows, kind="stable")
    counts = np.bincount(rows, minlength=len(whole.row_lower))
    return replace(
        whole,
        cost=whole.cost.copy(),
        lower=whole.lower.copy(),
        upper=whole.upper.copy(),
        whole=whole.whole.copy(),
        starts=np.concatenate([[0], np.cumsum(counts)]),
        columns=columns[order],
        values=values[order],
        row_lower=whole.row_lower.copy(),
        row_upper=whole.row_upper.copy(),
    )
