"""Opening the files of an instance: only regular files inside its folder, never beyond a size."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.reading.plain_text import brief, shown

LIMIT = 200_000_000
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def instance_file(root: Path, name: str, *, limit: int = LIMIT) -> bytes:
    """What the file `name` in the folder `root` holds.

    Raises InputError when the name leads out of the folder (by itself or through a link), or the file is
    missing, is not a regular file, holds more than `limit` bytes, or cannot be read.
    """
    if why := _why_outside(name):
        raise _refusal(name, why, "the name of a file inside the instance's folder")
    path = _resolved(root, name)
    try:
        return _read(path, name, limit)
    except OSError as error:
        raise _refusal(name, _reason(error), "a file that can be read (is it open elsewhere?)") from None


def instance_path(root: Path, name: str) -> Path:
    """Where the file `name` in the folder `root` lies, for who reads it piece by piece, however large it is.

    Raises InputError as `instance_file` does.
    """
    path = _resolved(root, name)
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise _refusal(name, "a folder, device or pipe", "a regular file")
    except OSError as error:
        raise _refusal(name, _reason(error), "a file that can be read (is it open elsewhere?)") from None
    return path


def list_tables(root: Path) -> list[str]:
    """The sorted names of the CSV and Parquet files directly in the folder, but hidden files and Excel's lock files.

    Raises InputError when the folder is missing or cannot be listed.
    """
    try:
        entries = [entry.name for entry in root.iterdir() if not entry.is_dir()]
    except OSError as error:
        raise _refusal(root.name, _reason(error), "a folder that can be listed") from None
    return sorted(
        name for name in entries if name.lower().endswith((".csv", ".parquet")) and not name.startswith(("~$", "."))
    )


def _why_outside(name: str) -> str:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    if not posix.parts:
        return "an empty name"
    if "\0" in name:
        return "a name with a NUL character"
    if windows.anchor or posix.is_absolute():
        return "an absolute path"
    if ":" in name:
        return "a name with a colon"
    return "a name with '..'" if ".." in windows.parts else ""


def _resolved(root: Path, name: str) -> Path:
    """The real path of the file. Raises InputError when there is none or it lies outside the folder."""
    try:
        base = root.resolve(strict=True)
    except (OSError, RuntimeError):
        raise _refusal(name, f"no folder {shown(root.name)}", "the folder of an instance") from None
    try:
        path = (base / name).resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        raise _refusal(name, "no such file", "a file of this name" + _similar(base, name)) from None
    except (OSError, RuntimeError, UnicodeError) as error:
        raise _refusal(name, _reason(error), "a file that can be read") from None
    if not path.is_relative_to(base):
        raise _refusal(name, "a link that leads out of the folder", "a file inside the instance's folder")
    return path


def _similar(base: Path, name: str) -> str:
    folder = (base / name).parent.resolve()
    if not (folder.is_relative_to(base) and folder.is_dir()):
        return ""
    return did_you_mean(PurePosixPath(name).name, sorted(entry.name for entry in folder.iterdir()))


def _read(path: Path, name: str, limit: int) -> bytes:
    handle = os.open(path, _FLAGS)
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise _refusal(name, "a folder, device or pipe", "a regular file")
        if state.st_size > limit:
            raise _refusal(name, f"{state.st_size:,} bytes", f"at most {limit:,} bytes")
        with os.fdopen(handle, "rb", closefd=False) as stream:
            data = stream.read(state.st_size + 1)
    finally:
        os.close(handle)
    if len(data) != state.st_size:
        raise _refusal(name, "a file that changed while it was read", "a file nobody is writing to")
    return data


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "a path that cannot be followed"


def _refusal(name: str, found: str, expected: str) -> InputError:
    return InputError([Fault(brief(name, 200), 0, "", found, expected)])
