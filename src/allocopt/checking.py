"""The checker, for plans in memory and plans in folders."""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from allocopt import checker
from allocopt.checker import Verdict, Violation
from allocopt.plan import Plan, require_plan, write


def check(plan: Plan | str | Path, *, city: str | Path | None = None, edited: bool = False) -> list[Violation]:
    """Every rule that a plan breaks, recomputed from its tables and its instance without the solver; none is best.

    `plan` is a plan in memory, checked as it stands there, or a plan's folder. `city` is the instance's folder if it
    has moved since; `edited` leaves the hashes out, for a plan that was changed by hand. Warns of what its model had
    from its caller: rows of one's own are known to nobody else, and are not checked.
    Raises InputError for a folder that holds no plan, ValueError for a plan without tables (`infeasible`, `no_plan`).
    """
    moved = None if city is None else Path(city)
    if not isinstance(plan, Plan):
        require_plan(Path(plan))
        return _violations(checker.check(Path(plan), city=moved, edited=edited))
    with TemporaryDirectory(prefix="allocopt-") as folder:
        place = Path(folder) / "plan"
        write(plan, place)
        return _violations(checker.check(place, city=moved or _city_of(plan), edited=edited))


def _violations(verdict: Verdict) -> list[Violation]:
    if verdict.not_checked:
        warnings.warn(f"not checked, being the caller's own: {', '.join(verdict.not_checked)}", stacklevel=3)
    return list(verdict.violations)


def _city_of(plan: Plan) -> Path | None:
    """The instance's folder as the plan's own folder names it; None when the manifest says all there is to say."""
    noted = plan.manifest.get("instance", {}).get("folder")
    return plan.folder / noted if plan.folder is not None and isinstance(noted, str) else None
