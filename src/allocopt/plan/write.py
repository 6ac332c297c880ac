"""Writing a plan's folder: it is there whole or not at all, and an old plan stays until the new one is whole."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocopt.plan.columns import PlanTable, tables_of
from allocopt.plan.manifest import HASH, MANIFEST, manifest_hash, manifest_text, plain
from allocopt.plan.place import check_place, put
from allocopt.plan.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

# Longer tables are written as Parquet where pyarrow is installed.
MOST_CSV_ROWS = 200_000


def write(plan: Plan, out: Path) -> Plan:
    """Write the plan as the folder `out`, in place of the plan that may be there; return it as it stands there.

    Raises InputError when `out` holds anything but a plan, or cannot be written; then nothing has changed.
    Raises ValueError for a plan without tables: there is nothing to write.
    """
    if not plan.tables:
        raise ValueError(f"a plan with status {plan.status} has nothing to write")
    files, manifest = plan_files(plan)
    check_target(out)
    put(out, files)
    return replace(plan, folder=out, manifest=manifest)


def check_target(out: Path) -> None:
    """See that a plan may be written as the folder `out`: there is none, an empty one, or one with a plan.

    Raises InputError otherwise, also when there is no right to write there. Changes nothing.
    """
    check_place(out, MANIFEST, what="plan")


def plan_files(plan: Plan) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of a plan's folder, the manifest last; and what the manifest holds."""
    wanted = {name: table for name, table in tables_of(plan.manifest).items() if table.always or len(plan.table(name))}
    files = dict(_file(plan.table(name), table) for name, table in wanted.items())
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = plain({**plan.manifest, "tables": hashes})
    manifest[HASH] = manifest_hash(manifest)
    return files | {MANIFEST: manifest_text(manifest).encode()}, manifest


def _file(table: pd.DataFrame, spec: PlanTable) -> tuple[str, bytes]:
    """Name and content of a table's file: CSV, or Parquet where it is long and can be written."""
    if len(table) <= MOST_CSV_ROWS or find_spec("pyarrow") is None:
        return spec.file, csv_bytes(table, spec)
    content = io.BytesIO()
    table[list(spec.columns)].to_parquet(content, index=False)
    return spec.parquet, content.getvalue()


def csv_bytes(table: pd.DataFrame, spec: PlanTable) -> bytes:
    """The table as CSV: UTF-8 with a byte order mark, numbers so that they read back exactly, blanks for none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(spec.columns)
    columns = [table[column].tolist() for column in spec.columns]
    cells = list(spec.columns.values())
    writer.writerows(zip(*map(_column_text, columns, cells), strict=True))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _column_text(values: list[object], cell: str) -> list[str]:
    if cell == "number":
        return ["" if value != value else repr(value) for value in values]
    return [str(value) for value in values]
