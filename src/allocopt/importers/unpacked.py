"""An Excel workbook unpacked within limits, before any library reads it: a small file may unpack to anything."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from allocopt.faults import Fault, InputError
from allocopt.importers.numbers import bytes_of
from allocopt.reading.plain_text import shown

MOST_PACKED = 100_000_000
MOST_UNPACKED = 400_000_000
MOST_ENTRIES = 2_000
MOST_DIRECTORY = 1_000_000
# Sheets of figures shrink ten to thirty times; so many times nothing does that anybody filled in.
MOST_RATIO, RATIO_FROM = 200, 20_000_000
# A sheet is held as a rectangle, from its first row to its last.
MOST_CELLS = 10_000_000

_WORKBOOK = "xl/workbook.xml"
_PARTS = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?!media/|pivotCache/).*\.(?:xml|rels)")
_END, _END_64, _OLD = b"PK\5\6", b"PK\6\7", b"\xd0\xcf\x11\xe0"
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[\s/>]"), re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["']([0-9]{1,8})""")
_NAMED = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Z]{1,4})([0-9]{1,8})["'][^>]*(?<!/)>""")
_BLANK = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*)?/>")
# A '>' inside quotation marks would mislead the patterns above; no program writes one there.
_ODD_CELL = re.compile(rb"""<(?:\w+:)?(?:c|row)\s[^>]*=\s*(?:"[^">]*>|'[^'>]*>)""")
# A cell with an error, such as #DIV/0!, would be read as a blank one; as text it is seen.
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^>]*?\bt\s*=\s*["'])e(["'])""")
# A formula without a result, as other programs than Excel write it, would be a blank too.
NOT_COMPUTED = "#NOT COMPUTED!"
_FORMULA = re.compile(
    rb"""<((?:\w+:)?)c\s(?![^>]*\bt\s*=\s*["']str)[^>]*?\br\s*=\s*(["'][A-Z]+[0-9]+["'])[^>]*>\s*"""
    rb"""<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_RESULT = rb'<\1c r=\2 t="str"><\1v>' + NOT_COMPUTED.encode() + rb"</\1v></\1c>"
_EXPECTED = "an Excel workbook (.xlsx)"


def repacked(file: Path) -> BytesIO:
    """The parts of a workbook that hold its cells, as another archive that unpacks to no more than was measured.

    Raises InputError for a file that is no workbook, or one that unpacks to too much.
    """
    data = bytes_of(file, MOST_PACKED)
    try:
        _check_directory(data)
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _copied(archive, _wanted(archive))
    except _RefusedError as error:
        raise InputError([Fault(str(file), 0, "", *error.args)]) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        found = f"a damaged file ({shown(str(error), 80)})"
        raise InputError([Fault(str(file), 0, "", found, _EXPECTED)]) from None


class _RefusedError(Exception):
    """What was found, and what was expected."""


def _check_directory(data: bytes) -> None:
    """See that the directory of the archive is short, before it is read."""
    if data.startswith(_OLD):
        raise _RefusedError("a workbook of Excel 97 to 2003, or one with a password", f"{_EXPECTED} without password")
    plain = data[-22:-18] == _END and data.endswith(b"\0\0")
    at = len(data) - 22 if plain else data.rfind(_END, max(0, len(data) - 65_557))
    if at < 0 or at + 22 > len(data):
        raise _RefusedError("another kind of file", _EXPECTED)
    entries, size = struct.unpack("<HL", data[at + 10 : at + 16])
    if entries > MOST_ENTRIES or size > MOST_DIRECTORY or data[max(at - 20, 0) : at].startswith(_END_64):
        raise _RefusedError("an archive of too many parts", f"{_EXPECTED} of at most {MOST_ENTRIES:,} parts")


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The entries to read, all limits kept."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if _WORKBOOK not in names:
        raise _RefusedError("an archive without a workbook", _EXPECTED)
    if len(set(names)) < len(names):
        raise _RefusedError("an archive with a part twice", _EXPECTED)
    if any(entry.flag_bits & 1 for entry in entries):
        raise _RefusedError("a workbook with a password", f"{_EXPECTED} without password")
    unpacked, packed = (sum(getattr(entry, size) for entry in entries) for size in ("file_size", "compress_size"))
    if unpacked > MOST_UNPACKED:
        raise _RefusedError(f"{unpacked:,} bytes once unpacked", f"at most {MOST_UNPACKED:,} bytes")
    if unpacked > max(RATIO_FROM, MOST_RATIO * packed):
        raise _RefusedError(f"{packed:,} bytes that unpack to {unpacked:,}", f"at most {MOST_RATIO} times as many")
    return [entry for entry in entries if _PARTS.fullmatch(entry.filename)]


def _copied(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> BytesIO:
    """The entries as they were read: an archive may say one size and unpack to another, this one does not."""
    copy = BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as out:
        for entry in entries:
            part = archive.read(entry)
            if b"<!DOCTYPE" in part[:10_000] or b"<!ENTITY" in part:
                raise _RefusedError("a part that declares its own entities", _EXPECTED)
            if entry.filename.startswith("xl/worksheets/"):
                _check_area(part)
                part = _FORMULA.sub(_RESULT, _ERROR_CELL.sub(rb"\1str\2", part))
            out.writestr(entry.filename, part)
    copy.seek(0)
    return copy


def _check_area(part: bytes) -> None:
    """See that the rectangle of the cells that hold something is not too large to be held.

    Cells that do not say where they stand follow those before them; blank ones with a format do not count.
    """
    if _ODD_CELL.search(part):
        raise _RefusedError("cells written in a strange way", _EXPECTED)
    named = _NAMED.findall(part)
    counts = [len(_CELL.findall(row)) for row in _ROW.split(part)]
    columns = max((_number(letters) for letters in {letters for letters, _ in named}), default=0)
    rows = max((int(row) for row in {row for _, row in named}), default=0)
    if sum(counts) > len(named) + len(_BLANK.findall(part)):
        columns += max(counts)
        rows = max(rows, len(counts) - 1, *map(int, _ROW_NUMBER.findall(part)))
    if columns * rows > MOST_CELLS:
        expected = f"at most {MOST_CELLS:,} cells (in Excel: delete what stands far from the rest)"
        raise _RefusedError(f"a sheet of {rows:,} rows and {columns:,} columns", expected)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
