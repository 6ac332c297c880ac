"""Uploads that mean harm are refused in bounded time and memory, and leave nothing behind."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocopt.faults import InputError
from allocopt.serve.uploads import MOST_ENTRIES, copy, unpack
from serve.running import Client, Running, folder_zip, made_zip

MOST = 20_000_000
CITY = {"city.yaml": b"name: x\n"}
ROOM_MB = 60


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


def link(target: str) -> bytes:
    info = zipfile.ZipInfo("sites.csv")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zip_of((info, target.encode()), (zipfile.ZipInfo("city.yaml"), b"name: x\n"))


def bomb() -> bytes:
    """60 MB of zeros in 60 kB."""
    return made_zip({**CITY, "sites.csv": bytes(60_000_000)})


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
    "a link": lambda: link("/etc/passwd"),
    "a link inside": lambda: link("city.yaml"),
    "encrypted": encrypted,
    "packed otherwise": packed_otherwise,
    "a bomb": bomb,
    "a bomb of overlaps": overlapping,
    "a bomb that lies": lambda: told_small(1000),
    "too many entries": lambda: huge_directory(MOST_ENTRIES + 1),
    "a directory that lies": lambda: told_few(MOST_ENTRIES + 1),
    "no city": lambda: made_zip({"sites.csv": b""}),
    "two cities": lambda: made_zip({"a/city.yaml": b"", "b/city.yaml": b""}),
    "capitals": lambda: made_zip({**CITY, "Sites.csv": b"", "sites.csv": b""}),
    "a file for a folder": lambda: made_zip({**CITY, "facts": b"", "facts/x": b""}),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_harmful_zip_is_refused_and_nothing_is_written(harm: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.zip").write_bytes(HARM[harm]())
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        unpack(tmp_path / "in" / "x.zip", tmp_path / "in" / "city", MOST)
    assert time.process_time() - start < 2.0
    assert caught.value.faults and all(fault.file == "the zip" for fault in caught.value.faults)
    assert [entry.name for entry in tmp_path.rglob("*")] == ["in", "x.zip"]


def test_a_sound_zip_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(made_zip({"a/city.yaml": b"1", "a/facts/源.csv": b"2", "__MACOSX/a/x": b"3"}))
    assert unpack(tmp_path / "x.zip", tmp_path / "city", MOST) == 2
    assert (tmp_path / "city" / "facts" / "源.csv").read_bytes() == b"2"


def test_bytes_are_counted_as_they_come() -> None:
    out = io.BytesIO()
    with pytest.raises(InputError):
        copy(io.BytesIO(bytes(1_000_000)), out, 300_000)
    assert len(out.getvalue()) <= 300_000
    assert copy(io.BytesIO(bytes(1000)), out, 1000) == 1000


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_zip_is_unpacked_or_refused(data: st.DataObject) -> None:
    sound = bytearray(made_zip({**CITY, "facts/a.csv": b"a,b\n" * 50}))
    for _ in range(data.draw(st.integers(1, 4))):
        sound[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "x.zip").write_bytes(sound)
        try:
            unpack(folder / "x.zip", folder / "city", MOST)
        except InputError:
            assert not (folder / "city").exists()
        assert {entry.name for entry in folder.iterdir()} <= {"x.zip", "city"}


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's peak")
def test_the_server_stays_small(server: Running, mayor: Client, town: Path) -> None:
    assert server.process is not None
    before, start = peak_mb(server.process.pid), time.monotonic()
    for harm in ("a bomb", "a bomb of overlaps", "too many entries"):
        assert mayor.upload(HARM[harm]()).status == 422, harm
    tables = {file.name: file.read_bytes() for file in town.iterdir()}
    levels = b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30))
    answer = mayor.upload(made_zip({**tables, "city.yaml": b"a0: &a0 [x]\n" + levels}))
    assert answer.status == 422 and {fault["file"] for fault in answer.faults} == {"city.yaml"}
    assert time.monotonic() - start < 60
    assert peak_mb(server.process.pid) < before + ROOM_MB
    assert mayor.upload(folder_zip(town)).status == 201
