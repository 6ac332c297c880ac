"""CSV files become text tables, or faults that say where and what."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocopt.faults import Fault, InputError
from allocopt.reading import csv_strict
from allocopt.reading.csv_strict import read_csv
from allocopt.reading.plain_text import CONTROL, LINE_BREAK


def faults(data: bytes | str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read_csv(data.encode() if isinstance(data, str) else data, "sites.csv")
    return list(caught.value.faults)


def said(data: bytes | str) -> list[str]:
    return [str(fault) for fault in faults(data)]


def test_every_cell_stays_the_text_it_was() -> None:
    table = read_csv(b"id,note\n001,NA\n1e3,true\n2021-07-20,\n", "sites.csv")
    assert table.columns == ("id", "note")
    assert table.rows == [("001", "NA"), ("1e3", "true"), ("2021-07-20", "")]


def test_cells_lose_the_white_space_around_them() -> None:
    assert read_csv(" id ,\u3000名\u3000\n a b\t, \u3000 \n".encode(), "s").rows == [("a b", "")]
    assert read_csv(" id ,\u3000名\u3000\n".encode(), "s").columns == ("id", "名")


def test_a_heading_narrower_or_wider_than_its_rows_is_a_fault_for_each_row() -> None:
    assert said("id,x\nA,1,2\nB,1\nC\n") == [
        "sites.csv:2: found 3 cells; expected 2 cells, as in the heading",
        "sites.csv:4: found 1 cell; expected 2 cells, as in the heading",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_right_with_any_line_end(end: str) -> None:
    table = read_csv(end.join(["id,x", "A,1", "", ",", '"B', 'b",2', "C,3"]).encode(), "s")
    assert [row[0] for row in table.rows] == ["A", f"B{end}b", "C"]
    assert table.lines == [2, 5, 7]


def test_comments_and_blank_rows_are_left_out() -> None:
    text = '# a "note", "half\n\nid,x\n  # say "x", "y" z\nA,1\n"# quoted, by Excel",\n,\n#,,,,\n B ,2\n# end'
    table = read_csv(text.encode(), "s")
    assert table.columns == ("id", "x")
    assert (table.rows, table.lines) == ([("A", "1"), ("B", "2")], [5, 9])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_where_nothing_is_quoted_rows_are_read_alike(end: str) -> None:
    plain = end.join(["# a", "", "id,x", "  # b", "A,1", ",", "#,,,,", " B ,#N/A", "#N/A,4", "C,", "# end"])
    assert read_csv(plain.encode(), "s") == read_csv(plain.replace("A,1", '"A",1').encode(), "s")


def test_a_hash_inside_a_quoted_cell_is_no_comment() -> None:
    assert read_csv(b'id,x\nA,"1\n# 2"\n', "s").rows == [("A", "1\n# 2")]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_an_error_of_a_spreadsheet_is_no_comment(error: str) -> None:
    assert read_csv(f"id,x\n{error},1\n".encode(), "s").rows == [(error, "1")]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("id\n无锡\n".encode(), "UTF-8"),
        ("id\n无锡\n".encode("utf-8-sig"), "UTF-8"),
        ("id\n无锡\n".encode("gbk"), "GB18030"),
        ("id\n无锡\n".encode("gb18030"), "GB18030"),
        ("id\n联通\n".encode("gbk"), "GB18030"),
    ],
)
def test_the_encoding_is_found_and_told(data: bytes, encoding: str) -> None:
    table = read_csv(data, "s")
    assert table.columns == ("id",)
    assert table.rows[0][0] in ("无锡", "联通")
    assert table.encoding == encoding


def test_a_second_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert read_csv("\ufeff\ufeffid\nA\n".encode(), "s").columns == ("id",)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le"])
def test_utf16_is_refused_by_name(codec: str) -> None:
    (message,) = said("id,people\nA,1\n".encode(codec))
    assert "saved as UTF-16" in message
    assert "CSV UTF-8" in message


def test_bytes_in_no_known_encoding_are_refused_with_their_line() -> None:
    assert said(b"id\nA\nCaf\xe9,1\n") == [
        "sites.csv:3: found bytes that are neither UTF-8 nor GB18030; "
        "expected a file saved as UTF-8 (in Excel: save as 'CSV UTF-8')"
    ]


@pytest.mark.parametrize("cut", range(1, 8))
def test_damaged_utf8_is_not_read_as_other_chinese_words(cut: int) -> None:
    data = "id\n无锡市滨湖区,场所\n".encode()
    spoiled = data[: 3 + cut] + data[4 + cut :]
    assert "neither UTF-8 nor GB18030" in said(spoiled)[0]


def test_nul_and_other_control_characters_are_faults_beside_the_others() -> None:
    assert [(f.line, f.found) for f in faults("id,x\nA\0,1\nB,1,1\nC\x1b,\u2028\n")] == [
        (2, "the control character U+0000"),
        (3, "3 cells"),
        (4, "the control character U+001B"),
    ]


@pytest.mark.parametrize(
    ("text", "name"), [("id;x\nA;1,5\n", "semicolons"), ("id\tx\n", "tabs"), ("id，x\n", "full-width commas")]
)
def test_another_separator_is_named_and_nothing_else(text: str, name: str) -> None:
    assert said(text) == [f"sites.csv:1: found columns separated by {name}; expected columns separated by commas"]


def test_headings_are_there_and_differ() -> None:
    assert said("# note\nid,x, id ,\nA,1,2,3\n") == [
        "sites.csv:2: found no name above column 4; expected a name for each column",
        "sites.csv:2 id: found 'id' more than once; expected each column once",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a note\n", ",,\n"])
def test_a_file_without_heading_is_a_fault(text: str) -> None:
    assert said(text) == ["sites.csv: found no heading; expected a first row with the names of the columns"]


def test_a_table_may_have_no_rows() -> None:
    assert read_csv(b"id,x", "s").rows == []


def test_a_quotation_mark_never_closed_is_told_where_it_opens() -> None:
    (fault,) = faults('id,x\nA,1\nB,"2\nC,3\nD\n')
    assert (fault.line, fault.found) == (3, "a row with unpaired quotation marks")


def test_single_rows_with_wrong_quotation_marks_do_not_hide_later_faults() -> None:
    assert [fault.line for fault in faults('id,x\nA,"1"1\nB\nC,"x" y\nD,4\n')] == [2, 3, 4]


def test_a_heading_with_wrong_quotation_marks_does_not_make_the_first_row_the_heading() -> None:
    assert [fault.line for fault in faults('"id"x,y\nA,A\nB\n')] == [1]


def test_quotation_marks_inside_a_cell_are_text() -> None:
    assert read_csv(b'id,x\nA,5" pipe\nB,"say ""so"""\n', "s").rows == [("A", '5" pipe'), ("B", 'say "so"')]


def test_long_cells_are_read_and_endless_ones_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read_csv(b"id\n" + b"a" * 500_000, "s").rows[0][0]) == 500_000
    monkeypatch.setattr(csv_strict, "MOST_CELL_CHARACTERS", 1000)
    before = csv.field_size_limit(1000)
    try:
        assert "at most 1,000 characters in a cell" in said('id\n"' + "a\n" * 1000)[0]
    finally:
        csv.field_size_limit(before)


def test_rows_beyond_the_most_are_one_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_strict, "MOST_ROWS", 3)
    assert len(read_csv(b"id\n1\n2\n3\n", "s").rows) == 3
    assert said("id\n1\n2\n3\n4\n5\n") == ["sites.csv:5: found more rows; expected at most 3 rows"]


def test_faults_beyond_the_most_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_strict, "MOST_FAULTS", 3)
    assert len(faults("id,x\n" + "A\n" * 100)) == 4
    assert said("id,x\n" + 'A,"1"1\n' * 100)[0] == (
        "sites.csv: found so many faults that the rest was not read; expected fewer"
    )


_text = st.text(st.characters(codec="utf-8"), max_size=8).filter(
    lambda text: not CONTROL.search(text) and not text.startswith("\ufeff")
)
_cell = _text.map(str.strip)
_name = _cell.filter(lambda name: name and not re.search("^#|[;\t，\ufeff]", name))


@st.composite
def _tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    columns = draw(st.lists(_name, min_size=1, max_size=4, unique=True))
    row = st.lists(_cell, min_size=len(columns), max_size=len(columns))
    kept = row.filter(lambda cells: any(cells) and not cells[0].startswith("#"))
    return columns, draw(st.lists(kept, max_size=6))


@given(_tables(), st.booleans(), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_what_was_written_is_read(table: tuple[list[str], list[list[str]]], unix: bool, codec: str) -> None:
    columns, rows = table
    out = io.StringIO(newline="")
    # Ending lines with "\n" alone, Python's writer may leave a cell with "\r" unquoted.
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL) if unix else csv.writer(out)
    writer.writerow(columns)
    lines = []
    for row in rows:
        lines.append(1 + len(LINE_BREAK.findall(out.getvalue())))
        writer.writerow(row)
    read = read_csv(out.getvalue().encode(codec), "s")
    assert read.columns == tuple(columns)
    assert read.rows == [tuple(row) for row in rows]
    assert read.lines == lines


@given(st.binary(max_size=60) | st.text(st.sampled_from('ab,"\n\r#;é无\0'), max_size=30).map(str.encode))
def test_any_bytes_become_a_table_or_faults(data: bytes) -> None:
    try:
        table = read_csv(data, "s")
    except InputError as error:
        assert error.faults
    else:
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert table.lines == sorted(set(table.lines))


def test_a_line_without_an_end_and_columns_without_number_are_one_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_strict, "MOST_CELL_CHARACTERS", 100)
    monkeypatch.setattr(csv_strict, "MOST_COLUMNS", 20)
    for end in ("\n", "\r\n", "\r"):
        rows = f"site{end}" + f"s{end}" * 200
        assert len(read_csv(rows.encode(), "s").rows) == 200
        with pytest.raises(InputError) as caught:
            read_csv((rows + "x" * 101 + end).encode(), "s")
        (fault,) = caught.value.faults
        assert "more than 100 characters" in fault.found and (fault.line == 202 or end == "\r")
    with pytest.raises(InputError) as caught:
        read_csv(b"x," * 30, "s")
    assert [fault.found for fault in caught.value.faults] == ["31 columns"]
