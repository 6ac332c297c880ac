"""`allocopt study budget`: the best plan for every sum between two, each with a proved bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.studies.kept import kept_study

if TYPE_CHECKING:
    from allocopt.study.study import Study


@click.command("budget", cls=Command, short_help="The best plan for every sum between two.")
@options.city
@options.sums
@click.option("--points", metavar="N", type=ranges.Whole(1), default=8, show_default=True, help="Sums, evenly apart.")
@click.option(
    "--next-yuan",
    metavar="N",
    type=ranges.Whole(0),
    default=20,
    show_default=True,
    help="Of so many lines, bodies and areas: what a step more buys, and when the plan changes; 0: of none.",
)
@click.option("--step", metavar="A", default="1%", show_default=True, help="The step: money, or a share of each.")
@options.acting_and_gaps
@options.kept
@options.as_json
def command(city: str, scenario: str | None, changes: tuple[str, ...], as_json: bool, **how: Any) -> int:
    """Solve the instance CITY with every sum of money between two, and say what each buys. A sum is money (1200000) or
    a share of what the instance has (80%)."""
    from allocopt.instance.load import load

    instance = load(city, scenario=scenario, changes=changes)
    target = options.study_folder(city, scenario, "budget")
    return kept_study(
        "allocopt.study.frontier.run", "budget", instance, target, how, "frontier", _as_json if as_json else None
    )


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    rows = study.tables["frontier"].rename(columns={"budget_cny": "budget"}).to_dict("records")
    return {
        "instance": study.manifest["instance"]["name"],
        "points": plain(rows),
        "between": plain(study.tables["between"].to_dict("records")),
        "solved": study.manifest["solved"],
        "next_yuan": {**study.manifest["next_yuan"], "rows": plain(study.tables["next_yuan"].to_dict("records"))}
        if study.manifest["next_yuan"]
        else None,
        "seconds": study.manifest["seconds"],
        "study": str(study.folder),
    }
