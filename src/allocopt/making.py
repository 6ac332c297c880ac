"""For scripts that make an instance's tables from the facts beside them, as `make.py` of every city here does.

A fact file is a CSV in `facts/`, or `facts/decisions.txt`: for each table a block with its name in brackets, the names
of its columns and its rows, cells parted by '|'. Blank lines and lines that begin with '#' are left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# The rows of a table or fact file, every cell as text.
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Folder:
    """The folder of an instance."""

    path: Path

    def read(self, name: str) -> Rows:
        """The rows of `facts/NAME.csv`. Raises OSError where there is none."""
        with (self.path / "facts" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def decisions(self, figures: Mapping[str, str] | None = None) -> dict[str, Rows]:
        """The blocks of `facts/decisions.txt` by name; '{figure}' in a cell stands for that figure.

        Raises ValueError for a row that has not as many cells as its block has columns.
        """
        blocks: dict[str, Rows] = {}
        columns: list[str] = []
        for line in (self.path / "facts" / "decisions.txt").read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.split("|")]
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                rows, columns = blocks.setdefault(line.strip("[]"), []), []
            elif not columns:
                columns = cells
            else:
                rows.append(dict(zip(columns, (_filled(cell, figures or {}) for cell in cells), strict=True)))
        return blocks

    def write(self, name: str, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
        """Write the table `NAME.csv`, the cells of its rows in the order of the columns."""
        with (self.path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)

    def write_block(self, name: str, rows: Rows) -> None:
        """Write a block as the table of its name, as it stands."""
        self.write(name, list(rows[0]), (row.values() for row in rows))


def _filled(cell: str, figures: Mapping[str, str]) -> str:
    for name, figure in figures.items():
        cell = cell.replace(f"{{{name}}}", figure)
    return cell
