"""`allocopt check`: a plan recomputed from its tables and its instance, without the solver."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put, put_json
from allocopt.cli.verdicts import BROKEN, verdict_json, verdict_text


@click.command("check", cls=Command, short_help="Recompute a plan without the solver.")
@options.plan
@click.option("--city", metavar="CITY", type=click.Path(), help="The instance, if it is not where it was.")
@options.edited
@options.as_json
def command(plan: str, city: str | None, edited: bool, as_json: bool) -> int:
    """Recompute the plan in the folder PLAN from its tables and its instance, and name every rule it breaks."""
    from allocopt.checker import check
    from allocopt.plan import require_plan

    require_plan(Path(plan))
    verdict = check(Path(plan), city=Path(city) if city else None, edited=edited)
    if as_json:
        put_json(verdict_json(verdict))
    else:
        put(verdict_text(verdict))
    return 0 if verdict.ok else BROKEN
