"""An uploaded zip becomes the folder of an instance, or is refused with every fault and nothing written.

The zip's own directory is judged before anything is unpacked, and its size before it is read: Python's `zipfile` reads
all of it at once. What a directory says may be a lie, so bytes are counted again as they come.
"""

from __future__ import annotations

import errno
import shutil
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from allocopt.faults import Fault, InputError
from allocopt.reading.plain_text import brief

MOST_ENTRIES = 1_000
MOST_DIRECTORY = 500_000
MOST_DEPTH = 4
MOST_NAME = 200
# Text shrinks to a fiftieth at most; where a file is small, it does not matter.
MOST_RATIO, RATIO_COUNTS_FROM = 200, 1_000_000
_ZIP = "the zip"
_EXPECTED = "a zip with city.yaml and its tables, at its top or in one folder"
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
# The end of the directory, and, before it, the mark of one beyond 4 GB (APPNOTE.TXT 4.3.15 and 4.3.16).
_END = struct.Struct("<4s4H2LH")
_END_MARK, _LARGE_MARK, _LARGE_BYTES = b"PK\x05\x06", b"PK\x06\x07", 20
_ENCRYPTED = 0x1
_CHUNK = 64 * 1024
# What programs that make a zip leave in it.
_LEFT_OUT = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class _Member:
    info: zipfile.ZipInfo
    parts: tuple[str, ...]


def unpack(archive: Path, target: Path, most: int) -> int:
    """Unpack a zip of at most so many bytes into a new folder; how many files there are.

    Raises InputError; then the folder is not there.
    """
    _judge_end(archive)
    try:
        with _opened(archive) as opened:
            members = _judged(opened.infolist(), archive.stat().st_size, most)
            target.mkdir(mode=0o700)
            try:
                _write(opened, members, target, most)
            except BaseException:
                shutil.rmtree(target, ignore_errors=True)
                raise
    except _DAMAGED as error:
        raise _refusal(f"a damaged file ({brief(str(error), 120)})") from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's beginning
            raise
        raise _refusal("a damaged file (an entry that is not in it)") from None
    return len(members)


def _opened(archive: Path) -> zipfile.ZipFile:
    """The zip. Names that do not say that they are UTF-8 are so all the same, or as a Chinese Windows writes them."""
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return zipfile.ZipFile(archive, metadata_encoding=encoding)
    raise _refusal("names that are neither UTF-8 nor GB18030")


def _judge_end(archive: Path) -> None:
    """Raises InputError unless the zip ends with the end of a directory that is small enough to be read."""
    with archive.open("rb") as stream:
        length = stream.seek(0, 2)
        stream.seek(max(0, length - _END.size - _LARGE_BYTES))
        tail = stream.read()
    if len(tail) < _END.size or not tail[-_END.size :].startswith(_END_MARK):
        raise _refusal("no zip, or one with a comment at its end")
    entries, directory = _END.unpack(tail[-_END.size :])[4:6]
    if tail[: -_END.size].startswith(_LARGE_MARK):
        raise _refusal("a zip in the form for more than 4 GB")
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise InputError([Fault(_ZIP, 0, "", f"{entries:,} entries", f"at most {MOST_ENTRIES:,} entries")])


def _judged(infos: Sequence[zipfile.ZipInfo], packed: int, most: int) -> list[_Member]:
    """The files of a zip of `packed` bytes, without a folder that has them all. Raises InputError with every fault."""
    faults = [
        Fault(_ZIP, 0, brief(info.orig_filename, 80), why, "a plain file inside the instance's folder")
        for info in infos
        if (why := _why_not(info))
    ]
    if len(infos) > MOST_ENTRIES:
        faults.append(Fault(_ZIP, 0, "", f"{len(infos):,} entries", f"at most {MOST_ENTRIES:,} entries"))
    total = sum(info.file_size for info in infos)
    if total > most or _is_odd(total, packed):
        expected = f"at most {most:,} bytes, and at most {MOST_RATIO} times what was sent"
        faults.append(Fault(_ZIP, 0, "", f"{total:,} bytes when unpacked, out of {packed:,}", expected))
    if faults:
        raise InputError(faults)
    members = [_Member(info, PurePosixPath(info.filename).parts) for info in infos if not info.is_dir()]
    members = [member for member in members if not set(member.parts) & set(_LEFT_OUT)]
    faults = list(_clashes(members))
    tops = {member.parts[0] for member in members}
    if len(tops) == 1 and all(len(member.parts) > 1 for member in members):
        members = [_Member(member.info, member.parts[1:]) for member in members]
    if ("city.yaml",) not in (member.parts for member in members):
        faults.append(Fault(_ZIP, 0, "", "no city.yaml", _EXPECTED))
    if faults:
        raise InputError(faults)
    return members


def _why_not(info: zipfile.ZipInfo) -> str:
    """Why an entry is not unpacked. `filename` has been mended by zipfile; `orig_filename` is what stood there."""
    name, kind = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
    parts = name.rstrip("/").split("/")
    if not name.isprintable():
        return "a name with a NUL or another character that cannot be seen"
    if name.startswith("/") or ":" in name or "\\" in name:
        return "an absolute path, a drive, or a backslash"
    if any(part in ("", ".", "..") for part in parts):
        return "a path with '..', '.' or an empty part"
    if len(parts) > MOST_DEPTH + 1 or max(len(part.encode()) for part in parts) > MOST_NAME:
        return "a path that is too deep, or too long"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link, device or pipe"
    if info.flag_bits & _ENCRYPTED:
        return "an encrypted file"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "a way of packing other than stored or deflated"
    if _is_odd(info.file_size, info.compress_size):
        return f"{info.file_size:,} bytes out of {info.compress_size:,}"
    return ""


def _is_odd(size: int, packed: int) -> bool:
    return size > RATIO_COUNTS_FROM and size > MOST_RATIO * packed


def _clashes(members: Sequence[_Member]) -> Iterator[Fault]:
    """Two files of one name, on disks that do not tell capitals apart either; a file where a folder should be."""
    plain = [tuple(part.casefold() for part in member.parts) for member in members]
    count = Counter(plain)
    folders = {parts[:depth] for parts in plain for depth in range(1, len(parts))}
    for member, parts in zip(members, plain, strict=True):
        if count[parts] > 1 or parts in folders:
            name = brief("/".join(member.parts), 80)
            yield Fault(_ZIP, 0, name, "a name that stands there twice", "one file of a name")


def _write(opened: zipfile.ZipFile, members: Sequence[_Member], target: Path, most: int) -> None:
    left = most
    for member in members:
        place = target.joinpath(*member.parts)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with opened.open(member.info) as stream, place.open("xb") as out:
            left -= copy(stream, out, left)


def copy(stream: IO[bytes], out: IO[bytes], most: int) -> int:
    """Copy at most so many bytes, piece by piece; how many there were. Raises InputError when there are more."""
    found = 0
    while piece := stream.read(_CHUNK):
        found += len(piece)
        if found > most:
            raise InputError(
                [Fault(_ZIP, 0, "", "more bytes than allowed when unpacked", f"at most {most:,} bytes left")]
            )
        out.write(piece)
    return found


def _refusal(found: str) -> InputError:
    return InputError([Fault(_ZIP, 0, "", found, _EXPECTED)])
