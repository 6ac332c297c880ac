"""`allocopt new`: an instance to start from, small and commented, or drawn by chance."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.streams import put

MOST_SITES = 20_000


@click.command("new", cls=Command, short_help="Write an instance that solves.")
@click.argument("folder", metavar="DIR", callback=options.path)
@click.option("--drawn", is_flag=True, help="Draw a city by chance in place of the small commented one.")
@click.option("--sites", metavar="N", type=ranges.Whole(1, MOST_SITES), help="With --drawn: so many sites (600).")
@click.option("--seed", metavar="K", type=ranges.Whole(0), help="With --drawn: another seed, another city (1).")
def command(folder: str, drawn: bool, sites: int | None, seed: int | None) -> int:
    """Write a small, commented instance that solves into the folder DIR; or, drawn by chance, a city of any size:
    four hazards, six kinds of visit, ten pools of people, three types of unit, a post for five sites, one budget."""
    if not drawn and (sites is not None or seed is not None):
        raise click.UsageError("--sites and --seed say how a city is drawn: they need --drawn.")
    if drawn:
        from allocopt.drawing.city import drawn_city
        from allocopt.importers.made import write

        write(drawn_city(600 if sites is None else sites, 1 if seed is None else seed), Path(folder))
        put(f"A drawn city is in {folder}. Next: allocopt solve {quote(folder)} --gap 0.02")
        return 0
    from allocopt.instance.new import create

    create(Path(folder))
    put(f"A small city is in {folder}. Change its tables, then: allocopt solve {quote(folder)}")
    return 0
