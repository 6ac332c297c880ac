"""`allocopt explain`: what cannot hold together, why something is not in a plan, what binds."""

from __future__ import annotations

import click

from allocopt.cli.lazy import LazyGroup

EXPLANATIONS = {
    "why-not": "allocopt.cli.explaining.why_not",
    "binding": "allocopt.cli.explaining.binding",
    "conflict": "allocopt.cli.explaining.conflict",
}


@click.group("explain", cls=LazyGroup, commands_in=EXPLANATIONS, short_help="Why a plan is as it is, or why none is.")
def command() -> None:
    """Tell what something that is not in a plan would cost, what binds a plan, or what cannot hold together."""
