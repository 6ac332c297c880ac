"""A new instance to start from: the commented sample that comes with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from allocopt.faults import Fault, InputError
from allocopt.reading.plain_text import brief

EMPTY = "a new folder, or an empty one"


def create(folder: Path) -> list[Path]:
    """Write the sample's files into a new or empty folder, all or none; the files written.

    Raises InputError when the folder holds something already, or cannot be written.
    """
    source = sorted((file for file in files("allocopt").joinpath("template").iterdir()), key=lambda file: file.name)
    contents = {file.name: file.read_bytes() for file in source if file.name.endswith((".yaml", ".csv"))}
    written: list[Path] = []
    made = False
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise _refusal(folder, "a folder with files in it" if folder.is_dir() else "a file")
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            written.append(folder / name)
            (folder / name).write_bytes(content)
    except OSError as error:
        _undo(folder if made else None, written)
        raise _refusal(folder, error.strerror or "a folder that cannot be written") from None
    return written


def _undo(folder: Path | None, written: list[Path]) -> None:
    for file in written:
        file.unlink(missing_ok=True)
    if folder is not None and folder.is_dir():
        folder.rmdir()


def _refusal(folder: Path, found: str) -> InputError:
    return InputError([Fault(brief(str(folder), 200), 0, "", found, EMPTY)])
