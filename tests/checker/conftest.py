"""The small town and its plan, written anew for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.small_city import write_instance, write_plan


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    write_instance(tmp_path / "city")
    return write_plan(tmp_path / "plan")
