"""`allocopt explain binding`: what binds a plan, and what one more unit of it would buy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from allocopt.cli import INTERRUPTED, options
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Display
from allocopt.cli.streams import put, put_json
from allocopt.cli.terminal import colour, width

NOT_KNOWN = 4


@click.command("binding", cls=Command, short_help="What binds a plan, and what one more unit would buy.")
@options.plan
@options.instance
@options.time_limit
@options.threads
@options.as_json
def command(plan: str, folder: str | None, as_json: bool, **how: Any) -> int:
    """Tell which budget lines, standards, hours, fleets, links and depots bind the plan in the folder PLAN, and what
    one more unit of each would buy: with the plan's visits, units and measures as they are, and at most."""
    from allocopt.plan import read

    found = read(Path(plan))
    with Interrupt("nothing is told") as interrupted, Display() as progress:
        from allocopt.explain import binding

        place = None if folder is None else Path(folder)
        answer = binding(found, folder=place, **how, progress=progress, interrupted=interrupted)
    if interrupted():
        return INTERRUPTED
    names = answer.pop("names")
    if as_json:
        put_json(answer)
    else:
        from allocopt.summary.binding import render_binding

        put(render_binding(answer, names, width(), colour=colour()))
    return NOT_KNOWN if answer["status"] == "unknown" else 0
