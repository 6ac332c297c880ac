"""`allocopt compare`: what changed between plans."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put, put_json
from allocopt.cli.terminal import colour, width


@click.command("compare", cls=Command, short_help="Tell what changed between plans.")
@click.argument("plans", metavar="PLAN PLAN...", nargs=-1, required=True, type=click.Path())
@options.edited
@options.as_json
def command(plans: tuple[str, ...], edited: bool, as_json: bool) -> int:
    """Tell what changed from the first PLAN to each of the others: money, loss, people, visits, units, measures."""
    if len(plans) < 2:
        raise click.UsageError("Two plans at least are needed.")
    from allocopt.plan import read_all
    from allocopt.summary.comparison import compare, render_comparison

    found = read_all([Path(plan) for plan in plans], edited=edited)
    if as_json:
        put_json(compare(found))
    else:
        put(render_comparison(found, width(), colour=colour()))
    return 0
