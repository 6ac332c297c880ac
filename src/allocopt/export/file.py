"""Putting one file in its place: it is there whole or not at all, and what is not an export is left alone."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from allocopt.plan.place import Writer, reason_of, refusal

_TRIES, _WAIT_SECONDS = 50, 0.05


def check_file(out: Path, ending: str, is_ours: Callable[[Path], bool]) -> None:
    """See that the file `out` may be written: there is none, or one that an export wrote.

    Raises InputError otherwise, also when there is no right to write there. Changes nothing.
    """
    expected = f"a new file that ends in {ending}, or one that an export wrote"
    try:
        if out.suffix.lower() != ending:
            raise refusal(
                out, f"a name that ends in '{out.suffix}'" if out.suffix else "a name without ending", expected
            )
        if out.is_dir():
            raise refusal(out, "a folder", expected)
        if not out.resolve().parent.is_dir():
            raise refusal(out, "no such folder", "a file in a folder that is there")
        parents = out.resolve().parents
        inside = [folder / name for folder in parents for name in ("plan.json", "study.json")]
        owner = next((file for file in (*inside, parents[0] / "city.yaml") if file.is_file()), None)
        if owner is not None:
            raise refusal(out, f"a place inside '{owner.parent}'", "a file outside of plans, studies and instances")
        if os.path.lexists(out) and not (out.is_file() and is_ours(out)):
            raise refusal(out, "a file that no export wrote", expected)
        if not os.access(out.resolve().parent, os.W_OK | os.X_OK):
            raise refusal(out, f"no right to write in '{out.resolve().parent}'", "a folder that can be written")
    except (OSError, RuntimeError, ValueError) as error:
        raise refusal(out, getattr(error, "strerror", None) or str(error), expected) from None


def put_file(out: Path, write: Writer) -> None:
    """Write a file and put it at `out`. Raises InputError when it cannot be written; then nothing has changed."""
    place = out.resolve()
    fresh = place.with_name(f".{uuid4().hex}.new")
    try:
        fresh.mkdir()
        write(fresh / place.name)
        _replace(fresh / place.name, place)
    except OSError as error:
        raise refusal(out, reason_of(error), "a file that can be written") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _replace(fresh: Path, place: Path) -> None:
    """A spreadsheet or a scanner may hold the old file for a moment."""
    for tries_left in reversed(range(_TRIES)):
        try:
            fresh.replace(place)
            return
        except PermissionError:
            if not tries_left:
                raise
        time.sleep(_WAIT_SECONDS)
