"""Reading a plan's folder, and noticing what is missing, damaged or changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from allocopt.faults import Fault, InputError
from allocopt.plan.columns import Cell, PlanTable, tables_of
from allocopt.plan.manifest import HASH, MANIFEST, manifest_hash
from allocopt.plan.plan import Plan
from allocopt.plan.values import Tables, Values
from allocopt.reading import cells
from allocopt.reading.csv_strict import CsvText, read_csv
from allocopt.reading.parquet_text import read_parquet
from allocopt.reading.paths import instance_file
from allocopt.reading.plain_text import shown

_NUMBERS = ("objective", "bound", "gap", "gap_avoided", "loss", "loss_if_nobody_acts", "spending")


def read(folder: Path, *, edited: bool = False) -> Plan:
    """The plan in this folder. `edited` lets files pass whose hashes tell that they were changed by hand.

    Raises InputError with every fault found: files that are missing, damaged, changed or not a plan's.
    """
    try:
        return _read(folder, edited)
    except InputError as error:
        raise InputError(replace(fault, file=str(folder / fault.file)) for fault in error.faults) from None


def read_all(folders: Sequence[Path], *, edited: bool = False) -> list[Plan]:
    """The plans in these folders. Raises InputError with the faults of all of them."""
    plans: list[Plan] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            plans.append(read(folder, edited=edited))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return plans


def _read(folder: Path, edited: bool) -> Plan:
    manifest, faults = read_manifest(folder, edited=edited)
    tables: dict[str, Values] = {}
    for name, spec in tables_of(manifest).items():
        file = spec.parquet if spec.parquet in manifest["tables"] else spec.file
        expected_hash = manifest["tables"].get(file)
        if expected_hash is None and not (folder / file).exists():
            continue
        try:
            data = instance_file(folder, file)
            tables[name] = read_table(data, spec, file)
            if not edited and hashlib.sha256(data).hexdigest() != expected_hash:
                faults.append(_changed(file))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return Plan(manifest, Tables(tables), folder)


def read_manifest(folder: Path, *, edited: bool = False) -> tuple[dict[str, Any], list[Fault]]:
    """What `plan.json` holds, and a fault if its hash does not fit.

    Raises InputError when there is no such folder or file, or when it is no manifest of a plan.
    """
    _require_manifest(folder, "")
    data = instance_file(folder, MANIFEST)
    try:
        manifest = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise InputError([Fault(MANIFEST, line, "", "a damaged file", "the manifest of a plan")]) from None
    if faults := _shape_faults(manifest):
        raise InputError(faults)
    if edited or manifest.get(HASH) == _hash_of(manifest):
        return manifest, []
    return manifest, [_changed(MANIFEST)]


def require_plan(folder: Path) -> None:
    """See that this is a plan's folder, damaged or not. Raises InputError when it has no `plan.json`."""
    _require_manifest(folder, str(folder))


def _require_manifest(folder: Path, name: str) -> None:
    found, expected = "", "the folder of a plan"
    try:
        if not folder.is_dir():
            found = "a file" if folder.is_file() else "no such folder"
        elif (folder / "study.json").exists():
            found, expected = "a study", "one of the plans in its folder plans"
        elif not (folder / MANIFEST).exists():
            found = f"a folder without {MANIFEST}"
    except OSError as error:
        found = error.strerror or "a path that cannot be followed"
    if found:
        raise InputError([Fault(name, 0, "", found, expected)])


def read_table(data: bytes, spec: PlanTable, file: str) -> Values:
    """One table of a plan from its file, CSV or Parquet. Raises InputError with every cell that cannot be read."""
    text = read_parquet(data, file) if file == spec.parquet else read_csv(data, file)
    if set(text.columns) != set(spec.columns):
        raise InputError(_heading_faults(text, spec, file))
    faults: list[Fault] = []
    columns = {
        column: _column(text, place, spec.columns[column], file, faults) for place, column in enumerate(text.columns)
    }
    if faults:
        raise InputError(faults)
    return Values.of_columns(spec, columns)


def _column(text: CsvText, place: int, cell: Cell, file: str, faults: list[Fault]) -> list[Any]:
    convert = _CONVERT[cell]
    values: list[Any] = []
    for row, line in zip(text.rows, text.lines, strict=True):
        try:
            values.append(convert(row[place]))
        except ValueError as error:
            faults.append(Fault(file, line, text.columns[place], shown(row[place]), str(error)))
    return values


def _number_or_none(text: str) -> float:
    return cells.number(text) if text else float("nan")


_CONVERT: Mapping[Cell, Callable[[str], Any]] = {"text": str, "whole": cells.whole, "number": _number_or_none}


def _heading_faults(text: CsvText, spec: PlanTable, file: str) -> list[Fault]:
    missing = [column for column in spec.columns if column not in text.columns]
    unknown = [column for column in text.columns if column not in spec.columns]
    return [Fault(file, 1, column, "no such column", "the columns of a plan") for column in missing] + [
        Fault(file, 1, column, "an unknown column", "the columns of a plan") for column in unknown
    ]


def _shape_faults(manifest: Any) -> list[Fault]:
    """What keeps a JSON value from being a plan's manifest."""
    if not isinstance(manifest, dict):
        return [Fault(MANIFEST, 0, "", "no JSON object", "the manifest of a plan")]
    faults = [
        Fault(MANIFEST, 0, key, "nothing" if key not in manifest else "another kind of value", expected)
        for key, kind, expected in (
            ("status", str, "a word"),
            ("instance", dict, "an object with the city's name and files"),
            ("options", dict, "an object with the options of the run"),
            ("tables", dict, "an object with the sha256 of each table"),
        )
        if not isinstance(manifest.get(key), kind)
    ]
    if not _is_of_programmes(manifest.get("programmes", {})):
        expected = "an object with the tables of each programme from outside"
        faults.append(Fault(MANIFEST, 0, "programmes", "another kind of value", expected))
    return faults + [
        Fault(MANIFEST, 0, key, shown(str(manifest[key])), "a number or null")
        for key in _NUMBERS
        if not _is_number_or_null(manifest.get(key))
    ]


def _is_of_programmes(value: Any) -> bool:
    """Whether it tells, by programme, the columns of each table, a text each."""
    programmes = value.values() if isinstance(value, dict) else [None]
    tables = [programme.get("tables") if isinstance(programme, dict) else None for programme in programmes]
    return all(isinstance(named, dict) and all(isinstance(c, str) and c for c in named.values()) for named in tables)


def _is_number_or_null(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _hash_of(manifest: Mapping[str, Any]) -> str | None:
    try:
        return manifest_hash(manifest)
    except UnicodeEncodeError:
        return None


def _no_constant(word: str) -> float:
    raise ValueError(word)


def _changed(file: str) -> Fault:
    return Fault(file, 0, "", "another sha256 than when it was written", "the file as it was written")
