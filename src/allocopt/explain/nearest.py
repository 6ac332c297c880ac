"""The plan changed as little as may be so that it has what is asked: what that takes, and what is given up for it.

First the fewest changes of whole numbers for which the model holds (a distance as in local branching: Fischetti and
Lodi 2003). What grew is what it takes, and stays. Then what is given up is chosen anew, so that the objective is least:
no other whole number may grow, so that the difference to the plan is due to what is asked and to nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocopt.explain.standing import Standing
from allocopt.solver import Arrays, LiveModel
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found

# Whose people do something weighs less than that it is done.
WEIGHTS = {"inspection.fill": 0.1, "crews.people": 0.1, "patrol.committed": 0.1}
# Nodes of each of the two search trees, and how near to the best the second ends, relative.
NODES, NEAR = 500, 1e-4


def nearest(standing: Standing, deadline: float | None) -> Found:
    """The nearest plan for the model as it stands; nothing found where there is none near, or time ran out."""
    found, changed = Found(), _fewest_changes(standing, deadline)
    if changed is not None:
        _give_up_least(standing, changed, deadline, found)
    return found


def _fewest_changes(standing: Standing, deadline: float | None) -> Floats | None:
    """Values of all columns that differ from the plan's in as few whole numbers as may be."""
    search = standing.search
    arrays, plan = search.arrays, np.round(standing.x)
    weight = np.array([WEIGHTS.get(name, 1.0) for name in arrays.components])
    inner = arrays.whole & (plan > arrays.lower) & (plan < arrays.upper)
    cost = np.where(arrays.whole & ~inner, np.where(plan >= arrays.upper, -weight, weight), 0.0)
    columns = np.flatnonzero(inner)
    more = _with_more_columns(arrays, cost, weight[columns])
    apart = LiveModel(more, threads=search.threads, interrupted=search.interrupted)
    apart.add_rows(search.live.added)
    for k, j in enumerate(columns.tolist()):
        beyond = len(arrays.cost) + k
        apart.add_rows([(-plan[j], [j, beyond], [-1.0, 1.0]), (plan[j], [j, beyond], [1.0, 1.0])])
    result = apart.solve(deadline=deadline, nodes=NODES, second_look=False)
    return None if result.x is None else result.x[: len(arrays.cost)]


def _with_more_columns(arrays: Arrays, cost: Floats, more: Floats) -> Arrays:
    """The rows and columns with another cost, and further columns from 0 on that stand in no row yet."""
    none, any_amount = np.zeros(len(more)), np.full(len(more), np.inf)
    return replace(
        arrays,
        cost=np.concatenate([cost, more]),
        offset=0.0,
        lower=np.concatenate([arrays.lower, none]),
        upper=np.concatenate([arrays.upper, any_amount]),
        whole=np.concatenate([arrays.whole, none.astype(bool)]),
    )


def _give_up_least(standing: Standing, changed: Floats, deadline: float | None, found: Found) -> None:
    """What grew stays as it grew; of the rest whatever is given up with the least harm."""
    search, arrays = standing.search, standing.search.arrays
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    plan, whole = np.round(standing.x), arrays.whole
    grown = whole & (np.round(changed) > plan)
    most, least = upper.copy(), lower.copy()
    most[whole] = np.where(grown, np.round(changed), plan)[whole]
    least[grown] = np.round(changed)[grown]
    search.live.set_all_bounds(least, most)
    near = NEAR * abs(standing.plan.objective or 0.0)
    try:
        result = search.live.solve(absolute_gap=near, nodes=NODES, deadline=deadline, second_look=False)
    finally:
        search.live.set_all_bounds(lower, upper)
    for x in (changed, result.x):
        if x is not None:
            search.keep_if_better(search.decided(x), found)
