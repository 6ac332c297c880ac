"""Reading the folder of a study, and noticing what is missing, damaged or changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.faults import Fault, InputError
from allocopt.plan import PlanTable
from allocopt.plan.manifest import HASH, manifest_hash
from allocopt.plan.read import read_table
from allocopt.reading.paths import instance_file
from allocopt.study.study import MANIFEST

if TYPE_CHECKING:
    import pandas as pd

# Where each kind of study describes its tables.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "budget": ("allocopt.study.frontier.tables", "allocopt.study.frontier.next_yuan.tables"),
    "collaboration": ("allocopt.study.coalitions.tables",),
    "fairness": ("allocopt.study.worst_off.tables",),
    "information": ("allocopt.study.foreknowledge.tables",),
    "ladder": ("allocopt.study.rungs.tables",),
    "replan": ("allocopt.study.replanning.tables",),
    "stress": ("allocopt.study.mishaps.tables",),
}
# The plans of a study: folders of its own, or (for some kinds) the table and its column that name them.
_PLANS = {
    "budget": ("frontier", "plan"),
    "collaboration": ("silo", "linked", "joint"),
    "fairness": ("fairness", "plan"),
    "information": ("plan",),
    "ladder": ("ladder", "plan"),
    "replan": ("replan", "plan"),
    "stress": (),
}
_IN_TABLE = ("budget", "fairness", "ladder", "replan")
# Where the plans stand that a table names without a folder.
PLANS = "plans"
_EXPECTED = "the folder of a study as it was written"


@dataclass(frozen=True, eq=False)
class StoredStudy:
    """A study as its folder has it: `tables` by name, described by `columns`; `plans` are the folders of its plans, in
    order, by the names that its tables have for them."""

    manifest: Mapping[str, Any]
    columns: Mapping[str, PlanTable]
    tables: Mapping[str, pd.DataFrame]
    plans: Mapping[str, Path]
    folder: Path

    @property
    def kind(self) -> str:
        """collaboration, information, …"""
        return str(self.manifest["study"])


def read_study(folder: Path) -> StoredStudy:
    """The study in this folder. Raises InputError with every fault found."""
    try:
        manifest = _manifest(folder)
        columns = columns_of(str(manifest["study"]))
        tables = _tables(folder, manifest, columns)
        return StoredStudy(manifest, columns, tables, _plans(folder, str(manifest["study"]), tables), folder)
    except InputError as error:
        raise InputError(replace(fault, file=str(folder / fault.file)) for fault in error.faults) from None


def columns_of(kind: str) -> dict[str, PlanTable]:
    """The tables of a kind of study."""
    return {name: table for module in _COLUMNS[kind] for name, table in import_module(module).COLUMNS.items()}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(instance_file(folder, MANIFEST).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError([Fault(MANIFEST, 0, "", "a damaged file", _EXPECTED)]) from None
    if not isinstance(manifest, dict) or manifest.get("study") not in _COLUMNS:
        raise InputError([Fault(MANIFEST, 0, "study", "no kind of study that is known", _EXPECTED)])
    if not all(isinstance(manifest.get(key), dict) for key in ("instance", "options", "tables")):
        raise InputError([Fault(MANIFEST, 0, "", "no instance, options or tables", _EXPECTED)])
    if manifest.get(HASH) != manifest_hash(manifest):
        raise InputError([_changed(MANIFEST)])
    return manifest


def _tables(folder: Path, manifest: Mapping[str, Any], columns: Mapping[str, PlanTable]) -> dict[str, pd.DataFrame]:
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, spec in columns.items():
        expected = manifest["tables"].get(spec.file)
        if expected is None:
            continue
        try:
            data = instance_file(folder, spec.file)
            tables[name] = read_table(data, spec, spec.file).frame()
            if hashlib.sha256(data).hexdigest() != expected:
                faults.append(_changed(spec.file))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tables


def _plans(folder: Path, kind: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, Path]:
    named: Iterable[str] = _PLANS[kind]
    if kind in _IN_TABLE:
        table, column = _PLANS[kind]
        named = [name for name in tables[table][column] if name] if table in tables else ()
    places = {name: (folder / name, folder / PLANS / name) for name in named}
    return {name: place for name, both in places.items() for place in both if (place / "plan.json").is_file()}


def _changed(file: str) -> Fault:
    return Fault(file, 0, "", "another sha256 than when it was written", _EXPECTED)
