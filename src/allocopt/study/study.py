"""A study: its manifest, its tables, and the plans it holds, in memory and as a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.plan import Plan, PlanTable
from allocopt.plan.manifest import HASH, manifest_hash, manifest_text, plain
from allocopt.plan.place import check_place, put
from allocopt.plan.write import csv_bytes, plan_files

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "study.json"
# Rows that a notebook shows of a study.
_ROWS_SHOWN = 12


@dataclass(frozen=True, eq=False)
class Study:
    """What a study found. `manifest` is what `study.json` holds; `tables` has a DataFrame by name, described by
    `columns`; `plans` are told by name, each in a folder of its own."""

    manifest: Mapping[str, Any]
    columns: Mapping[str, PlanTable]
    tables: Mapping[str, pd.DataFrame]
    plans: Mapping[str, Plan]
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


def check_study_target(out: Path) -> None:
    """See that a study may be written as the folder `out`. Raises InputError otherwise; changes nothing."""
    check_place(out, MANIFEST, what="study", with_folders=True)


def write_study(study: Study, out: Path) -> Study:
    """Write the study as the folder `out`, in place of the study that may be there; return it as it stands there.

    Raises InputError when `out` holds anything but a study, or cannot be written; then nothing has changed.
    """
    check_study_target(out)
    files: dict[str, bytes] = {}
    for name, plan in study.plans.items():
        files |= {f"{name}/{file}": data for file, data in plan_files(plan)[0].items()}
    told, manifest = study_files(study)
    put(out, files | told)
    return replace(study, folder=out, manifest=manifest)


def study_files(study: Study) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The tables of a study's folder, and the manifest last; and what the manifest holds."""
    tables = {spec.file: csv_bytes(study.tables[name], spec) for name, spec in study.columns.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in tables.items()}
    manifest = plain({**study.manifest, "tables": hashes})
    manifest[HASH] = manifest_hash(manifest)
    return tables | {MANIFEST: manifest_text(manifest).encode()}, manifest
