"""Standard output for results, standard error for the rest; both speak UTF-8 and survive a closed pipe."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

import click


class NotWritten(click.ClickException):
    """Standard output takes no more."""


def prepare() -> None:
    """Make both streams UTF-8, whatever the terminal's encoding; a stream that is closed swallows all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def put(text: str) -> None:
    """A result, to standard output. Raises NotWritten when it cannot be written (a full disk)."""
    if reason := _write(sys.stdout, text + "\n"):
        raise NotWritten(f"standard output cannot be written: {reason}")


def put_json(value: dict[str, Any]) -> None:
    """One JSON object to standard output."""
    put(json.dumps(value, ensure_ascii=False))


def say(text: str) -> None:
    """A message, to standard error."""
    _write(sys.stderr, text + "\n")


def show(text: str) -> None:
    """What is written over again, to standard error."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> str:
    """Why the text could not be written; empty when it was, or when nobody reads any more."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        return error.strerror or str(error)
    except RuntimeError:
        # A signal came in the middle of a write, and its handler wants to write too: its words are dropped.
        return "in use"
    return ""


def _silence(stream: TextIO) -> None:
    """Let what is still in the buffer, and all that follows, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
