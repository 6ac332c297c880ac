"""The page about serving: its examples run, and its table is that of the description."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from allocopt.serve.page import calls
from page import texts_of
from serve.running import PATIENCE, Client, Running, folder_zip

PAGE = (Path(__file__).parents[2] / "docs" / "serve.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_examples_run(server: Running, town: Path, tmp_path: Path) -> None:
    (script,) = texts_of("sh", PAGE)
    (tmp_path / "town.zip").write_bytes(folder_zip(town))
    clerk = server.client("clerk")
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"URL": f"http://127.0.0.1:{server.port}", "TOKEN": str(clerk.token)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert run.returncode == 0, run.stderr
    assert '"status": "optimal"' in run.stdout and "示例镇" in run.stdout
    assert (tmp_path / "plan.zip").read_bytes().startswith(b"PK")
    assert clerk.get("/jobs").json == [] == clerk.get("/instances").json


def test_the_table_of_calls_is_that_of_the_description(mayor: Client) -> None:
    rows = [f"| `{call}` | {words} |" for call, words, _ in calls(mayor.get("/openapi.json").json)]
    table = "\n".join(["| call | does |", "|---|---|", *rows])
    told = PAGE.partition("<!-- calls: begin -->\n")[2].partition("\n<!-- calls: end -->")[0]
    assert told == table
