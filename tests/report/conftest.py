"""One browser for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allocopt.plan import Plan
from allocopt.report import write_report
from cities import city, planned
from report.pages import CHROMIUM, QUIET
from report.studies import Folders
from report.village import SETTINGS, village


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the path")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of the village."""
    folder = tmp_path_factory.mktemp("village")
    return planned(city(folder / "city", village(), **SETTINGS), folder / "plan")


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Folders:
    """Its studies."""
    return Folders(tmp_path_factory.mktemp("studies"), plan)


@pytest.fixture(scope="session")
def page_of_plan(plan: Plan) -> Path:
    """Its page, in English."""
    assert plan.folder is not None
    file = plan.folder.with_name("plan.html")
    write_report(plan.folder, file, "en")
    return file
