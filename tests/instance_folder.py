"""An instance's tables and facts as text, for the tests that hold them to what they promise."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
CITIES = ("hangzhou", "luzhi", "shanghai-street", "zhejiang", "zhengzhou")
REGIMES = ("silo", "linked", "joint")
Rows = list[dict[str, str]]


def rows_of(file: Path) -> Rows:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def by_id(rows: Iterable[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows}


class InstanceFolder:
    def __init__(self, name: str) -> None:
        self.path = ROOT / "instances" / name

    def table(self, name: str) -> Rows:
        return rows_of(self.path / f"{name}.csv")

    def facts(self, name: str) -> Rows:
        return rows_of(self.path / "facts" / f"{name}.csv")
