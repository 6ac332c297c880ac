"""What binds a plan, and what one more unit of it would buy.

Two prices for each limit. With the plan's whole numbers held, the multiplier of the linear programme that is left: what
a unit more buys without another visit, unit or measure. And that of the relaxation, which leaves whole numbers out: its
optimum is convex in every limit, so beyond what the plan may lie above the optimum, no unit more buys more than that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from allocopt.explain.limits import Limit, Row, limits_of
from allocopt.explain.standing import stand
from allocopt.instance.rows import places, told_places
from allocopt.plan import Plan
from allocopt.plan.instance import instance_of, require_no_own_model
from allocopt.progress import Watcher, in_one_part
from allocopt.solver import Result, SolverError, Status
from allocopt.solver.arrays import Floats
from allocopt.solving.search import Found, Search, Targets
from allocopt.summary.naming import naming

TOLD, UNKNOWN = "told", "unknown"
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
    progress: Watcher | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """The limits that bind the plan or have a price, those first of which one more unit would buy most.

    `buys` is the price with the plan's whole numbers held, `buys_at_most` that of the relaxation, both in units of the
    objective; `left` what is not used, at the tightest place, `missed` by how much standards are, over all places.
    `status` is `unknown`, and no limit is told, when time ran out. `progress` is told what is worked at; `interrupted`
    is asked whether to stop. Raises InputError where the instance has changed.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    require_no_own_model(plan)
    say = in_one_part(progress)
    say("putting the plan back into its model")
    standing = stand(plan, instance_of(plan, folder), threads=threads, interrupted=interrupted, roomy=True)
    search = standing.search
    answer = {
        "instance": plan.name,
        "plan": str(plan.folder) if plan.folder else None,
        "aim": plan.manifest["options"]["objective"],
        "objective": plan.objective,
        "names": naming(standing.city)["names"],
    }
    held = standing.hold(deadline)
    say("solving the relaxation")
    search.tighten_relaxed(Targets(1e-4, None, 0.0, deadline), Found())
    free = search.relaxation(deadline)
    if Status.STOPPED in (held.status, free.status):
        return answer | {"status": UNKNOWN}
    around, relaxed = _Priced.by(held), _Priced.by(free)
    looked = _Looked(standing.x, _left(search, standing.x), around, relaxed)
    limits = [_told(limit, looked) for limit in limits_of(search)]
    told = [limit for limit in limits if _is_told(limit)]
    told.sort(key=lambda limit: (-limit["buys_at_most"], -limit["buys"], limit["kind"], limit["name"]))
    where = places(standing.city.folder, [limit["table"] for limit in told])
    for limit in told:
        limit["places"] = told_places(limit["table"], limit["name"], where)
    return answer | {
        "status": TOLD,
        "relaxation": relaxed.optimum,
        "limits": told,
        "not_binding": len(limits) - len(told),
    }


@dataclass(frozen=True)
class _Priced:
    """A linear programme solved: its optimum, where it lies, and what its rows are worth."""

    optimum: float
    x: Floats
    duals: Floats

    @classmethod
    def by(cls, result: Result) -> _Priced:
        if result.duals is None or result.x is None:
            raise SolverError(f"a linear programme around a plan has no multipliers, but is {result.status.value}")
        return cls(result.objective, result.x, result.duals)

    def price(self, row: Row) -> float:
        """What a unit more of the row's limit buys."""
        found = -float(self.duals[row.number]) * row.moves * row.open_share(self.x)
        return found if found > DUST else 0.0


def _left(search: Search, x: Floats) -> Floats:
    """What each of the model's own rows leaves unused."""
    from scipy.sparse import csr_array

    arrays = search.arrays
    shape = (len(arrays.row_lower), len(arrays.cost))
    used = csr_array((arrays.values, arrays.columns, arrays.starts), shape=shape) @ x
    return np.minimum(arrays.row_upper - used, used - arrays.row_lower)


@dataclass(frozen=True)
class _Looked:
    """The plan with what it leaves of each row, and both linear programmes."""

    x: Floats
    left: Floats
    around: _Priced
    relaxed: _Priced

    def told(self, row: Row) -> dict[str, Any]:
        free = max(float(self.left[row.number]) / abs(row.moves), 0.0)
        short = 0.0 if row.short is None else float(self.x[row.short])
        return {
            "place": row.place,
            "left": free,
            "missed": short if short > TIGHT else 0.0,
            "binds": free <= TIGHT and row.open_share(self.x) > TIGHT,
            "buys": self.around.price(row),
            "buys_at_most": self.relaxed.price(row),
        }


def _told(limit: Limit, looked: _Looked) -> dict[str, Any]:
    rows = [looked.told(row) for row in limit.rows]
    return {
        "kind": limit.kind,
        "name": limit.name,
        "table": limit.table,
        "unit": limit.unit,
        "left": min(row["left"] for row in rows),
        **{key: float(sum(row[key] for row in rows)) for key in ("missed", "buys", "buys_at_most")},
        "binds": any(row["binds"] for row in rows),
        "rows": [row for row in rows if _is_told(row)],
    }


def _is_told(entry: dict[str, Any]) -> bool:
    """Whether it binds the plan or has a price."""
    return bool(entry["binds"] or entry["buys"] or entry["buys_at_most"])
