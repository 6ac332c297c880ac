"""A study: its manifest and its tables, in memory and as files of its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.plan import PlanTable
from allocopt.plan.manifest import manifest_text, sealed
from allocopt.plan.values import Values
from allocopt.plan.write import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "study.json"
# Rows that a notebook shows of a study.
_ROWS_SHOWN = 12


@dataclass(frozen=True, eq=False)
class Study:
    """What a study found. `manifest` is what `study.json` holds; `tables` has a DataFrame by name, described by
    `columns`. Its plans are in folders of their own."""

    manifest: Mapping[str, Any]
    columns: Mapping[str, PlanTable]
    tables: Mapping[str, pd.DataFrame]
    folder: Path | None = None

    @property
    def kind(self) -> str:
        """collaboration, information, …"""
        return str(self.manifest["study"])

    @property
    def name(self) -> str:
        """The city's name."""
        instance = self.manifest.get("instance")
        return str(instance.get("name", "") if isinstance(instance, Mapping) else instance or "")

    def __str__(self) -> str:
        rows = [f"{name} {len(table)} row{'' if len(table) == 1 else 's'}" for name, table in self.tables.items()]
        return f"Study({', '.join(filter(None, [self.kind, self.name, *rows]))})"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The first rows of the first table, under what the study is."""
        first = next((table for table in self.tables.values() if len(table)), None)
        shown = "" if first is None else first.head(_ROWS_SHOWN).to_html(index=False, border=0, notebook=True)
        return f"<p>{escape(str(self))}</p>{shown}"


def study_files(study: Study) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The tables of a study's folder, and the manifest last; and what the manifest holds."""
    tables = {spec.file: csv_bytes(Values.of_frame(spec, study.tables[name])) for name, spec in study.columns.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in tables.items()}
    manifest = sealed({**study.manifest, "tables": hashes})
    return tables | {MANIFEST: manifest_text(manifest).encode()}, manifest
