"""Making an instance's tables from facts: blocks read with their figures, tables written."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.making import Folder

DECISIONS = """# what was decided

[bodies]
id | name | source
a | {town}派出所 | assumed: {reason}
b | Firm, large |

[pools]
id | body
p | a
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "decisions.txt").write_text(DECISIONS, encoding="utf-8")
    (tmp_path / "facts" / "known.csv").write_text("id,value\npeople,12\n", encoding="utf-8")
    return Folder(tmp_path)


def test_blocks_are_read_with_their_figures(folder: Folder) -> None:
    assert folder.read("known") == [{"id": "people", "value": "12"}]
    blocks = folder.decisions({"town": "甪直镇", "reason": "a guess"})
    assert blocks["pools"] == [{"id": "p", "body": "a"}]
    assert blocks["bodies"] == [
        {"id": "a", "name": "甪直镇派出所", "source": "assumed: a guess"},
        {"id": "b", "name": "Firm, large", "source": ""},
    ]


def test_a_block_is_written_as_a_table(folder: Folder) -> None:
    folder.write_block("bodies", folder.decisions()["bodies"])
    text = (folder.path / "bodies.csv").read_bytes().decode()
    assert text == 'id,name,source\na,{town}派出所,assumed: {reason}\nb,"Firm, large",\n'


def test_a_row_with_a_cell_too_many_is_refused(folder: Folder) -> None:
    (folder.path / "facts" / "decisions.txt").write_text("[a]\nid | name\n1 | 2 | 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="argument"):
        folder.decisions()
