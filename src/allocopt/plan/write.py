"""Writing a plan's folder: it is there whole or not at all, and an old plan stays until the new one is whole."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from allocopt.faults import Fault, InputError
from allocopt.plan.columns import PLAN_TABLES, PlanTable
from allocopt.plan.manifest import HASH, MANIFEST, manifest_hash, manifest_text, plain
from allocopt.plan.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

_TRIES = 50
_WAIT_SECONDS = 0.05


def write(plan: Plan, out: Path) -> Plan:
    """Write the plan as the folder `out`, in place of the plan that may be there; return it as it stands there.

    Raises InputError when `out` holds anything but a plan, or cannot be written; then nothing has changed.
    Raises ValueError for a plan without tables: there is nothing to write.
    """
    if not plan.tables:
        raise ValueError(f"a plan with status {plan.status} has nothing to write")
    files = {table.file: csv_bytes(plan.table(name), table) for name, table in PLAN_TABLES.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = plain({**plan.manifest, "tables": hashes})
    manifest[HASH] = manifest_hash(manifest)
    check_target(out)
    try:
        _put(out.resolve(), files | {MANIFEST: manifest_text(manifest).encode()})
    except OSError as error:
        raise _refusal(out, error.strerror or str(error), "a folder that can be written") from None
    return replace(plan, folder=out, manifest=manifest)


def check_target(out: Path) -> None:
    """See that a plan may be written as the folder `out`: there is none, an empty one, or one with a plan.

    Raises InputError otherwise, also when there is no right to write there. Changes nothing.
    """
    try:
        place = out.resolve()
        above = next((folder for folder in (place, *place.parents) if folder.is_file()), None)
        if above is not None:
            words = "a file" if above == place else f"a file at '{above}'"
            raise _refusal(out, words, "a folder for the plan")
        if owner := next((folder for folder in place.parents if (folder / MANIFEST).is_file()), None):
            raise _refusal(out, f"a place inside the plan '{owner}'", "a folder outside of other plans")
        entries = {entry.name: entry.is_dir() for entry in place.iterdir()} if place.exists() else {}
        parent = next(folder for folder in place.parents if folder.exists())
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(out, reason, "a folder for the plan") from None
    if entries and MANIFEST not in entries:
        raise _refusal(out, "a folder that holds other things", "an empty folder, a new one, or one with a plan")
    if inner := sorted(name for name, is_folder in entries.items() if is_folder):
        raise _refusal(out, f"a folder with '{inner[0]}' in it", "a folder with nothing but a plan")
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise _refusal(out, f"no right to write in '{parent}'", "a folder that can be written")


def csv_bytes(table: pd.DataFrame, spec: PlanTable) -> bytes:
    """The table as CSV: UTF-8 with a byte order mark, numbers so that they read back exactly, blanks for none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(spec.columns)
    columns = [table[column].tolist() for column in spec.columns]
    cells = list(spec.columns.values())
    writer.writerows(zip(*map(_column_text, columns, cells), strict=True))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _column_text(values: list[object], cell: str) -> list[str]:
    if cell == "number":
        return ["" if value != value else repr(value) for value in values]
    return [str(value) for value in values]


def _put(place: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, the manifest last, in a new folder beside `place`, then put it there."""
    missing = [folder for folder in place.parents if not folder.exists()]
    fresh = _beside(place, "new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        for name, data in files.items():
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


def _refusal(out: Path, found: str, expected: str) -> InputError:
    return InputError([Fault(str(out), 0, "", found, expected)])
