"""`allocopt study replan`: the best plan within so many changes of the present one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import INTERRUPTED, options
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Progress
from allocopt.cli.streams import put, put_json, say
from allocopt.cli.studies.checked import broken_plans
from allocopt.cli.terminal import colour, width
from allocopt.cli.verdicts import BROKEN

if TYPE_CHECKING:
    import pandas as pd

    from allocopt.city import City
    from allocopt.plan import Plan
    from allocopt.study.study import Study

CONFLICT, NO_PLAN = 3, 4


@click.command("replan", cls=Command, short_help="The best plan within so many changes of the present one.")
@options.plan
@click.option(
    "--changes",
    "changes_at_most",
    metavar="K",
    type=click.IntRange(0),
    required=True,
    help="Solve from no change up to so many.",
)
@click.option(
    "--points",
    metavar="N",
    type=click.IntRange(2),
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
@options.workers
@click.option("--out", metavar="DIR", callback=options.path, help="Folder of the study; else one under results/.")
@options.as_json
def command(
    plan: str,
    city: str | None,
    edited: bool,
    scenario: str | None,
    changes: tuple[str, ...],
    changes_at_most: int,
    out: str | None,
    as_json: bool,
    **how: Any,
) -> int:
    """Tell what each change of the present plan would bring: the best plan within 0, 1, 2, … changes of it.

    PLAN is a plan's folder, or an instance, whose folder current/ then holds today's plan. Scenario, changes, regime
    and objective are those of the plan unless others are asked for."""
    from allocopt.study.study import check_study_target, write_study

    instance, present, usual = _present(Path(plan), city, scenario, changes, edited=edited)
    target = Path(out) if out is not None else Path("results") / f"{Path(plan).resolve().name or 'city'}-replan"
    check_study_target(target)
    asked = usual | {name: value for name, value in how.items() if value is not None}
    with Interrupt("nothing is written") as interrupted, Progress() as progress:
        from allocopt.study.replanning.run import replan
        from allocopt.study.workers import InterruptedStudyError

        try:
            study = replan(instance, present, changes=changes_at_most, **asked, tell=progress, interrupted=interrupted)
        except InterruptedStudyError:
            return INTERRUPTED
    if not study.plans:
        return _without(study, as_json)
    study = write_study(study, target)
    broken = broken_plans(study)
    if as_json:
        put_json(_as_json(study))
    else:
        _tell(study)
    for words in broken:
        say(words)
    return BROKEN if broken else 0


def _present(
    folder: Path, city: str | None, scenario: str | None, changes: tuple[str, ...], *, edited: bool
) -> tuple[City, Plan | dict[str, pd.DataFrame], dict[str, Any]]:
    """The city, the present plan, and what it was asked for."""
    from allocopt.instance.load import load
    from allocopt.plan import read
    from allocopt.plan.by_hand import today_of

    if (folder / "city.yaml").is_file():
        today = load(city or folder, scenario=scenario, changes=changes)
        return today, today_of(today), {}
    plan = read(folder, edited=edited)
    options = plan.manifest["options"]
    where = Path(city) if city else folder / plan.manifest["instance"].get("folder", "")
    made = tuple(options.get("set") or ())
    instance = load(where, scenario=scenario or options.get("scenario"), changes=(*made, *changes))
    coalition = options.get("coalition")
    usual = {"regime": options.get("regime"), "objective": options.get("objective")}
    usual |= {"coalition": tuple(coalition)} if coalition else {}
    return instance, plan, {name: value for name, value in usual.items() if value is not None}


def _tell(study: Study) -> None:
    from allocopt.summary.layout import to_text
    from allocopt.summary.replan import sections

    put(to_text(sections(study.manifest, study.tables, str(study.folder)), width(), colour=colour()))


def _without(study: Study, as_json: bool) -> int:
    """Say why there is no plan at all, however many changes are made."""
    from allocopt.plan import Plan
    from allocopt.summary.certificate import no_plan

    plan = Plan(study.manifest, {})
    if as_json:
        put_json({"instance": plan.name, "status": plan.status, "conflict": study.manifest.get("conflict")})
    for words in no_plan(plan):
        say(words)
    return CONFLICT if plan.status == "infeasible" else NO_PLAN


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    points = study.tables["replan"].to_dict("records")
    deeds = study.tables["changes"].to_dict("records")
    answer = {key: study.manifest[key] for key in ("status", "present", "seconds")}
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
