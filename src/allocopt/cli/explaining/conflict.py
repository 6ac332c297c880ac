"""`allocopt explain conflict`: what cannot hold together in an instance."""

from __future__ import annotations

from typing import Any

import click

from allocopt.cli import INTERRUPTED, options
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Display
from allocopt.cli.streams import put, put_json
from allocopt.cli.terminal import colour, width

CONFLICT, NOT_KNOWN = 3, 4
_CODES = {"feasible": 0, "infeasible": CONFLICT, "unknown": NOT_KNOWN}


@click.command("conflict", cls=Command, short_help="What cannot hold together, and the cheapest repairs.")
@options.city
@options.together
@options.time_limit
@options.threads
@options.as_json
def command(city: str, scenario: str | None, changes: tuple[str, ...], as_json: bool, **how: Any) -> int:
    """Tell whether the hard standards and the money of the instance CITY can hold together. Where they cannot: a
    smallest set that cannot, with file and row, and the cheapest repairs, each proved to let all hold.

    The exit code is 0 when all can hold, 3 when it cannot, 4 when time ran out before that was known."""
    from allocopt.instance.load import load

    instance = load(city, scenario=scenario, changes=changes)
    with Interrupt("what is not proved yet is not told") as interrupted, Display() as progress:
        from allocopt.explain import conflict

        answer = conflict(instance, **how, progress=progress, interrupted=interrupted)
    names = answer.pop("names", {})
    if as_json:
        put_json(answer)
    else:
        from allocopt.summary.conflict import render_conflict

        put(render_conflict(answer, names, width(), colour=colour()))
    return INTERRUPTED if interrupted() else _CODES[answer["status"]]
