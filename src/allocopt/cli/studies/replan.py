"""`allocopt study replan`: the best plan within so many changes of the present one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.studies.kept import kept_study

if TYPE_CHECKING:
    from allocopt.study.study import Study


@click.command("replan", cls=Command, short_help="The best plan within so many changes of the present one.")
@options.plan
@click.option(
    "--changes",
    "most",
    metavar="K",
    type=ranges.Whole(0),
    required=True,
    help="Solve from no change up to so many.",
)
@click.option(
    "--points",
    metavar="N",
    type=ranges.Whole(2),
    help="Solve for so many numbers of changes, spread evenly; else for each, but for no more than 11.",
)
@click.option("--city", metavar="CITY", callback=options.path, help="The instance, if it is not where it was.")
@options.edited
@options.changes
@options.acting_as_planned
@options.gaps
@click.option(
    "--near",
    metavar="G",
    default="0.02",
    show_default=True,
    callback=options.at_least_zero,
    help="Know each point to this share of what any number of changes gains.",
)
@options.kept
@options.as_json
def command(plan: str, as_json: bool, **how: Any) -> int:
    """Tell what each change of the present plan would bring: the best plan within 0, 1, 2, … changes of it.

    PLAN is a plan's folder, or an instance, whose folder current/ then holds today's plan. Scenario, changes, regime
    and objective are those of the plan unless others are asked for."""
    module, target = "allocopt.study.replanning.present", options.study_folder(plan, None, "replan")
    answer = _as_json if as_json else None
    return kept_study(module, "replan_folder", Path(plan), target, how, "replan", answer)


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    answer = {key: study.manifest.get(key) for key in ("status", "conflict", "present", "seconds")}
    points, deeds = (study.tables[name].to_dict("records") if study.tables else [] for name in ("replan", "changes"))
    answer["points"] = [
        {**row, "changes": _whole(row["changes"]), "made": _whole(row["made"]), "done": _done(row["changes"], deeds)}
        for row in points
    ]
    return plain({"instance": study.manifest["instance"]["name"], **answer, "study": str(study.folder)})  # type: ignore[no-any-return]


def _whole(number: float) -> int | None:
    return None if number != number else int(number)


def _done(changes: float, deeds: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """The rows of changes of one point; a number of changes that is none stands for any."""
    return [
        {key: cell for key, cell in row.items() if key != "changes"}
        for row in deeds
        if row["changes"] == changes or (row["changes"] != row["changes"] and changes != changes)
    ]
