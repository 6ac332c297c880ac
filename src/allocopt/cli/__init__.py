"""The command line: each command parses, calls one library function and tells what it found.

Nothing at all is imported before `main` runs, so that a Ctrl-C finds somebody to answer it, and nothing heavy
before a command runs, so that `allocopt --help` answers at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    try:
        from allocopt.cli.program import main as program
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    program(arguments)


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command; no exception leaves this function."""
    from allocopt.cli.program import run as program

    return program(arguments)
