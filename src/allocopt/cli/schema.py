"""`allocopt schema`: what an instance is made of, as JSON Schema."""

from __future__ import annotations

import json

import click

from allocopt.cli.failures import Command
from allocopt.cli.streams import put, say


@click.command("schema", cls=Command, short_help="Print the JSON Schema of instances.")
def command() -> int:
    """Print the JSON Schema of city.yaml and of every table, with the meaning and unit of each column; tables of
    installed programmes from outside are among them."""
    from allocopt.instance.json_schema import json_schema
    from allocopt.programmes import installed, tables_of

    joined = installed()
    for fault in joined.faults:
        say(str(fault))
    put(json.dumps(json_schema(tables_of(joined.programmes)), ensure_ascii=False, indent=2))
    return 0
