"""What a study keeps: whole or not at all, of one run, by one process, and noticed when it is damaged."""

from __future__ import annotations

import errno
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from allocopt.faults import InputError
from allocopt.progress import Progress
from allocopt.study import keeping as module
from allocopt.study.course import Course
from allocopt.study.keeping import Ended, Keeper, keeping
from allocopt.study.workers import runner

IDENTITY = {"--gap": "0.01", "sites.csv": "a" * 64}


@dataclass(frozen=True)
class Square:
    root: int
    square: float


def squared(root: int) -> Ended:
    return Ended(Square(root, math.inf if root < 0 else root**2))


def run_in(folder: Path, roots: list[int], done: list[int] | None = None) -> dict[str, Square]:
    def noted(root: int) -> Ended:
        if done is not None:
            done.append(root)
        return squared(root)

    with keeping(folder, IDENTITY) as keeper, runner(1) as run:
        return keeper.run(run, noted, {str(root): root for root in roots}, Square)


def test_what_is_kept_is_not_done_again(tmp_path: Path) -> None:
    first = run_in(tmp_path / "s", [1, 2, -1])
    done: list[int] = []
    assert run_in(tmp_path / "s", [1, 2, -1, 3], done) == first | {"3": Square(3, 9)}
    assert done == [3]


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1", b'{"sha256": "0", "content": "{}"}', b"\xff"])
def test_a_damaged_record_is_told_of_and_made_again(tmp_path: Path, damage: bytes) -> None:
    first = run_in(tmp_path / "s", [1, 2])
    (tmp_path / "s" / "kept" / "2.json").write_bytes(damage)
    told: list[Progress] = []
    with keeping(tmp_path / "s", IDENTITY, progress=told.append) as keeper, runner(1) as run:
        assert keeper.run(run, squared, {"1": 1, "2": 2}, Square) == first
    assert "2.json is damaged" in told[0].doing


def test_a_truncated_record_is_noticed_at_every_length(tmp_path: Path) -> None:
    run_in(tmp_path / "s", [7])
    file = tmp_path / "s" / "kept" / "7.json"
    whole = file.read_bytes()
    keeper = Keeper(tmp_path / "s", Course(None))
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert keeper.read("7", Square) is None
    file.write_bytes(whole)
    assert keeper.read("7", Square) == Square(7, 49)


def test_another_instance_is_refused_and_named(tmp_path: Path) -> None:
    run_in(tmp_path / "s", [1])
    changed = {"--gap": "0.02", "sites.csv": "b" * 64, "roads.csv": "c" * 64}
    with pytest.raises(InputError) as refused, keeping(tmp_path / "s", changed):
        pass
    faults = {fault.field: fault for fault in refused.value.faults}
    assert set(faults) == set(changed)
    assert faults["--gap"].found == "0.02 now" and "--start-over" in faults["--gap"].expected
    assert run_in(tmp_path / "s", [1], done := []) and not done


def test_told_to_start_over_it_drops_what_is_kept(tmp_path: Path) -> None:
    run_in(tmp_path / "s", [1])
    with keeping(tmp_path / "s", IDENTITY | {"--gap": "0.02"}, start_over=True) as keeper:
        assert keeper.read("1", Square) is None


def test_a_damaged_beginning_is_refused(tmp_path: Path) -> None:
    run_in(tmp_path / "s", [1])
    (tmp_path / "s" / "kept" / "run.json").write_text("{")
    with pytest.raises(InputError, match=r"run\.json"), keeping(tmp_path / "s", IDENTITY):
        pass
    with keeping(tmp_path / "s", IDENTITY, start_over=True) as keeper:
        assert keeper.read("1", Square) is None


def test_two_processes_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with (
        keeping(tmp_path / "s", IDENTITY),
        pytest.raises(InputError, match="another process"),
        keeping(tmp_path / "s", IDENTITY),
    ):
        pass
    with keeping(tmp_path / "s", IDENTITY):
        pass


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="other things"), keeping(tmp_path, IDENTITY):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    run_in(tmp_path / "s", [1])
    with monkeypatch.context() as patched:
        patched.setattr(module.os, "fsync", full)
        with pytest.raises(InputError, match="No space left"):
            run_in(tmp_path / "s", [1, 2])
    assert sorted(entry.name for entry in (tmp_path / "s" / "kept").glob("*.json")) == ["1.json", "run.json"]
    assert not list((tmp_path / "s" / "kept").glob("*.new"))
    assert run_in(tmp_path / "s", [1, 2], done := [])["2"] == Square(2, 4) and done == [2]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="right to write"), keeping(tmp_path / "s", IDENTITY):
        pass


def test_what_is_kept_reads_back_as_it_was(tmp_path: Path) -> None:
    numbers: list[Any] = [0.1 + 0.2, 1e-300, math.inf, -math.inf, 5e300]
    with keeping(tmp_path / "s", IDENTITY) as keeper:
        for number in numbers:
            keeper.keep("n", Ended(Square(0, number)))
            assert keeper.read("n", Square) == Square(0, number)
