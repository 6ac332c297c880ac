"""One loss, or two together: what becomes of the plan, as a task that can be done anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from allocopt.plan.frames import frame
from allocopt.solver.arrays import Floats
from allocopt.study.keeping import Ended
from allocopt.study.mishaps.additions import Addition, wanted
from allocopt.study.mishaps.losses import Stress
from allocopt.study.mishaps.trial import Ground, Held, Trial
from allocopt.study.missed import Missed
from allocopt.tell.tables import TELLERS

# Smaller amounts that fall away are the solver's dust.
DUST = 1e-6


@dataclass(frozen=True)
class Case:
    """What goes wrong; nothing: the city as it is."""

    ground: Ground
    stresses: tuple[Stress, ...]


@dataclass(frozen=True)
class Record:
    """What is kept of a case, in the units of the expected loss with the price of soft standards that are missed.

    A `bound` is infinite where none was proved. `fell_away` is by table how much of the plan is no longer done; `kept`
    are the first-stage tables as held, where they are not the plan's own; `short` how far hard standards are missed, by
    the number of the requirement; `wanted` what the plan that had known does and this one does not.
    """

    held: float
    repaired: float
    repaired_bound: float
    known: float
    known_bound: float
    missed: list[Missed] = field(default_factory=list)
    can_keep_all: str = ""
    fell_away: dict[str, float] = field(default_factory=dict)
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    short: dict[int, float] = field(default_factory=dict)
    wanted: list[Addition] = field(default_factory=list)


def tried(case: Case) -> Ended:
    """The plan as held, repaired, and as it would have been had the loss been known. Where nothing goes wrong, held."""
    trial = Trial(case.ground, case.stresses)
    held = trial.held()
    assert held.found.x is not None
    kept = decisions(trial, held.found.x)
    objective = held.found.objective
    record = Record(
        held=objective,
        repaired=objective,
        repaired_bound=-np.inf,
        known=objective,
        known_bound=-np.inf,
        missed=held.missed,
        fell_away=_fell_away(case.ground.tables, kept),
        kept={} if held.as_planned else _rows(kept),
        short=held.short,
    )
    return Ended(_answered(trial, held, record) if case.stresses else record)


def _answered(trial: Trial, held: Held, record: Record) -> Record:
    repaired = trial.repaired(held)
    known = trial.known(held, repaired)
    assert known.x is not None
    return replace(
        record,
        repaired=repaired.objective,
        repaired_bound=repaired.bound,
        known=known.objective,
        known_bound=max(known.bound, -np.inf),
        can_keep_all=trial.can_keep_all(held) if held.missed else "",
        wanted=wanted(trial, known.x),
    )


def decisions(trial: Trial, x: Floats) -> dict[str, pd.DataFrame]:
    """The first-stage tables of a solution."""
    trial.search.settle(x)
    return {name: frame(name, list(TELLERS[name](trial.search.city, trial.arranged))) for name in trial.ground.tables}


def _rows(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    return {name: table.to_dict("records") for name, table in tables.items()}  # type: ignore[misc]


def _fell_away(planned: Mapping[str, pd.DataFrame], kept: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """By table how much less is done than was planned."""
    lost = {name: amount(name, planned[name]) - amount(name, kept[name]) for name in planned}
    return {name: less for name, less in lost.items() if less > DUST * max(1.0, amount(name, planned[name]))}


def amount(name: str, table: pd.DataFrame) -> float:
    """How much a decision table does: visits once for all their roles, units where they stand, else rows."""
    if table.empty:
        return 0.0
    if name == "visits":
        roles = table.groupby(["kind", "site", "period", "role"])["visits"].sum()
        return float(roles.groupby(level=[0, 1, 2]).max().sum())
    if name == "patrols":
        return float(table.loc[table["via"] == "", "units"].sum())
    column = {"referrals": "visits", "presence": "hours", "crews": "people", "stock": "bought"}.get(name)
    return float(len(table)) if column is None else float(table[column].sum())
