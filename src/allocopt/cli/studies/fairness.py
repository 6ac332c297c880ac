"""`allocopt study fairness`: total loss against the worst-off area, and the price of fairness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.studies.kept import kept_study

if TYPE_CHECKING:
    from allocopt.study.study import Study


@click.command("fairness", cls=Command, short_help="Total loss against the worst-off area.")
@options.city
@click.option(
    "--points", metavar="N", type=ranges.Whole(2), default=8, show_default=True, help="Plans from end to end."
)
@options.regime_and_gaps
@options.kept
@options.as_json
def command(city: str, scenario: str | None, changes: tuple[str, ...], as_json: bool, **how: Any) -> int:
    """Solve the instance CITY from the plan with the least loss to the one whose worst-off area loses least, and tell
    what each step towards fairness costs. Areas are compared as `worst_area` in city.yaml says."""
    from allocopt.instance.load import load

    instance = load(city, scenario=scenario, changes=changes)
    target = options.study_folder(city, scenario, "fairness")
    return kept_study(
        "allocopt.study.worst_off.run", "fairness", instance, target, how, "fairness", _as_json if as_json else None
    )


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    return {
        "instance": study.manifest["instance"]["name"],
        "status": study.manifest["status"],
        "points": plain(study.tables["fairness"].to_dict("records")),
        "areas": plain(study.tables["areas"].to_dict("records")),
        "least_worst": study.manifest["least_worst"],
        "seconds": study.manifest["seconds"],
        "study": str(study.folder),
    }
