"""`allocopt explain why-not`: what it would cost to have something in a plan that is not in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import INTERRUPTED, options
from allocopt.cli.failures import Command
from allocopt.cli.interrupt import Interrupt
from allocopt.cli.progress import Display
from allocopt.cli.streams import put, put_json
from allocopt.cli.terminal import colour, width
from allocopt.cli.verdicts import BROKEN

if TYPE_CHECKING:
    from allocopt.plan import Plan

FORBIDDEN, NOT_KNOWN = 3, 4
_CODES = {"done": 0, "priced": 0, "forbidden": FORBIDDEN, "impossible": FORBIDDEN, "unknown": NOT_KNOWN}


@click.command("why-not", cls=Command, short_help="What it would cost to have something in a plan.")
@options.plan
@click.option("--site", "sites", multiple=True, metavar="ID", help="Something is done at the site.")
@click.option("--post", "posts", multiple=True, metavar="ID", help="A unit stands at the post.")
@click.option("--depot", "depots", multiple=True, metavar="ID", help="The depot is opened.")
@click.option("--measure", "measures", multiple=True, metavar="ID", help="The measure is installed.")
@click.option("--mechanism", "mechanisms", multiple=True, metavar="ID", help="The mechanism is started.")
@click.option("--kind", "kinds", multiple=True, metavar="ID", help="A visit of the kind is made.")
@options.instance
@click.option(
    "--gap", metavar="G", callback=options.at_least_zero, help="Stop at this relative gap; else at the plan's own."
)
@options.time_limit
@options.threads
@click.option("--out", metavar="DIR", callback=options.path, help="Write the plan that has it as this folder.")
@options.as_json
def command(plan: str, folder: str | None, out: str | None, as_json: bool, **how: Any) -> int:
    """Tell what it would cost to have something in the plan in the folder PLAN: the price as a proved interval, who
    would pay it, and what would be given up; or what forbids it. With --site, kinds and measures are asked for at that
    site. Options may be repeated and combined; all that is named is forced together.

    The exit code is 3 where it cannot be done, 4 when time ran out before that was known."""
    from allocopt.plan import check_target, read

    found = read(Path(plan))
    if out is not None:
        check_target(Path(out))
    with Interrupt("the price found so far is told") as interrupted, Display() as progress:
        from allocopt.explain import why_not

        place = None if folder is None else Path(folder)
        answer = why_not(found, folder=place, **how, progress=progress, interrupted=interrupted)
    told = dict(answer.told)
    names = told.pop("names")
    broken = _write(answer.plan, out, told)
    if as_json:
        put_json(told)
    else:
        from allocopt.summary.why_not import render_why_not

        put(render_why_not(told, names, width(), colour=colour()))
    if broken:
        return BROKEN
    return INTERRUPTED if interrupted() else _CODES[told["status"]]


def _write(plan: Plan | None, out: str | None, told: dict[str, Any]) -> bool:
    """Write the plan that was found, and say where; whether the checker finds it wrong."""
    if out is None or plan is None:
        return False
    from allocopt.checker import check
    from allocopt.cli.streams import say
    from allocopt.cli.verdicts import verdict_text
    from allocopt.plan import write

    write(plan, Path(out))
    told["plan_with"] = out
    verdict = check(Path(out))
    if not verdict.ok:
        say(verdict_text(verdict))
    return not verdict.ok
