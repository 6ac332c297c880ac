"""docs/python.md does what it says: its blocks are run, one after the other, beside the sample town."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from allocopt.instance.new import create

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.filterwarnings("ignore:not checked:UserWarning")
def test_every_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path / "town")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"docs/python.md, block {number}", "exec"), names)
    for shown, word in ((names["plan"], "sample-town"), (names["study"], "fairness")):
        assert word in repr(shown) and "\n" not in repr(shown)
        assert "<table" in shown._repr_html_() and len(shown._repr_html_()) < 10_000
