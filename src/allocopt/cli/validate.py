"""`allocopt validate`: every fault of an instance at once."""

from __future__ import annotations

import click

from allocopt.cli import options
from allocopt.cli.failures import Command
from allocopt.cli.streams import put, put_json


@click.command("validate", cls=Command, short_help="Name every fault of an instance.")
@options.city
@options.as_json
def command(city: str, scenario: str | None, changes: tuple[str, ...], as_json: bool) -> int:
    """Read the instance CITY and name every fault, with its file, line and field."""
    from allocopt.instance.load import load

    found = load(city, scenario=scenario, changes=changes)
    if as_json:
        put_json({"faults": []})
        return 0
    counts = [f"{name} {len(rows):,}" for name, rows in found.rows.items() if rows]
    put(f"No fault found in {found.settings.title or found.settings.name} (rows: {', '.join(counts)}).")
    return 0
