"""What goes wrong, told plainly: faults of the input all at once, and never a traceback.

With `--json` standard output has one object then too: `faults` for a wrong input or call, else `error`.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Any

import click

from allocopt.cli.streams import NotWritten, put_json, say
from allocopt.faults import Fault, InputError

WRONG_INPUT = 2
# A table of the wrong shape has a fault in each of its rows; nobody reads that many.
MOST_FAULTS_IN_TEXT = 200


class Command(click.Command):
    """A command that returns its exit code, and tells the faults of a wrong input (as JSON too with --json)."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            tell_faults(error.faults)
            if ctx.params.get("as_json"):
                put_json({"faults": [fault.as_dict() for fault in error.faults]})
            return WRONG_INPUT


def tell_faults(faults: Sequence[Fault]) -> None:
    """Every fault on its line, to standard error; the first ones when there are too many to read."""
    lines = [str(fault) for fault in faults[:MOST_FAULTS_IN_TEXT]]
    if left_out := len(faults) - len(lines):
        lines.append(f"… and {left_out:,} more (--json names them all)")
    say("\n".join([f"{len(faults):,} fault{'s' if len(faults) != 1 else ''} found:", *lines]))


def tell_call(error: click.ClickException, *, as_json: bool) -> None:
    """What is wrong with the call, in click's own form."""
    error.show(file=sys.stderr)
    if not as_json or isinstance(error, NotWritten):
        return
    wrong = getattr(error, "param", None)
    option = wrong.opts[0] if isinstance(wrong, click.Option) else getattr(wrong, "human_readable_name", "")
    option = getattr(error, "option_name", None) or option or "the call"
    words = " ".join(error.format_message().split())
    put_json({"faults": [Fault(option, 0, "", words, "a call as `--help` tells it").as_dict()]})


def tell_interrupted(*, as_json: bool) -> None:
    """That the run was stopped before it could answer."""
    say("interrupted")
    if as_json:
        put_json({"error": "interrupted"})


def tell_unexpected(error: Exception, *, as_json: bool) -> None:
    """One sentence for an error that is ours, with the traceback in a file."""
    kept = _keep("".join(traceback.format_exception(error)))
    words = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    say(f"allocopt failed in a way it should not ({words}); please report this{kept}.")
    if as_json:
        put_json({"error": words})


def _keep(text: str) -> str:
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="allocopt-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
    except OSError:
        return ""
    return f" with the file {file.name}"
