"""A table in Parquet as rows of text, as if it had been read from CSV."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from allocopt.faults import Fault, InputError
from allocopt.reading.arrow import arrow
from allocopt.reading.csv_strict import MOST_ROWS, CsvText
from allocopt.reading.paths import LIMIT
from allocopt.reading.plain_text import shown


def read_parquet(data: bytes, file: str) -> CsvText:
    """The table a Parquet file holds; a blank cell for what is missing, rows numbered from 1.

    Raises InputError for a file that is damaged or too long, and for columns that are neither text, numbers nor yes
    and no.
    """
    parquet, pyarrow, types = (arrow(part, file) for part in ("parquet", "", "types"))
    try:
        source = parquet.ParquetFile(io.BytesIO(data))
        _see_size(source.metadata, file)
        # A text that each row repeats is kept once: a few kB may stand for terabytes.
        texts = [field.name for field in source.schema_arrow if _is_text(types, field.type)]
        table = parquet.ParquetFile(io.BytesIO(data), read_dictionary=texts).read()
    except (OSError, ValueError, NotImplementedError, pyarrow.ArrowException) as error:
        words = shown(" ".join(str(error).split()), 160)
        raise InputError([Fault(file, 0, "", words, "a table in Parquet")]) from None
    faults = [
        Fault(file, 0, field.name, f"a column of {field.type}", "text, numbers, or yes and no")
        for field in table.schema
        if _writer(types, field.type) is None
    ]
    if len(set(table.column_names)) < len(table.column_names):
        faults.append(Fault(file, 0, "", "a column more than once", "each column once"))
    if faults:
        raise InputError(faults)
    columns = [_texts(types, column) for column in table.columns]
    rows = list(zip(*columns, strict=True)) if columns else []
    return CsvText(tuple(table.column_names), rows, list(range(1, len(rows) + 1)), "UTF-8")


def _see_size(told: Any, file: str) -> None:
    """Raises InputError when a file says that it holds more than a table may."""
    if told.num_rows > MOST_ROWS:
        raise InputError([Fault(file, 0, "", f"{told.num_rows:,} rows", f"at most {MOST_ROWS:,} rows")])
    unpacked = sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))
    if unpacked > LIMIT:
        raise InputError([Fault(file, 0, "", f"{unpacked:,} bytes when unpacked", f"at most {LIMIT:,} bytes")])


def _texts(types: Any, column: Any) -> list[str]:
    write = _writer(types, column.type) or str
    if not types.is_dictionary(column.type):
        return _written(column.to_pylist(), write)
    found: list[str] = []
    for chunk in column.chunks:
        known = _written(chunk.dictionary.to_pylist(), write)
        found += ["" if place is None else known[place] for place in chunk.indices.to_pylist()]
    return found


def _written(values: list[Any], write: Callable[[Any], str]) -> list[str]:
    return ["" if value is None else write(value).strip() for value in values]


def _is_text(types: Any, kind: Any) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _writer(types: Any, kind: Any) -> Callable[[Any], str] | None:
    """How a cell of this kind is written as text; None for a kind that no table holds."""
    if types.is_dictionary(kind):
        return _writer(types, kind.value_type)
    if types.is_boolean(kind):
        return lambda value: "yes" if value else "no"
    if types.is_floating(kind):
        return _number
    return str if types.is_integer(kind) or types.is_null(kind) or _is_text(types, kind) else None


def _number(value: float) -> str:
    """So that it reads back exactly; whole ones without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
