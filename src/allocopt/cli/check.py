"""`allocopt check`: a plan recomputed from its tables and its instance, without the solver."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put, put_json, say
from allocopt.cli.verdicts import BROKEN, verdict_json, verdict_text
from allocopt.faults import Fault, InputError


@click.command("check", cls=Command, short_help="Recompute a plan without the solver.")
@options.plan
@click.option("--city", metavar="CITY", callback=options.path, help="The instance, if it is not where it was.")
@options.edited
@options.as_json
def command(plan: str, city: str | None, edited: bool, as_json: bool) -> int:
    """Recompute the plan in the folder PLAN from its tables and its instance, and name every rule it breaks."""
    from allocopt.checker import check
    from allocopt.plan import require_plan

    require_plan(Path(plan))
    if city is not None and not Path(city).is_dir():
        raise InputError([Fault(f"--city {city}", 0, "", "no such folder", "the folder of the plan's instance")])
    verdict = check(Path(plan), city=Path(city) if city else None, edited=edited)
    if city is None and any(found.rule == "hash" for found in verdict.violations) and (gone := _lost(Path(plan))):
        say(f"The instance is no longer in {gone}; name where it is with --city.")
    if as_json:
        put_json(verdict_json(verdict))
    else:
        put(verdict_text(verdict))
    return 0 if verdict.ok else BROKEN


def _lost(plan: Path) -> Path | None:
    """Where the plan says its instance is, when there is no such folder."""
    from allocopt.plan.read import read_manifest

    try:
        noted = read_manifest(plan, edited=True)[0]["instance"].get("folder")
    except InputError:
        return None
    place = plan / noted if isinstance(noted, str) else None
    return place.resolve() if place is not None and not place.is_dir() else None
