"""`allocopt new`: a small instance to start from."""

from __future__ import annotations

from pathlib import Path

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put


@click.command("new", cls=Command, short_help="Write a small instance that solves.")
@click.argument("folder", metavar="DIR", callback=options.path)
def command(folder: str) -> int:
    """Write a small, commented instance that solves into the folder DIR."""
    from allocopt.instance.new import create

    create(Path(folder))
    put(f"A small city is in {folder}. Change its tables, then: allocopt solve {folder}")
    return 0
