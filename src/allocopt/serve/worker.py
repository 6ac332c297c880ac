"""The process that does one call of the command line, within limits: `python -m allocopt.serve.worker FOLDER LOCK`.

It outlives a server that is killed and keeps the limits by itself. It says what it must with files in its folder, for a
process id is no identity: another process may have it tomorrow. LOCK is a file that whoever started it has locked; it
and the command line hold it open for as long as they live, so that it is free when, and only when, both are gone. What
was found counts once `ended.json` is there, which is there whole or not at all.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allocopt.serve.places import size

CALL, ENDED, STOP, LOCK, TEMPORARY = "call.json", "ended.json", "stop", ".lock", "tmp"
# What the command line says, and what the worker itself says when it fails.
OUT, ERR, OWN = "out.txt", "err.txt", "worker.txt"
# What `stop` may say: to end with what was found, or to leave no trace, since it will be done again.
CANCEL, REQUEUE = "cancel", "requeue"
TIME, DISK = "time", "disk"
_GLANCE = 0.1
_GLANCES_A_LOOK_AT_THE_DISK = 20
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def main() -> None:
    """Do what `call.json` in the folder says: `words` of the command line, and the limits."""
    folder, lock = Path(sys.argv[1]), int(sys.argv[2])
    call = json.loads((folder / CALL).read_bytes())
    with (folder / OUT).open("wb") as out, (folder / ERR).open("wb") as err:
        child = subprocess.Popen(
            # -P: nothing is imported from the folder that it works in.
            [sys.executable, "-P", "-m", "allocopt.cli", *call["words"]],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            pass_fds=(lock,),
            preexec_fn=_limits(call["memory"], call["disk"]),
        )
        ended_by = _watch(child, folder, call)
    if ended_by != REQUEUE:
        _place(folder / ENDED, {"exit_code": child.returncode, "ended_by": ended_by})


def _watch(child: subprocess.Popen[bytes], folder: Path, call: dict[str, Any]) -> str | None:
    """Wait for the command line; what ended it if it was not itself."""
    start = time.monotonic()
    stopped: tuple[str, float] | None = None
    glances = 0
    while child.poll() is None:
        time.sleep(_GLANCE)
        glances += 1
        now = time.monotonic()
        asked = _asked(folder)
        if asked == REQUEUE:
            child.kill()
            child.wait()
            return REQUEUE
        if glances % _GLANCES_A_LOOK_AT_THE_DISK == 0 and size(folder) > call["disk"]:
            child.kill()
            child.wait()
            return DISK
        if stopped is None and (asked or now - start > call["seconds"]):
            stopped = asked or TIME, now
            child.send_signal(signal.SIGINT)
        elif stopped is not None and now - stopped[1] > call["grace"]:
            child.kill()
    return None if stopped is None else stopped[0]


def _asked(folder: Path) -> str:
    try:
        return (folder / STOP).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def _limits(memory: int, disk: int) -> Callable[[], None]:
    """What the command line does between its birth and its first step: no more memory, no larger file, no core, and no
    life without this process (where the system offers that)."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def limit() -> None:
        for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, disk), (resource.RLIMIT_CORE, 0)):
            hard = resource.getrlimit(what)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, most))
        if prctl is not None:
            prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return limit


def _place(file: Path, content: dict[str, Any]) -> None:
    """Write a file that is there whole or not at all, and stays so when the machine fails."""
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)


if __name__ == "__main__":
    main()
