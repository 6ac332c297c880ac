"""`allocopt study`: many solves of one instance, and what they say together."""

from __future__ import annotations

import click

from allocopt.cli.lazy import LazyGroup

STUDIES = {
    "budget": "allocopt.cli.studies.budget",
    "collaboration": "allocopt.cli.studies.collaboration",
    "fairness": "allocopt.cli.studies.fairness",
    "information": "allocopt.cli.studies.information",
    "ladder": "allocopt.cli.studies.ladder",
    "replan": "allocopt.cli.studies.replan",
    "stress": "allocopt.cli.studies.stress",
}


@click.group("study", cls=LazyGroup, commands_in=STUDIES, short_help="Many solves of one instance, and what they say.")
def command() -> None:
    """Solve an instance many times over, and tell what the plans say together."""
