"""Folders of tables as somebody makes them by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def tables(folder: Path, **rows: Rows) -> Path:
    """A folder with these tables, each with the columns of its first row."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(table[0])
            writer.writerows(row.values() for row in table)
    return folder


def visits(site: str, number: Any, **more: Any) -> dict[str, Any]:
    """A row of visits of the one kind by the one pool of the towns."""
    usual = {"kind": "check", "site": site, "period": "t1", "role": "lead", "pool": "men", "via": ""}
    return usual | more | {"visits": number}
