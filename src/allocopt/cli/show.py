"""`allocopt show`: the summary of a plan."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put, put_json
from allocopt.cli.terminal import colour, width


@click.command("show", cls=Command, short_help="Print the summary of a plan.")
@options.plan
@options.edited
@options.as_json
@click.option("--points", metavar="FILE", callback=options.path, help="Write what becomes of every point, as Parquet.")
def command(plan: str, edited: bool, as_json: bool, points: str | None) -> int:
    """Print the summary of the plan in the folder PLAN (with --json: its manifest)."""
    from allocopt.plan import read
    from allocopt.summary.render import render

    found = read(Path(plan), edited=edited)
    if points is not None:
        from allocopt.tell.every_point import write_every_point

        rows = write_every_point(found, Path(points))
        put(f"{rows:,} rows are in {points}.")
        return 0
    if as_json:
        put_json(dict(found.manifest))
    else:
        put(render(found, width(), colour=colour()))
    return 0
