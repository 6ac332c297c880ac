"""An instance as an importer makes it, and how it is written: whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allocopt.plan.place import Writer, check_place, put

Cells = Sequence[object]


@dataclass
class Made:
    """The settings of `city.yaml`; tables by name: their columns and their rows, without the source; and files by
    name, each with who writes it."""

    settings: dict[str, Any]
    source: str
    tables: dict[str, tuple[Sequence[str], Iterable[Cells]]] = field(default_factory=dict)
    files: dict[str, Writer] = field(default_factory=dict)

    def add(self, name: str, columns: str, rows: Iterable[Cells]) -> None:
        """Add a table; its columns are named in one line of text."""
        self.tables[name] = (columns.split(), rows)


def write(made: Made, out: Path) -> None:
    """Write the instance as the folder `out`. Raises InputError where that is not empty or cannot be written."""
    import yaml

    check_free(out)
    files: dict[str, bytes | Writer] = {
        f"{name}.csv": _csv(columns, rows, made.source) for name, (columns, rows) in made.tables.items()
    }
    text = yaml.safe_dump(made.settings, sort_keys=False, allow_unicode=True, width=100)
    put(out, files | made.files | {"city.yaml": text.encode()})


def check_free(out: Path) -> None:
    """See that an instance may be written as the folder `out`: there is none, or an empty one. Raises InputError."""
    check_place(out, "city.yaml", what="city", replaces=False)


def _csv(columns: Sequence[str], rows: Iterable[Cells], source: str) -> bytes:
    return csv_of([*columns, "source"], ([*(_cell(value) for value in row), source] for row in rows))


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    """Numbers so that they read back exactly, whole ones without a point."""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def one_period(name: str, title: str, travel: Mapping[str, Any], objective: Any) -> dict[str, Any]:
    """Settings of a city with one period, as the classical problems need them."""
    return {
        "name": name,
        "title": title,
        "periods": [{"id": "all", "hours": 1}],
        "travel": dict(travel),
        "objective": objective,
    }
