"""What goes wrong, told plainly: faults of the input all at once, and never a traceback."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Iterable
from typing import Any

import click

from allocopt.cli.streams import put_json, say
from allocopt.faults import Fault, InputError

WRONG_INPUT = 2


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


def tell_faults(faults: Iterable[Fault]) -> None:
    """Every fault on its line, to standard error."""
    lines = [str(fault) for fault in faults]
    say("\n".join([f"{len(lines)} fault{'s' if len(lines) != 1 else ''} found:", *lines]))


def tell_unexpected(error: Exception) -> None:
    """One sentence for an error that is ours, with the traceback in a file."""
    kept = _keep("".join(traceback.format_exception(error)))
    words = " ".join(str(error).split())[:200]
    say(f"allocopt failed in a way it should not ({type(error).__name__}: {words}); please report this{kept}.")


def _keep(text: str) -> str:
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="allocopt-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
    except OSError:
        return ""
    return f" with the file {file.name}"
