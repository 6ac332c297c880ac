"""The command line: each command parses, calls one library function and tells what it found.

Nothing heavy is imported before a command runs, so that `allocopt --help` answers at once.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

import click

from allocopt.cli.failures import tell_unexpected
from allocopt.cli.lazy import LazyGroup
from allocopt.cli.streams import prepare, say

INTERRUPTED = 130


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 2 the input or the call is wrong; 3 the standards cannot hold together, or a "
    "checked plan breaks one; 4 no plan within the time limit; 130 interrupted.",
)
@click.version_option(package_name="allocopt", prog_name="allocopt")
def app() -> None:
    """Plan who goes where, with what, and when: inspectors, patrols, supplies and measures for a city's sites."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    prepare()
    warnings.showwarning = _warn
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command; no exception leaves this function."""
    try:
        return int(app.main(args=arguments, prog_name="allocopt", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    except Exception as error:
        tell_unexpected(error)
        return 1


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    say(f"warning: {message}")
