"""`allocopt study ladder`: plans that only ever add as money arrives, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.studies.kept import kept_study

if TYPE_CHECKING:
    from allocopt.study.study import Study


@click.command("ladder", cls=Command, short_help="Plans that only ever add as money arrives.")
@options.city
@options.sums
@click.option("--rungs", metavar="N", type=ranges.Whole(1), default=5, show_default=True, help="Sums, evenly apart.")
@click.option(
    "--weights",
    metavar="W,W,…",
    callback=options.numbers,
    help="What each rung counts, from the smallest sum on; else all count alike.",
)
@options.acting_and_gaps
@options.kept
@options.as_json
def command(city: str, scenario: str | None, changes: tuple[str, ...], as_json: bool, **how: Any) -> int:
    """Solve the instance CITY for growing sums of money, so that every plan keeps what the one before it started, and
    say what that costs against starting free. A sum is money (1200000) or a share of what the instance has (80%)."""
    from allocopt.instance.load import load

    instance = load(city, scenario=scenario, changes=changes)
    target = options.study_folder(city, scenario, "ladder")
    return kept_study(
        "allocopt.study.rungs.run", "ladder", instance, target, how, "ladder", _as_json if as_json else None
    )


def _as_json(study: Study) -> dict[str, Any]:
    """The one object of `--json`; a number that is none becomes null."""
    from allocopt.plan.manifest import plain

    rows = study.tables["ladder"].rename(columns={"budget_cny": "budget"}).to_dict("records")
    return {
        "instance": study.manifest["instance"]["name"],
        "status": study.manifest["status"],
        "rungs": plain(rows),
        "added": plain(study.tables["added"].to_dict("records")),
        "total": study.manifest["total"],
        "seconds": study.manifest["seconds"],
        "study": str(study.folder),
    }
