"""Any text and any number of a table comes back from a workbook as it was."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocopt.export import workbook
from allocopt.export.sheets import Column, Sheet
from allocopt.export.units import PLAIN
from allocopt.importers.workbook import Workbook
from allocopt.reading import cells
from allocopt.reading.escaping import guarded


def is_of_a_table(text: str) -> bool:
    """Whether a table can hold this text: it is what a CSV file is read as."""
    try:
        return cells.free_text(text) == text.strip()
    except ValueError:
        return False


ODD = ["=1", "＝1", "'=1", "''", "_x000D_", "_x005F_", "<a>", "&amp;", "]]>", "0", "007", "甲"]
TEXTS = st.text(max_size=30).filter(is_of_a_table) | st.sampled_from(ODD)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15).map(float)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, NUMBERS), min_size=1, max_size=30), st.sampled_from([0, 10**6]))
@example([("=HYPERLINK(1)", 0.1 + 0.2), ("＠", 1e-320), ("http://a.b", 1e15), ("1e3", -0.0)], 0)
def test_texts_and_numbers_come_back(rows: list[tuple[str, float]], in_memory: int) -> None:
    columns = [Column("id", None), Column("text", None), Column("n", PLAIN)]
    sheet = Sheet("t", "t.csv", "", columns, [("k", guarded(text), number) for text, number in rows])
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "CELLS_IN_MEMORY", in_memory)
        workbook.write_book(Path(folder) / "a.xlsx", [], [sheet], {})
        found = Workbook(Path(folder) / "a.xlsx").source("t").rows
    assert [row["text"] for row in found] == [text for text, _ in rows]
    assert [float(row["n"]) for row in found] == [number for _, number in rows]
