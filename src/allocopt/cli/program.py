"""The group of all commands, and how a run of it ends: with an exit code, never with a traceback."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

import click

from allocopt.cli import INTERRUPTED
from allocopt.cli.failures import tell_call, tell_interrupted, tell_unexpected
from allocopt.cli.lazy import LazyGroup
from allocopt.cli.streams import prepare, say

# A command keeps most of what it makes. Python would look through it for cycles after every 700 objects, and find few:
# of the million that a city of 10,000 sites takes, five thousand. After every million it looks through ever more of it,
# the third time through all, so that models that a study is done with do not pile up.
_SEARCHES_FOR_CYCLES = (1_000_000, 0, 0)


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
    gc.set_threshold(*_SEARCHES_FOR_CYCLES)
    code = run(arguments)
    if code == INTERRUPTED:
        # Threads of the solver may still be at work; an orderly end would wait for them or fall over them.
        os._exit(code)
    gc.freeze()  # else the interpreter would look through all of it for cycles once more
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command; no exception leaves this function."""
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        return int(app.main(args=arguments, prog_name="allocopt", standalone_mode=False) or 0)
    except click.ClickException as error:
        tell_call(error, as_json=as_json)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        tell_interrupted(as_json=as_json)
        return INTERRUPTED
    except Exception as error:
        tell_unexpected(error, as_json=as_json)
        return 1


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    say(f"warning: {message}")
