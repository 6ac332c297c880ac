"""How far a job is, from what its worker says on standard error and from what its study has kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from allocopt.reading.plain_text import brief
from allocopt.serve.places import RESULT
from allocopt.serve.worker import ERR, OWN

_TAIL = 4096
_LONGEST = 300
_COUNT = re.compile(r"\b(\d[\d,]*) of (\d[\d,]*) done\b")


@dataclass(frozen=True)
class Progress:
    """`text` is the last line that was said; `done` of `total` where it says so; `kept` what a study has kept."""

    text: str = ""
    done: int | None = None
    total: int | None = None
    kept: int = 0


def progress(folder: Path) -> Progress:
    text = _last_line(folder / ERR)
    count = _COUNT.search(text)
    done, total = (int(figure.replace(",", "")) for figure in count.groups()) if count else (None, None)
    kept = sum(1 for entry in (folder / RESULT / "kept").glob("*.json") if entry.name != "run.json")
    return Progress(text, done, total, kept)


def last_lines(folder: Path, most: int = 3) -> str:
    """The last words of the command line, or of its worker where that failed."""
    return brief(" / ".join((_lines(folder / ERR) or _lines(folder / OWN))[-most:]), _LONGEST)


def _last_line(file: Path) -> str:
    return brief(next(reversed(_lines(file)), ""), _LONGEST)


def _lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, 2) - _TAIL))
            data = stream.read(_TAIL)
    except FileNotFoundError:
        return []
    lines = (line.strip() for line in re.split(r"[\r\n]+", data.decode("utf-8", errors="replace")))
    return [line for line in lines if line]
