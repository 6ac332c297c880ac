"""What studies say of themselves: of which instance and options they are, and the command that makes them again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from allocopt.city import City
from allocopt.solving.manifest import describe
from allocopt.solving.options import Options


def identity_of(about: Mapping[str, Any]) -> dict[str, str]:
    """All that the tasks of a study depend on besides its own options, as text by name."""
    options = {f"--{key.replace('_', '-')}": str(value) for key, value in about["options"].items() if value is not None}
    return {"allocopt": about["allocopt"], "solver": about["solver"], **options, **about["instance"]["hashes"]}


def manifest_of(kind: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """How the manifest of a study begins."""
    said = {key: about[key] for key in ("allocopt", "solver", "instance", "title", "names")}
    return {"study": kind, "status": "done", **said}


def command_of(kind: str, city: City, options: Options, own: Sequence[str], *, leave_out: str = "") -> str:
    """The command that makes a study again: the words of a solve, without the threads, of which every task has one,
    and without an option that the study does not have; then the study's own."""
    words = shlex.split(describe(city, options)["command"])[2:]
    if "--threads" in words:
        words = words[: words.index("--threads")]
    if leave_out in words:
        at = words.index(leave_out)
        words = words[:at] + words[at + 2 :]
    return shlex.join(["allocopt", "study", kind, *words, *own])
