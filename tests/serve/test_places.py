"""What a folder of a server takes on the disk."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from allocopt.serve.places import size

BLOCK = 4096


def test_whole_blocks_count_and_folders_too(tmp_path: Path) -> None:
    empty = size(tmp_path)
    (tmp_path / "one").write_bytes(b"x")
    (tmp_path / "two").write_bytes(b"x" * (BLOCK + 1))
    assert size(tmp_path) == empty + 3 * BLOCK
    (tmp_path / "within").mkdir()
    (tmp_path / "within" / "three").write_bytes(b"")
    assert size(tmp_path) > empty + 3 * BLOCK


def test_what_goes_while_it_is_counted_is_passed_over(tmp_path: Path) -> None:
    """A study writes its plans beside and renames them: nobody who only counts may fall over that."""
    counted = threading.Event()

    def come_and_go() -> None:
        while not counted.is_set():
            fresh, whole = tmp_path / ".plan.new", tmp_path / "plan"
            (fresh / "tables").mkdir(parents=True)
            (fresh / "tables" / "sites.csv").write_bytes(b"x")
            fresh.rename(whole)
            shutil.rmtree(whole)

    churn = threading.Thread(target=come_and_go)
    churn.start()
    try:
        found = [size(tmp_path) for _ in range(5000)]
    finally:
        counted.set()
        churn.join()
    assert min(found) == size(tmp_path) < max(found)
