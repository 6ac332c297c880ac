"""Writing a plan's folder: it is there whole or not at all, and an old plan stays until the new one is whole."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from allocopt.plan.columns import tables_of
from allocopt.plan.manifest import MANIFEST, manifest_text, sealed
from allocopt.plan.place import check_place, put
from allocopt.plan.plan import Plan
from allocopt.plan.values import Values

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
    tables = map(plan.values, tables_of(plan.manifest))
    files = dict(_file(values) for values in tables if values.table.always or len(values))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = sealed({**plan.manifest, "tables": hashes})
    return files | {MANIFEST: manifest_text(manifest).encode()}, manifest


def _file(values: Values) -> tuple[str, bytes]:
    """Name and content of a table's file: CSV, or Parquet where it is long and can be written."""
    if len(values) <= MOST_CSV_ROWS or find_spec("pyarrow") is None:
        return values.table.file, csv_bytes(values)
    content = io.BytesIO()
    values.frame().to_parquet(content, index=False)
    return values.table.parquet, content.getvalue()


def csv_bytes(values: Values) -> bytes:
    """The table as CSV: UTF-8 with a byte order mark, numbers so that they read back exactly, blanks for none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(values.columns)
    writer.writerows(zip(*map(_column_text, values.columns.values(), values.table.columns.values()), strict=True))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _column_text(values: Sequence[object], cell: str) -> list[str]:
    if cell == "number":
        return ["" if value != value else repr(value) for value in values]
    return [str(value) for value in values]
