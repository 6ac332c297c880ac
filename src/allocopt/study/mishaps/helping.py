"""What the plan would lose under one loss with one thing more, for each of several things."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from allocopt.city import City
from allocopt.plan.frames import frame
from allocopt.solver.arrays import Floats
from allocopt.solving.decisions import COMPONENTS
from allocopt.solving.taken_up import take_up
from allocopt.study.keeping import Ended
from allocopt.study.mishaps.additions import Addition
from allocopt.study.mishaps.case import Record
from allocopt.study.mishaps.losses import Stress, stressed
from allocopt.study.mishaps.trial import Ground, Trial


@dataclass(frozen=True)
class Help:
    """A loss, what the plan is held at then, and what is added to it."""

    ground: Ground
    stresses: tuple[Stress, ...]
    record: Record
    additions: tuple[Addition, ...]


@dataclass(frozen=True)
class Helped:
    """What is lost with each addition, in their order."""

    losses: list[float]


def helped(task: Help) -> Ended:
    """The plan as held with each addition; where one is not possible, as it is without."""
    city = with_means(stressed(task.ground.city, task.stresses), task.additions)
    kept = {name: frame(name, rows) for name, rows in task.record.kept.items()}
    trial = Trial(task.ground, task.stresses, city=city, tables=kept or None)
    losses = []
    with trial.money_that_is_left():
        for addition in task.additions:
            more = _columns(trial, addition)
            losses.append(task.record.held if more is None else _lost_with(trial, more, task.record))
    return Ended(Helped(losses))


def with_means(city: City, additions: Sequence[Addition]) -> City:
    """The city with the crews, vehicles and hours that any one of the additions brings. Who holds the plan's own
    decisions does nothing else with them."""
    rows: dict[str, tuple[Any, ...]] = dict(city.rows)
    stood: dict[tuple[str, str], set[str]] = defaultdict(set)
    hours: dict[str, float] = defaultdict(float)
    for addition in additions:
        for row in addition.rows.get("patrols", ()) if addition.kind == "units" else ():
            stood[row["unit"], row["period"]].add(row["shift"])
        spent: dict[tuple[str, str], float] = defaultdict(float)
        for row in addition.rows.get("crews", ()):
            spent[row["pool"], row["period"]] += row["hours"]
        for (pool, _), needed in spent.items():
            hours[pool] = max(hours[pool], needed)
    shifts = {unit: max(len(stood[u, t]) for u, t in stood if u == unit) for unit, _ in stood}
    rows["units"] = tuple(
        row.model_copy(
            update={
                "count": row.count + math.ceil(row.relief * shifts[row.id]),
                "vehicles": None if row.vehicles is None else row.vehicles + 1,
            }
        )
        if row.id in shifts
        else row
        for row in rows["units"]
    )
    rows["pools"] = tuple(
        row.model_copy(update={"hours": row.hours + hours[row.id] / row.headcount})
        if row.id in hours and row.headcount
        else row
        for row in rows["pools"]
    )
    return replace(city, rows=rows)


def _columns(trial: Trial, addition: Addition) -> dict[int, float] | None:
    """How much more of which columns an addition is; None where a part of it is not possible."""
    tables: Mapping[str, pd.DataFrame] = {name: pd.DataFrame(rows) for name, rows in addition.rows.items()}
    taken = take_up(trial.search.arrays, trial.arranged, tables)
    return None if taken.strays else {column: amount for column, amount in taken.values.items() if amount}


def _lost_with(trial: Trial, more: Mapping[int, float], record: Record) -> float:
    """What is lost when so much more is done, which is paid for beyond all lines."""
    first = trial.planned.copy()
    for column, amount in more.items():
        first[column] += amount
    useful = np.isin(trial.search.arrays.components, COMPONENTS["stock"])
    first[useful] = np.minimum(first, trial.upper)[useful]
    with trial.lines_moved(_cost_by_line(trial, more)):
        found = trial.following(_at_most_once(trial, first), record.short)
    return record.held if found.x is None else found.objective


def _at_most_once(trial: Trial, first: Floats) -> Floats:
    """What can be done once is not done twice."""
    once = trial.search.arrays.whole & (trial.upper == 1.0) & np.isin(trial.search.arrays.components, _ONCE)
    return np.where(once, np.minimum(first, 1.0), first)


_ONCE = [name for table in ("posts", "depots", "measures", "mechanisms") for name in COMPONENTS[table]]


def _cost_by_line(trial: Trial, more: Mapping[int, float]) -> dict[str, float]:
    search, money = trial.search, trial.search.city.model.money
    rows = {name: search.rows_of(money.within_budget, name, "") for name in trial.arranged.data.lines}
    return {
        name: sum(search.coefficient(row, column) * amount for row in found for column, amount in more.items())
        for name, found in rows.items()
    }
