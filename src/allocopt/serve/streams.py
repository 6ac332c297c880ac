"""Downloads: a file or a part of it, a folder as a zip that is made while it is sent; and what the file is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fastapi import Header
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import FileResponse

from allocopt.serve.refusals import refused

_CHUNK = 64 * 1024
_BEYOND = 2**31 - 1
# One part of a file, as `curl -C -` asks for it; starlette would answer others with plain text.
_Part = Annotated[str, StringConstraints(pattern=r"^bytes=([0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$")]
Range = Annotated[_Part | SkipJsonSchema[None], Header(alias="Range", description="a part of the file")]
# The same folder gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


class _Sink:
    """Takes what a zip is made of, from one piece to the next."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def files(folder: Path, without: str) -> list[Path]:
    """The files of a folder, but those of one folder in it and hidden ones."""
    found = (entry for entry in folder.rglob("*") if entry.is_file() and not entry.is_symlink())
    return sorted(
        entry
        for entry in found
        if without not in entry.relative_to(folder).parts[:1]
        and not any(part.startswith(".") for part in entry.relative_to(folder).parts)
    )


def zipped(folder: Path, found: list[Path], top: str) -> Iterator[bytes]:
    """The files as a zip with one folder, piece by piece."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for file in found:
            info = ZipInfo(f"{top}/{file.relative_to(folder).as_posix()}", _DATE)
            info.compress_type = ZIP_DEFLATED
            large = file.stat().st_size > _BEYOND
            with archive.open(info, "w", force_zip64=large) as out, file.open("rb") as stream:
                while piece := stream.read(_CHUNK):
                    out.write(piece)
                    yield sink.take()
    yield sink.take()


def download(file: Path, media: str, part: str | None, name: str | None = None) -> FileResponse:
    """A file, or a part of it. Raises RefusedError for a part that it does not have."""
    try:
        state = file.stat()
    except FileNotFoundError:
        raise refused(404, "the file", "nothing", "a job that is not deleted meanwhile") from None
    if part is not None:
        first, _, last = part.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, state.st_size - int(last))
        if start >= state.st_size or (first and last and int(last) < start):
            expected = f"a part of its {state.st_size:,} bytes"
            raise refused(416, "Range", part, expected, content_range=f"bytes */{state.st_size}")
    headers = None if name is None else {"content-disposition": attachment(name)}
    return FileResponse(file, media_type=media, headers=headers, stat_result=state)


def attachment(name: str) -> str:
    """A Content-Disposition with a name in any script (RFC 6266, RFC 5987), and one in ASCII for old clients."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
