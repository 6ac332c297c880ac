"""`allocopt serve`: the same tool over HTTP, for programs in other languages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocopt.cli import options, ranges
from allocopt.cli.failures import Command
from allocopt.cli.lazy import COMMANDS
from allocopt.cli.streams import put, say
from allocopt.faults import Fault, InputError

if TYPE_CHECKING:
    from allocopt.serve.store import Store

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_MB = 1_000_000


@click.command("serve", cls=Command, short_help="Offer all this over HTTP to other programs.")
@click.option("--host", metavar="HOST", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=ranges.Whole(0, 65535), metavar="N", default=8765, show_default=True, help="Its port.")
@click.option(
    "--data",
    metavar="DIR",
    default="results/serve",
    show_default=True,
    callback=options.path,
    help="Where tokens, uploads, jobs and results are kept.",
)
@click.option("--new-token", metavar="NAME", help="Make a token, print it once, and end.")
@click.option("--drop-token", metavar="NAME", help="Make a token worthless, and end.")
@click.option("--tokens", metavar="FILE", help="Take tokens from lines NAME TOKEN; each replaces that of its name.")
@click.option("--jobs", type=ranges.Whole(1), metavar="N", default=1, show_default=True, help="Jobs side by side.")
@click.option(
    "--queue", type=ranges.Whole(1), metavar="N", default=20, show_default=True, help="Open jobs of one token."
)
@click.option(
    "--queue-in-all", type=ranges.Whole(1), metavar="N", default=200, show_default=True, help="Open jobs of all."
)
@click.option(
    "--time-limit", type=ranges.Whole(1), metavar="S", default=3600, show_default=True, help="Seconds a job may take."
)
@click.option(
    "--memory", type=ranges.Whole(1), metavar="MB", default=4000, show_default=True, help="Memory a job may take."
)
@click.option("--upload", type=ranges.Whole(1), metavar="MB", default=50, show_default=True, help="The largest upload.")
@click.option(
    "--quota", type=ranges.Whole(1), metavar="MB", default=2000, show_default=True, help="Disk one token may take."
)
def command(data: str, new_token: str | None, drop_token: str | None, tokens: str | None, **how: Any) -> int:
    """Serve uploads, jobs and downloads over HTTP, until interrupted. Every call needs a token; make one first with
    --new-token. It listens to this machine only unless --host says otherwise.

    It needs `pip install 'allocopt[serve]'`."""
    _require_system()
    os.umask(0o077)  # what is kept is nobody else's to read
    store = _store(Path(data))
    if new_token is not None:
        return _new_token(store, new_token)
    if drop_token is not None:
        return _drop_token(store, drop_token)
    _require_extra()
    if tokens is not None:
        _take_tokens(store, Path(tokens))
    if not store.tokens():
        raise InputError([Fault("--data", 0, "", f"no token in {data}", "a token: --new-token NAME, or --tokens FILE")])
    return _serve(Path(data), **how)


def _serve(data: Path, host: str, port: int, **how: int) -> int:
    from allocopt.serve.limits import Limits
    from allocopt.serve.run import serve

    if host not in _LOOPBACK:
        say("Others on the network can see tokens and plans pass by. Put a proxy with TLS in front.")
    limits = Limits(
        jobs=how["jobs"],
        per_token=how["queue"],
        in_all=how["queue_in_all"],
        seconds=float(how["time_limit"]),
        memory=how["memory"] * _MB,
        upload=how["upload"] * _MB,
        quota=how["quota"] * _MB,
    )
    serve(data, host, port, limits, find, say)
    return 0


def find(words: Sequence[str]) -> click.Command | None:
    """A command by its words, such as `study budget`."""
    from allocopt.cli.lazy import LazyGroup

    found: click.Command | None = LazyGroup(commands_in=COMMANDS)
    for word in words:
        found = found.get_command(click.Context(found), word) if isinstance(found, click.Group) else None
    return found


def _store(data: Path) -> Store:
    import sqlite3

    from allocopt.serve.places import Places
    from allocopt.serve.store import Store

    places = Places(data)
    try:
        places.make()
        return Store(places.store)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError([Fault("--data", 0, "", f"{data}: {reason}", "a folder that can be written")]) from None


def _new_token(store: Store, name: str) -> int:
    from allocopt.serve.tokens import check_name, hashed, new_token

    token = new_token()
    if not store.put_token(check_name(name), hashed(token)):
        raise InputError(
            [Fault("--new-token", 0, "", f"a token '{name}' already", "another name, or --drop-token first")]
        )
    put(token)
    return 0


def _drop_token(store: Store, name: str) -> int:
    if not store.drop_token(name):
        raise InputError([Fault("--drop-token", 0, "", f"no token '{name}'", "the name of a token")])
    return 0


def _take_tokens(store: Store, file: Path) -> None:
    from allocopt.serve.tokens import hashed, read_tokens

    if file.exists() and file.stat().st_mode & 0o077:
        say(f"{file} can be read by others on this machine: chmod 600 {file}")
    for name, token in read_tokens(file).items():
        store.put_token(name, hashed(token), replace=True)


def _require_system() -> None:
    if os.name != "posix":
        raise InputError(
            [Fault("serve", 0, "", f"the system '{os.name}'", "Linux or macOS, whose limits workers need")]
        )


def _require_extra() -> None:
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        found = f"no {error.name}"
        raise InputError(
            [Fault("serve", 0, "", found, "the extra for serving: pip install 'allocopt[serve]'")]
        ) from None
