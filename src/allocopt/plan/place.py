"""Putting a folder in its place: it is there whole or not at all, and an old one stays until the new one is whole."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

from allocopt.faults import Fault, InputError

# Writes a file at this path.
Writer = Callable[[Path], None]

# What a study keeps while it runs, and which study it is.
KEPT, RUN = "kept", "run.json"

_TRIES = 50
_WAIT_SECONDS = 0.05


def check_place(out: Path, manifest: str, *, what: str, with_folders: bool = False, replaces: bool = True) -> None:
    """See that the folder `out` may be written: there is none, an empty one, or one with such a manifest already.

    `what` is the folder's content in a word; `with_folders`: it has folders of its own; `replaces`: one that is there
    is replaced.
    Raises InputError otherwise, also when there is no right to write there. Changes nothing.
    """
    try:
        place = out.resolve()
        above = next((folder for folder in (place, *place.parents) if folder.is_file()), None)
        if above is not None:
            words = "a file" if above == place else f"a file at '{above}'"
            raise refusal(out, words, f"a folder for the {what}")
        owner = next((folder for folder in place.parents for name in _MANIFESTS if (folder / name).is_file()), None)
        if owner is not None:
            owned = next(word for name, word in _MANIFESTS.items() if (owner / name).is_file())
            raise refusal(out, f"a place inside the {owned} '{owner}'", "a folder outside of other plans and studies")
        entries = _entries(place)
        parent = next(folder for folder in place.parents if folder.exists())
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refusal(out, reason, f"a folder for the {what}") from None
    unfinished = with_folders and entries.get(KEPT, False)
    if manifest in entries and not replaces:
        raise refusal(out, f"a {what}", "a new folder, or an empty one")
    if entries and manifest not in entries and not unfinished:
        replaced = f", or one with a {what}" if replaces else ""
        raise refusal(out, "a folder that holds other things", f"a new folder, or an empty one{replaced}")
    inner = sorted(name for name, is_folder in entries.items() if is_folder)
    if inner and not with_folders:
        raise refusal(out, f"a folder with '{inner[0]}' in it", f"a folder with nothing but a {what}")
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise refusal(out, f"no right to write in '{parent}'", "a folder that can be written")


def _entries(place: Path) -> dict[str, bool]:
    """What stands in the folder, and whether each is a folder; nothing when there is none.

    Another run may be putting its plan there: between its two renames the folder is away for a moment.
    """
    try:
        return {entry.name: entry.is_dir() for entry in place.iterdir()}
    except FileNotFoundError:
        return {}


def put(out: Path, files: Mapping[str, bytes | Writer]) -> None:
    """Write the files, the last one last, as the folder `out`; names may lead into folders of its own. What is too
    large to be held is written by who is given in its place.

    Raises InputError when it cannot be written; then nothing has changed.
    """
    try:
        _put(out.resolve(), files)
    except OSError as error:
        raise refusal(out, reason_of(error), "a folder that can be written") from None


def reason_of(error: OSError) -> str:
    """Why a file cannot be written, as the system says it; libraries add words of their own to that."""
    return os.strerror(error.errno) if error.errno else str(error)


def _put(place: Path, files: Mapping[str, bytes | Writer]) -> None:
    """Write the files in a new folder beside `place`, then put it there."""
    missing = [folder for folder in place.parents if not folder.exists()]
    fresh = _beside(place, "new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        for name, data in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            if callable(data):
                data(fresh / name)
            else:
                (fresh / name).write_bytes(data)
        _swap_in(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in missing:
            _remove_if_empty(folder)
        raise


def _swap_in(fresh: Path, place: Path) -> None:
    """Rename the fresh folder to `place`. Another run may be doing the same: the last one stays."""
    aside = _beside(place, "old")
    for tries_left in reversed(range(_TRIES)):
        try:
            _moved(place, aside)
            fresh.rename(place)
            return
        except OSError as error:
            if not tries_left or not _may_pass(error):
                raise
        finally:
            _restore_or_drop(aside, place)
        time.sleep(_WAIT_SECONDS)


def _restore_or_drop(aside: Path, place: Path) -> None:
    """The old plan goes back if nothing came in its place, else away.

    Another run may take what is in its place between the two looks; then both are taken again.
    """
    for _ in range(_TRIES):
        if _moved(aside, place) or not aside.exists():
            return
        if place.exists():
            shutil.rmtree(aside, ignore_errors=True)
            return
        time.sleep(_WAIT_SECONDS)


def _moved(start: Path, end: Path) -> bool:
    """Whether there was such a folder to rename and the new name was free."""
    try:
        start.rename(end)
    except FileNotFoundError:
        return False
    except OSError as error:
        if not _may_pass(error):
            raise
        return False
    return True


def _may_pass(error: OSError) -> bool:
    """Another run's plan came in between, or a program (a scanner, a spreadsheet) holds a file for a moment."""
    return isinstance(error, PermissionError) or error.errno in (errno.ENOTEMPTY, errno.EEXIST)


def _beside(place: Path, word: str) -> Path:
    return place.with_name(f".{place.name[:40]}.{uuid4().hex}.{word}")


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def refusal(out: Path, found: str, expected: str) -> InputError:
    """What is told of a folder that cannot be written."""
    return InputError([Fault(str(out), 0, "", found, expected)])


_MANIFESTS = {"plan.json": "plan", "study.json": "study"}
