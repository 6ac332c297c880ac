"""Starting workers, and finding out what became of them by what is in their folder."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocopt.serve.worker import CALL, ENDED, ERR, LOCK, OUT, OWN, STOP, TEMPORARY

# All that a worker learns of the server's environment.
_PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# More than that is not read into the server: faults of every row of a large table, say.
_MOST_ANSWER = 4_000_000
# So much of a worker's own words is told, the end.
_MOST_WORDS = 1000


@dataclass(frozen=True)
class Ended:
    """How a worker ended: the command line's exit code (below zero: the signal that ended it), and what stopped it."""

    exit_code: int
    ended_by: str | None


def start(folder: Path, words: Sequence[str], **limits: float) -> subprocess.Popen[bytes]:
    """A worker in its folder. What an earlier one left unfinished there is dropped, but not what a study keeps.

    Raises BlockingIOError while another works there.
    """
    folder.mkdir(exist_ok=True, mode=0o700)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        clean(folder)
        (folder / TEMPORARY).mkdir()
        (folder / CALL).write_text(json.dumps({"words": list(words), **limits}), encoding="utf-8")
        with (folder / OWN).open("wb") as own:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "allocopt.serve.worker", str(folder), str(lock)],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=own,
                stderr=own,
                pass_fds=(lock,),
                start_new_session=True,
            )
    finally:
        os.close(lock)


def clean(folder: Path) -> None:
    """Drop what is of one run only, and what a killed one has left half written beside its result."""
    for name in (ENDED, STOP, OUT, ERR):
        (folder / name).unlink(missing_ok=True)
    for entry in (folder / TEMPORARY, *folder.glob(".*.new"), *folder.glob(".*.old")):
        shutil.rmtree(entry, ignore_errors=True)


def held(folder: Path) -> bool:
    """Whether a worker, or its command line, is alive there."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def ended(folder: Path) -> Ended | None:
    """How the worker ended; None for one that was lost. To be asked when nobody holds the folder."""
    try:
        return Ended(**json.loads((folder / ENDED).read_bytes()))
    except FileNotFoundError:
        return None


def last_words(folder: Path) -> str:
    """What a worker itself said at last, which is nothing as long as all is well."""
    try:
        with (folder / OWN).open("rb") as own:
            own.seek(max(0, own.seek(0, os.SEEK_END) - _MOST_WORDS))
            return own.read().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return ""


def ask(folder: Path, what: str) -> None:
    """Leave word for the worker to stop."""
    fresh = folder / f"{STOP}.new"
    fresh.write_text(what, encoding="ascii")
    fresh.replace(folder / STOP)


def answer(folder: Path) -> dict[str, Any] | None:
    """The one JSON object that the command line has printed; None where there is none, or it is too large."""
    file = folder / OUT
    try:
        if not 0 < file.stat().st_size <= _MOST_ANSWER:
            return None
        found = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _environment(folder: Path) -> dict[str, str]:
    """Nothing that is secret, and one thread: a job is counted as one."""
    home = str(folder / TEMPORARY)
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**passed, **threads, "HOME": home, "TMPDIR": home, "COLUMNS": "100", "PYTHONDONTWRITEBYTECODE": "1"}
