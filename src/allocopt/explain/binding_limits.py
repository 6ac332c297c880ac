"""What binds a plan, and what one more unit of it would buy.

Two prices for each limit. With the plan's whole numbers held, the multiplier of the linear programme that is left: what
a unit more buys without another visit, unit or measure. And that of the relaxation, which leaves whole numbers out: its
optimum is convex in every limit, so beyond what the plan may lie above the optimum, no unit more buys more than that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from allocopt.explain.limits import Limit, Row, limits_of
from allocopt.explain.standing import stand
from allocopt.instance.rows import places
from allocopt.plan import Plan
from allocopt.plan.instance import instance_of
from allocopt.solver import Result, SolverError
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Search, Targets
from allocopt.summary.naming import naming

# A limit binds when no more than this share of it is left (of 1, if that is more).
TIGHT = 1e-6
# Prices below this, in units of the objective, are the solver's dust.
DUST = 1e-7


def binding(
    plan: Plan,
    *,
    folder: Path | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """The limits that bind the plan or have a price, those first of which one more unit would buy most.

    `buys` is the price with the plan's whole numbers held, `buys_at_most` that of the relaxation, both in units of the
    objective; `left` what is not used, at the tightest place. Raises InputError where the instance has changed.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    progress("putting the plan back into its model")
    standing = stand(plan, instance_of(plan, folder), threads=threads, interrupted=interrupted, roomy=True)
    search = standing.search
    around = _Priced.by(standing.hold(deadline), "with the plan's whole numbers held")
    progress("solving the relaxation")
    search.tighten_relaxed(Targets(1e-4, None, 0.0, deadline), Found())
    relaxed = _Priced.by(search.relaxation(deadline), "of the relaxation")
    left = _left(search, standing.x)
    limits = [_told(limit, around, relaxed, left) for limit in limits_of(search)]
    told = [limit for limit in limits if limit["binds"] or limit["buys"] or limit["buys_at_most"]]
    told.sort(key=lambda limit: (-limit["buys_at_most"], -limit["buys"], limit["kind"], limit["name"]))
    where = places(standing.city.folder, [limit["table"] for limit in told])
    for limit in told:
        place = where.get((limit["table"], limit["name"]))
        limit["places"] = [] if place is None else [{"file": place.file, "row": place.row}]
    return {
        "instance": plan.name,
        "plan": str(plan.folder) if plan.folder else None,
        "options": {"regime": standing.options.regime, "objective": plan.manifest["options"]["objective"]},
        "objective": plan.objective,
        "relaxation": relaxed.optimum,
        "limits": told,
        "not_binding": len(limits) - len(told),
        "names": naming(standing.city)["names"],
    }


@dataclass(frozen=True)
class _Priced:
    """A linear programme solved: its optimum, where it lies, and what its rows are worth."""

    optimum: float
    x: Floats
    duals: Floats

    @classmethod
    def by(cls, result: Result, words: str) -> _Priced:
        if result.duals is None or result.x is None:
            raise SolverError(f"the linear programme {words} has no multipliers (it ended as '{result.status.value}')")
        return cls(result.objective, result.x, result.duals)

    def price(self, row: Row) -> float:
        """What a unit more of the row's limit buys."""
        open_share = float(self.x[list(row.gates)].sum()) if row.gates else 1.0
        found = -float(self.duals[row.number]) * row.moves * open_share
        return found if found > DUST else 0.0


def _left(search: Search, x: Floats) -> Floats:
    """What each of the model's own rows leaves unused."""
    from scipy.sparse import csr_array

    arrays = search.arrays
    shape = (len(arrays.row_lower), len(arrays.cost))
    used = csr_array((arrays.values, arrays.columns, arrays.starts), shape=shape) @ x
    return np.minimum(arrays.row_upper - used, used - arrays.row_lower)


def _told(limit: Limit, around: _Priced, relaxed: _Priced, left: Floats) -> dict[str, Any]:
    rows = [_told_row(row, around, relaxed, left) for row in limit.rows]
    return {
        "kind": limit.kind,
        "name": limit.name,
        "table": limit.table,
        "unit": limit.unit,
        "left": min(row["left"] for row in rows),
        "binds": any(row["binds"] for row in rows),
        "buys": _sum(rows, "buys"),
        "buys_at_most": _sum(rows, "buys_at_most"),
        "rows": [row for row in rows if row["binds"] or row["buys"] or row["buys_at_most"]],
    }


def _told_row(row: Row, around: _Priced, relaxed: _Priced, left: Floats) -> dict[str, Any]:
    free = float(left[row.number]) / abs(row.moves)
    return {
        "place": row.place,
        "left": max(free, 0.0),
        "binds": free <= TIGHT,
        "buys": around.price(row),
        "buys_at_most": relaxed.price(row),
    }


def _sum(rows: Sequence[dict[str, Any]], key: str) -> float:
    return float(sum(row[key] for row in rows))
