"""One thing broken in the sample instance, and where the fault must be found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from allocopt.faults import Fault, InputError
from allocopt.instance.load import load
from allocopt.instance.new import create


@dataclass(frozen=True)
class Case:
    """Edits to the sample: `swap` replaces a text that stands once, `write` makes files, `drop` takes them away.

    The fault must be in `file`, in the line with the text `at` (the first swapped text when it is blank, the
    whole file when it is '-') and in `field`; `says` stands in its message.
    """

    name: str
    file: str
    field: str
    swap: tuple[tuple[str, str, str], ...] = ()
    write: dict[str, str | bytes] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    at: str = ""
    says: str = ""

    def place(self, folder: Path) -> tuple[str, int, str]:
        """File, line and field where the fault must be."""
        at = self.at or next((new for file, _, new in self.swap if file == self.file), "-")
        return self.file, 0 if at == "-" else line_of(folder / self.file, at), self.field


def cell(name: str, file: str, column: str, old: str, new: str, says: str = "", at: str = "") -> Case:
    """A case in which one text of a file is replaced, and the fault is there."""
    return Case(name, file, column, swap=((file, old, new),), says=says, at=at)


def broken(case: Case, folder: Path) -> Path:
    """The sample instance with the case's edits."""
    create(folder)
    for file, old, new in case.swap:
        swap(folder / file, old, new)
    for file in case.drop:
        (folder / file).unlink()
    for file, content in case.write.items():
        (folder / file).parent.mkdir(exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        (folder / file).write_bytes(data)
    return folder


def swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path: Path, text: str) -> int:
    """The first line, from 1, in which the last line of the text stands."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text.splitlines()[0] in line)


def faults_of(folder: Path, **options: object) -> tuple[Fault, ...]:
    """What is wrong with the folder; nothing when it can be read."""
    try:
        load(folder, **options)  # type: ignore[arg-type]
    except InputError as error:
        return tuple(error.faults)
    return ()


def places(faults: tuple[Fault, ...]) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.line, fault.field) for fault in faults]
