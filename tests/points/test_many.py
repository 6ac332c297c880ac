"""Forty million points: imported, solved to optimality and checked in little memory. Times are printed, not judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cli.command import COMMAND, environment

MILLIONS = 40
MOST_BYTES = 4 * 2**30


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is told by the resource module")
def test_forty_million_points(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    draw = np.random.default_rng(1)
    posts = draw.uniform(0, 30, (100, 2))
    parquet.write_table(pa.table({"x": posts[:, 0], "y": posts[:, 1]}), tmp_path / "posts.parquet")
    schema = pa.schema([("x", pa.float64()), ("y", pa.float64()), ("weight", pa.int64())])
    uncovered = 0
    with parquet.ParquetWriter(tmp_path / "demand.parquet", schema) as writer:
        for _ in range(MILLIONS):
            x, y = draw.uniform(0, 30, (2, 1_000_000))
            weight = draw.integers(1, 101, 1_000_000)
            writer.write_table(pa.table([x, y, weight], schema=schema))
            uncovered += int(weight.sum())
    words = ["--demand", "demand.parquet", "--posts", "posts.parquet", "--radius", "5.5", "--p", "10", "--out", "city"]
    _run(tmp_path, "import", "points", *words)
    found = json.loads(_run(tmp_path, "solve", "city", "--gap", "0", "--json", "--out", "plan"))
    print(f"seconds of solve: {found['seconds']}")
    assert found["status"] == "optimal" and found["objective"] == found["bound"] and not found["violations"]
    assert found["loss_if_nobody_acts"] == uncovered
    assert json.loads(_run(tmp_path, "check", "plan", "--json"))["ok"]
    rows = (tmp_path / "plan" / "points.csv").read_text("utf-8-sig").splitlines()[1:]
    assert sum(int(row.split(",")[5]) for row in rows) == MILLIONS * 1_000_000
    for row in (tmp_path / "demand.parquet", tmp_path / "city" / "points.parquet"):
        row.unlink()


def _run(folder: Path, *words: str) -> str:
    """Run the command; see that it stays within the memory; tell its time."""
    started, told = time.monotonic(), folder / "told.txt"
    with told.open("w") as out:
        child = subprocess.Popen([*COMMAND, *words], cwd=folder, env=environment(), stdout=out)
        _, status, used = os.wait4(child.pid, 0)
    most = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(
        f"{words[0]}: {time.monotonic() - started:.1f} s, {used.ru_utime:.1f} s of processor, {most / 2**20:,.0f} MiB"
    )
    assert os.waitstatus_to_exitcode(status) == 0
    assert most < MOST_BYTES
    return told.read_text()
