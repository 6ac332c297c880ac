"""Where a server keeps what: one folder, nothing outside of it.

    store.db            tokens, instances and jobs
    .lock               held by the server that works here
    instances/ID/city/  an uploaded instance
    jobs/ID/            a job: what was asked for, what its worker wrote
    short/ID/           a short errand, such as checking an upload; gone when it is done

Paths between them are relative, so that no message tells where the folder is, and that it can be moved.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

CITY, RESULT, MADE = "city", "result", "made"
_BLOCK = 4096
# What a server calls its own: by an id, or the zip of an upload.
_OWN = re.compile(r"[0-9a-f]{32}(\.zip)?")


class Places:
    """The folders of a server."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.store = self.root / "store.db"
        self.lock = self.root / ".lock"
        self.instances, self.jobs, self.short = (self.root / name for name in ("instances", "jobs", "short"))

    def make(self) -> None:
        """Raises OSError where they cannot be had. Nobody else on the machine may look in."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.instances, self.jobs, self.short):
            folder.mkdir(exist_ok=True, mode=0o700)

    def city(self, instance: str) -> Path:
        return self.instances / instance / CITY

    def job(self, job: str) -> Path:
        return self.jobs / job

    def result(self, job: str) -> Path:
        return self.jobs / job / RESULT

    def sweep(self, instances: Iterable[str], jobs: Iterable[str]) -> None:
        """Drop what no row speaks of: a kill came between a folder and its row.

        What is not named as a server names things is left: the folder may be somebody's, who keeps instances there.
        """
        for folder, known in ((self.instances, set(instances)), (self.jobs, set(jobs)), (self.short, set[str]())):
            for entry in folder.iterdir():
                if _OWN.fullmatch(entry.name) and entry.name not in known:
                    _drop(entry)


def _drop(entry: Path) -> None:
    if entry.is_dir():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)


def city_of(instance: str) -> str:
    """The instance, as seen from the folder of a job or an errand."""
    return f"../../instances/{instance}/{CITY}"


def result_of(job: str) -> str:
    """What a job found, as seen from the folder of a job or an errand."""
    return f"../../jobs/{job}/{RESULT}"


def size(folder: Path) -> int:
    """What a folder takes on the disk: whole blocks, so that many small files count as well.

    A worker may be at work there: what it writes beside and renames, or drops, may be gone by the time it is looked at.
    """
    found = _BLOCK
    for at, folders, files in os.walk(folder):  # a folder that is gone is passed over; Path.rglob raises
        for name in (*folders, *files):
            with suppress(FileNotFoundError):
                found += -(-Path(at, name).lstat().st_size // _BLOCK) * _BLOCK
        found += _BLOCK * len(folders)
    return found
