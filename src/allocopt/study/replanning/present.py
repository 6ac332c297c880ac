"""The present plan and its city, from a folder: a plan's, or that of an instance with today's plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allocopt.instance.load import load
from allocopt.plan import read
from allocopt.plan.by_hand import today_of
from allocopt.study.replanning.run import replan
from allocopt.study.study import Study


def replan_folder(
    folder: Path,
    out: Path,
    *,
    city: str | None,
    edited: bool,
    scenario: str | None,
    changes: Sequence[str],
    most: int,
    **how: Any,
) -> Study:
    """As `replan`, for the plan in a folder, within `most` changes; or for today's plan, where it is an instance.

    The instance is in the folder `city`, if it is not where it was. Scenario, changes of the instance, regime and
    objective are those of the plan, where none are given in `how`. Raises InputError for what cannot be read.
    """
    given = {name: value for name, value in how.items() if value is not None}
    if (folder / "city.yaml").is_file():
        today = load(city or folder, scenario=scenario, changes=changes)
        return replan(today, today_of(today), out, changes=most, **given)
    plan = read(folder, edited=edited)
    options = plan.manifest["options"]
    where = Path(city) if city else folder / str(plan.manifest["instance"].get("folder", ""))
    made = tuple(options.get("set") or ())
    instance = load(where, scenario=scenario or options.get("scenario"), changes=(*made, *changes))
    coalition = options.get("coalition")
    usual = {"regime": options.get("regime"), "objective": options.get("objective")}
    usual |= {"coalition": tuple(coalition)} if coalition else {}
    usual = {name: value for name, value in usual.items() if value is not None}
    return replan(instance, plan, out, changes=most, **{**usual, **given})
