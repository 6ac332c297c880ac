"""`allocopt doctor`: whether this machine's solver can be trusted."""

from __future__ import annotations

from dataclasses import asdict

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.streams import put, put_json

FAILED = 1


@click.command("doctor", cls=Command, short_help="See whether the solver can be trusted.")
@click.option(
    "--problems", type=ranges.Whole(1), default=300, show_default=True, help="How many small problems to solve."
)
@options.as_json
def command(problems: int, as_json: bool) -> int:
    """Solve small problems whose answers are known, and see whether this machine's solver finds them."""
    from allocopt.doctor import run

    trials = []
    for trial in run(problems=problems):
        trials.append(trial)
        if not as_json:
            put(f"{'ok  ' if trial.ok else 'FAIL'} {trial.name}" + (f": {trial.detail}" if trial.detail else ""))
    ok = all(trial.ok for trial in trials)
    if as_json:
        put_json({"ok": ok, "trials": [asdict(trial) for trial in trials]})
    else:
        put("The solver can be trusted." if ok else "The solver of this machine cannot be trusted.")
    return 0 if ok else FAILED
