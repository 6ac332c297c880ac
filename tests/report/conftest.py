"""What the tests of pages look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.plan import Plan
from allocopt.report import write_report
from cities import city, planned
from report.studies import Folders
from report.village import SETTINGS, village


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
