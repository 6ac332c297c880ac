"""Plans that are solved once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.towns import planned


@pytest.fixture(scope="session")
def globe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a plan whose places have degrees."""
    folder = tmp_path_factory.mktemp("globe")
    planned(folder)
    return folder / "plan"


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a plan in a plane."""
    folder = tmp_path_factory.mktemp("plane")
    planned(folder, plane=True)
    return folder / "plan"
