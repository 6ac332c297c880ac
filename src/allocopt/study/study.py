"""A study: its manifest and its tables, in memory and as files of its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.plan import PlanTable
from allocopt.plan.manifest import HASH, manifest_hash, manifest_text, plain
from allocopt.plan.write import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "study.json"


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


def study_files(study: Study) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The tables of a study's folder, and the manifest last; and what the manifest holds."""
    tables = {spec.file: csv_bytes(study.tables[name], spec) for name, spec in study.columns.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in tables.items()}
    manifest = plain({**study.manifest, "tables": hashes})
    manifest[HASH] = manifest_hash(manifest)
    return tables | {MANIFEST: manifest_text(manifest).encode()}, manifest
