"""Workbooks as a city has them: sheets as lists of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

Sheets = Mapping[str, Sequence[Sequence[Any]]]

SETTINGS = [["city.yaml"], ["name: town"], ["periods:"], ["  - {id: year, hours: 100}"]]
TOWN: Sheets = {
    "city.yaml": SETTINGS,
    "sites": [
        ["id", "area", "people", "lon", "lat", "source"],
        ["a", "town", 5.0, 120.1, 30.5, "assumed: test"],
        ["001", "town", 12, 120.2, 30.5, "assumed: test"],
    ],
    "bodies": [["id"], ["fire"]],
}


def book(file: Path, sheets: Sheets) -> Path:
    """Write a workbook with another library than the tool's."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(list(row))
    made.save(file)
    return file
