"""How far a job is, read from whatever its worker has said so far."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.serve.progress import Progress, progress
from allocopt.serve.streams import attachment, files, zipped


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"", Progress()),
        (b"solving: loss 1,200\n", Progress("solving: loss 1,200")),
        (
            b"a\n12 of 1,020 done, about 8 minutes left\n\n",
            Progress("12 of 1,020 done, about 8 minutes left", 12, 1020),
        ),
        (b"x" * 9000 + b"\rlast \x1b[K\xff", Progress("last \\x1b[K�")),
    ],
)
def test_the_last_line_is_told_and_counted_where_it_counts(tmp_path: Path, said: bytes, expected: Progress) -> None:
    assert progress(tmp_path) == Progress()
    (tmp_path / "err.txt").write_bytes(said)
    assert progress(tmp_path) == expected


def test_what_a_study_keeps_is_counted(tmp_path: Path) -> None:
    kept = tmp_path / "result" / "kept"
    kept.mkdir(parents=True)
    for name in ("run.json", "a.json", "b.json", ".c.json.1.new", ".lock"):
        (kept / name).touch()
    assert progress(tmp_path).kept == 2


def test_a_folder_is_sent_piece_by_piece_without_what_is_kept(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "plans").mkdir()
    for name in ("kept/a.json", ".lock", "plans/plan.json"):
        (tmp_path / name).touch()
    (tmp_path / "large.csv").write_bytes(bytes(range(256)) * 40_000)
    found = files(tmp_path, without="kept")
    assert [file.name for file in found] == ["large.csv", "plan.json"]
    pieces = list(zipped(tmp_path, found, "result"))
    assert max(map(len, pieces)) < 300_000
    assert b"".join(zipped(tmp_path, found, "result")) == b"".join(pieces)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.zip", "attachment; filename=\"plan.zip\"; filename*=UTF-8''plan.zip"),
        ("用直.zip", "attachment; filename=\"__.zip\"; filename*=UTF-8''%E7%94%A8%E7%9B%B4.zip"),
        ('a"; b=\r\n.zip', "attachment; filename=\"a__ b___.zip\"; filename*=UTF-8''a%22%3B%20b%3D%0D%0A.zip"),
    ],
)
def test_no_name_breaks_its_header(name: str, header: str) -> None:
    assert attachment(name) == header
