"""A table in Parquet as the checker reads CSV: rows of text, numbered from 1. pyarrow is imported when there is one."""

from __future__ import annotations

import io
import unicodedata

from allocopt.checker.files import Sheet
from allocopt.checker.verdict import Book


def parquet_sheet(data: bytes, file: str, rule: str, book: Book) -> Sheet | None:
    """The table; None, with a violation, when it cannot be understood."""
    try:
        from pyarrow import parquet

        table = parquet.read_table(io.BytesIO(data))
    except (ImportError, OSError, ValueError, NotImplementedError) as error:
        book.add(rule, file, 0, "", " ".join(str(error).split()), "a table in Parquet")
        return None
    columns = [[_text(value) for value in column.to_pylist()] for column in table.columns]
    rows = enumerate(zip(*columns, strict=True), start=1)
    return Sheet(list(table.column_names), [(line, list(cells)) for line, cells in rows])


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return unicodedata.normalize("NFC", repr(value) if isinstance(value, float) else str(value)).strip()
