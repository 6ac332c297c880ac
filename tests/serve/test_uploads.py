"""Uploads that mean harm are refused in bounded time and memory, and leave nothing behind."""

from __future__ import annotations

import io
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocopt.faults import InputError
from allocopt.serve.uploads import copy, unpack
from serve.harm import CITY, HARM, by_hand, plain
from serve.measure import MEASURED, cost
from serve.running import Client, Running, made_zip

MOST = 20_000_000
ROOM_MB = 60


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


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_names_are_read_that_do_not_say_what_they_are(encoding: str, tmp_path: Path) -> None:
    """A Chinese Windows writes GBK, where a sign may end as a backslash does; others write UTF-8 without saying so."""
    names = ("用直镇/city.yaml", "用直镇/facts/誠.csv")
    (tmp_path / "x.zip").write_bytes(by_hand(*(plain(name.encode(encoding), b"x") for name in names)))
    assert unpack(tmp_path / "x.zip", tmp_path / "city", MOST) == 2
    assert (tmp_path / "city" / "facts" / "誠.csv").read_bytes() == b"x"


def test_a_zip_in_a_zip_is_a_file_and_names_of_devices_are_names(tmp_path: Path) -> None:
    inner = made_zip({"x": b"x"})
    (tmp_path / "x.zip").write_bytes(made_zip({**CITY, "inner.zip": inner, "CON": b"1", "dev/null": b"2"}))
    assert unpack(tmp_path / "x.zip", tmp_path / "city", MOST) == 4
    assert (tmp_path / "city" / "inner.zip").read_bytes() == inner
    assert (tmp_path / "city" / "dev" / "null").read_bytes() == b"2"


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


@MEASURED
def test_the_server_stays_small(server: Running, mayor: Client, town: Path) -> None:
    assert server.process is not None
    for harm, made in HARM.items():
        sent = made()
        with cost(server.process.pid) as spent:
            answer = mayor.upload(sent)
        assert answer.status == 422 and answer.faults, (harm, answer.body)
        assert spent.cpu < 3.0 and spent.peak_mb < ROOM_MB, (harm, spent)
    assert [entry.name for entry in (server.data / "short").iterdir()] == []
