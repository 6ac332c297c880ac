"""A whole city with all bodies together: HiGHS alone on the model that allocopt builds, without allocopt's search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sidebyside.answers import Answer
from sidebyside.problems.problem import Problem, Tables
from sidebyside.rows import Rows

REGIME = "joint"


@dataclass
class Joint:
    """What is arranged of a city, and its model once it is built."""

    arranged: Any
    model: Any = None
    arrays: Any = None


class JointCity(Problem[Joint]):
    """The loss is exp(−effort), the model has lines below it: its optimum is a bound, and plans are valued anew."""

    tables = ()

    def prepare(self) -> None:
        import pyomo.repn.plugins.standard_form  # noqa: F401

        import allocopt.solving.run  # noqa: F401

    def read(self, folder: Path) -> Tables:
        from allocopt import load

        return {"city": load(folder)}

    def data(self, tables: Tables) -> Joint:
        return Joint(arranged(tables["city"], REGIME))

    def rows(self, data: Joint) -> Rows:
        from allocopt.solver import compile_model

        data.arrays = compile_model(self.pyomo(data))
        return bare(data.arrays)

    def pyomo(self, data: Joint) -> Any:
        from allocopt_models.city import city_model

        data.model = city_model(data.arranged.data)
        return data.model.model

    def exact(self, data: Joint, answer: Answer, values: Sequence[float] | None) -> Answer:
        from pyomo.environ import value

        from allocopt_models.settling import settle

        if values is not None:
            whole = np.where(data.arrays.whole, np.round(values), values)
            for variable, number in zip(data.arrays.variables, whole.tolist(), strict=True):
                variable.set_value(number, skip_validation=True)
        settle(data.model)
        return replace(answer, objective=float(value(data.model.model.aim)))


def arranged(city: Any, regime: str) -> Any:
    """The data of a city's model, as `allocopt.build` arranges them."""
    from allocopt.arrange.acting import Regime
    from allocopt.arrange.whole import arrange
    from allocopt.solving.options import objective_of

    return arrange(city, Regime.named(regime, city), objective_of(city))


def bare(arrays: Any) -> Rows:
    """Arrays of allocopt's as bare ones."""
    return Rows(
        cost=arrays.cost,
        offset=arrays.offset,
        lower=arrays.lower,
        upper=arrays.upper,
        whole=arrays.whole,
        starts=arrays.starts,
        columns=arrays.columns,
        values=arrays.values,
        row_lower=arrays.row_lower,
        row_upper=arrays.row_upper,
    )
