"""Zips that mean harm, each with one thing wrong."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from allocopt.serve.uploads import MOST_ENTRIES
from serve.running import made_zip

CITY = {"city.yaml": b"name: x\n"}
MB = 1_000_000


def zip_of(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    """A zip whose entries are as they are given, however wrong."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for info, content in members:
            archive.writestr(info, content)
    return data.getvalue()


def named(name: str) -> bytes:
    """A zip with an entry of this name beside a sound one, whatever Python would make of the name."""
    place = "P" * len(name.encode())
    return made_zip({**CITY, place: b"x"}).replace(place.encode(), name.encode())


def special(kind: int, content: bytes = b"", name: str = "sites.csv") -> bytes:
    """A zip with an entry that is no plain file: a link, a device."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    return zip_of((info, content), (zipfile.ZipInfo("city.yaml"), b"name: x\n"))


@dataclass(frozen=True)
class Entry:
    """What a zip says of an entry, byte by byte."""

    name: bytes
    packed: bytes
    size: int
    checksum: int = 0


def plain(name: bytes, content: bytes) -> Entry:
    pressed = zlib.compressobj(9, zlib.DEFLATED, -15)
    return Entry(name, pressed.compress(content) + pressed.flush(), len(content), zlib.crc32(content))


def by_hand(*entries: Entry) -> bytes:
    """A zip of these entries, none of which says that its name is UTF-8."""
    data, directory = b"", b""
    for each in entries:
        told = struct.pack("<5H3L", 20, 0, 8, 0, 33, each.checksum, len(each.packed), each.size)
        widths = struct.pack("<2H", len(each.name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + told + widths + bytes(10) + struct.pack("<L", len(data))
        directory += each.name
        data += b"PK\3\4" + told + widths + each.name + each.packed
    count = len(entries)
    return data + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(data), 0)


def one_line(megabytes: int) -> bytes:
    """A table of one line that is so long, without its being pressed at length: one piece of it, again and again."""
    pressed = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = pressed.compress(b"x" * MB) + pressed.flush(zlib.Z_FULL_FLUSH)
    entry = Entry(b"sites.csv", piece * megabytes + b"\3\0", megabytes * MB)
    return by_hand(plain(b"city.yaml", CITY["city.yaml"]), entry)


def nested() -> bytes:
    """A bomb in a zip in a zip, as what it holds and as a table."""
    inner = made_zip({"sites.csv": bytes(60 * MB)})
    return made_zip({**CITY, "inner.zip": inner, "sites.csv": inner + bytes(60 * MB)})


def many_small() -> bytes:
    """Each file is too small to look odd; together they are 400 times what was sent."""
    return made_zip({**CITY, **{f"{number}.csv": bytes(900_000) for number in range(20)}})


def bomb() -> bytes:
    """60 MB of zeros in 60 kB."""
    return made_zip({**CITY, "sites.csv": bytes(60 * MB)})


def overlapping() -> bytes:
    """Many entries of the directory that lead to the same bytes, 900 kB each."""
    sound = made_zip({"a": bytes(900_000)})
    end = sound.index(b"PK\x05\x06")
    start = struct.unpack("<L", sound[end + 16 : end + 20])[0]
    entry, count = sound[start:end], 500
    entries = b"".join(entry[:-1] + bytes([33 + i % 90]) for i in range(count))
    return sound[:start] + entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)


def told_small(told: int) -> bytes:
    """A zip whose directory tells fewer bytes than there are."""
    sound = made_zip({**CITY, "sites.csv": bytes(5_000_000)})
    return sound.replace(struct.pack("<L", 5_000_000), struct.pack("<L", told))


def huge_directory(entries: int) -> bytes:
    return made_zip({**CITY, **{f"{number}.csv": b"" for number in range(entries)}})


def told_few(entries: int) -> bytes:
    """A directory that is larger than its end tells."""
    data = bytearray(huge_directory(entries))
    data[-14:-10] = struct.pack("<2H", 2, 2)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(made_zip(CITY))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def packed_otherwise() -> bytes:
    info = zipfile.ZipInfo("city.yaml")
    info.compress_type = zipfile.ZIP_LZMA
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(info, b"name: x\n", zipfile.ZIP_LZMA)
    return data.getvalue()


HARM: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zip": lambda: b"PK not at all" * 10,
    "a comment at its end": lambda: made_zip(CITY)[:-2] + b"\x05\x00hello",
    "cut off": lambda: made_zip(CITY)[:-30],
    "more than 4 GB": lambda: made_zip(CITY)[:-22] + b"PK\x06\x07" + bytes(16) + made_zip(CITY)[-22:],
    "a folder up": lambda: named("../sites.csv"),
    "folders up inside": lambda: named("a/../../x.csv"),
    "absolute": lambda: named("/tmp/x.csv"),
    "a drive": lambda: named("C:x.csv"),
    "a drive and backslashes": lambda: named("C:\\x.csv"),
    "backslashes up": lambda: named("..\\..\\x.csv"),
    "a stream of a file": lambda: named("x.csv:y"),
    "NUL": lambda: named("x\0.csv"),
    "a line break": lambda: named("x\n.csv"),
    "an empty part": lambda: named("a//x.csv"),
    "a dot": lambda: named("./x.csv"),
    "too deep": lambda: named("a/b/c/d/e/f.csv"),
    "too long": lambda: named("长" * 90 + ".csv"),
    "a path of a network": lambda: named("\\\\server\\x.csv"),
    "a name in no encoding": lambda: by_hand(plain(b"city.yaml", b"name: x\n"), plain(b"\xff\xff.csv", b"")),
    "a link": lambda: special(stat.S_IFLNK, b"/etc/passwd"),
    "a link inside": lambda: special(stat.S_IFLNK, b"city.yaml"),
    "a link to a folder": lambda: special(stat.S_IFLNK, b"/", "facts"),
    "a disk": lambda: special(stat.S_IFBLK),
    "a terminal": lambda: special(stat.S_IFCHR),
    "a pipe": lambda: special(stat.S_IFIFO),
    "a socket": lambda: special(stat.S_IFSOCK),
    "encrypted": encrypted,
    "packed otherwise": packed_otherwise,
    "a bomb": bomb,
    "a bomb of overlaps": overlapping,
    "a bomb of many files": many_small,
    "a bomb in a zip": nested,
    "a line of 1 GB": lambda: one_line(1000),
    "a bomb that lies": lambda: told_small(1000),
    "too many entries": lambda: huge_directory(MOST_ENTRIES + 1),
    "a directory that lies": lambda: told_few(MOST_ENTRIES + 1),
    "no city": lambda: made_zip({"sites.csv": b""}),
    "two cities": lambda: made_zip({"a/city.yaml": b"", "b/city.yaml": b""}),
    "capitals": lambda: made_zip({**CITY, "Sites.csv": b"", "sites.csv": b""}),
    "a file for a folder": lambda: made_zip({**CITY, "facts": b"", "facts/x": b""}),
}
