"""Workbooks as instances: what a cell means, and every fault told by its cell, all at once."""

from __future__ import annotations

import contextlib
import datetime
import random
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from allocopt.faults import InputError
from allocopt.importers import unpacked
from allocopt.importers.cities import import_city
from allocopt.importers.mapping import NO_MAPPING
from allocopt.importers.workbook import Workbook
from allocopt.instance.load import load
from cli.command import called
from importers.workbooks import SETTINGS, TOWN, Sheets, book


def rows(file: Path, sheet: str = "sites") -> list[dict[str, str]]:
    return Workbook(file).source(sheet).rows


def faults(file: Path) -> list[str]:
    """What is wrong with a workbook as an instance."""
    with pytest.raises(InputError) as caught:
        import_city(Workbook(file), NO_MAPPING)
    return [str(fault).replace(str(file), "f.xlsx") for fault in caught.value.faults]


def with_sites(*sites: list[Any], **more: Any) -> Sheets:
    return {**TOWN, "sites": [list(TOWN["sites"][0]), *sites], **more}


def test_a_workbook_is_an_instance(tmp_path: Path) -> None:
    file = book(tmp_path / "城市 数据.xlsx", TOWN)
    done = called("import", "tables", file, "--out", tmp_path / "城")
    assert done.returncode == 0, done.stderr
    assert "town: the instance is in" in done.stdout and done.stderr == ""
    sites = load(tmp_path / "城").rows["sites"]
    assert [(row.id, row.people) for row in sites] == [("001", 12), ("a", 5)]
    assert (tmp_path / "城" / "city.yaml").read_text() == "name: town\nperiods:\n  - {id: year, hours: 100}\n"
    assert called("validate", tmp_path / "城").returncode == 0


def test_what_cells_mean(tmp_path: Path) -> None:
    cells = [5.0, 0.25, True, datetime.date(2026, 11, 22), datetime.datetime(2026, 11, 22, 8, 30), " 12 ", "a\n b"]
    cells += ["'=1+1", "'quoted'", None, -3, 1e20]
    file = book(tmp_path / "a.xlsx", {"t": [[f"c{i}" for i in range(len(cells))], cells]})
    expected = ["5", "0.25", "yes", "2026-11-22", "2026-11-22 08:30:00", "12", "a b"]
    expected += ["=1+1", "'quoted'", "", "-3", "1e+20"]
    assert list(rows(file, "t")[0].values()) == expected


def test_merged_cells_count_for_each_and_percentages_are_shares(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", {"t": [["area", "share"], ["town", 0.15], [None, 0.2], ["x", 1]]})
    made = openpyxl.load_workbook(file)
    made["t"].merge_cells("A2:A3")
    made["t"]["B2"].number_format = "0%"
    made.save(file)
    assert rows(file, "t") == [
        {"area": "town", "share": "0.15"},
        {"area": "town", "share": "0.2"},
        {"area": "x", "share": "1"},
    ]


def test_blank_rows_comments_and_columns_without_heading_are_nothing(tmp_path: Path) -> None:
    table = [
        [None, None, None],
        ["id", "people", None],
        ["# note", 1, None],
        [None, None, None],
        ["a", 2, None],
        [None, ""],
    ]
    source = Workbook(book(tmp_path / "a.xlsx", {"t": table})).source("t")
    assert source.rows == [{"id": "a", "people": "2"}] and source.lines == [5] and source.heading == 2
    assert source.field(5, "people") == "t!B5 people"


def test_hidden_sheets_are_left_out(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", {**TOWN, "hazards": [["nonsense"], [1]], "Budget": [["x"]]})
    made = openpyxl.load_workbook(file)
    made["hazards"].sheet_state = "hidden"
    made.save(file)
    found = import_city(Workbook(file), NO_MAPPING)
    assert sorted(found.files) == ["bodies.csv", "city.yaml", "sites.csv"]
    assert found.left_out == ("tables hazards (did you mean 'hazards'?), Budget (did you mean 'budgets'?)",)


def test_every_fault_is_told_by_its_cell_and_nothing_is_written(tmp_path: Path) -> None:
    file = book(
        tmp_path / "a.xlsx",
        with_sites(
            ["a", "town", "many", 120.1, 30.5, "assumed"],
            ["b", "town", "1 200", 999, 30.5, "assumed"],
            ["a", "town", 1, 120.2, 30.5, "assumed"],
            hazards=[["id", "lead"], ["fire", "nobody"]],
        ),
    )
    done = called("import", "tables", file, "--out", tmp_path / "out")
    assert done.returncode == 2 and not (tmp_path / "out").exists()
    told = done.stderr.replace(str(file), "f.xlsx")
    assert "f.xlsx:2 sites!C2 people: found 'many'; expected a number" in told
    assert "f.xlsx:3 sites!C3 people: found '1 200'" in told and "sites!D3 lon" in told
    assert "f.xlsx:2 hazards!B2 lead: found 'nobody'" in told
    file = book(file, with_sites(["a", "t", 1, 120, 30, "x"], ["b", "t", 1, 120, 30, "x"], ["a", "t", 1, 120, 30, "x"]))
    assert any("sites!A4 id: found a second row for 'a' (the first is in row 2)" in fault for fault in faults(file))


@pytest.mark.parametrize(
    ("sites", "told"),
    [
        ([], "f.xlsx sites: found an empty sheet"),
        ([["id", "area", "area"], ["a", "t", "t"]], "f.xlsx:1 sites!B1: found 'area' more than once"),
        ([["id", None, "area"], ["a", "x", "t"]], "f.xlsx:1 sites!B1: found no name above a column"),
        ([["id", "area", "poeple"], ["a", "t", 1]], "did you mean 'people'?"),
        ([["id", "area", "people"], ["a", "t", "#N/A"]], "f.xlsx:2 sites!C2: found '#N/A'"),
        ([["id"], ["a"]], "f.xlsx:1 sites!1 area: found no such column"),
        ([["id", "area"]], "found no rows"),
    ],
)
def test_what_is_wrong_with_a_sheet(tmp_path: Path, sites: list[list[Any]], told: str) -> None:
    found = faults(book(tmp_path / "a.xlsx", {**TOWN, "sites": sites}))
    assert any(told in fault for fault in found), found


def test_an_error_of_excel_is_no_blank(tmp_path: Path) -> None:
    import xlsxwriter

    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(file) as made:
        page = made.add_worksheet("t")
        page.write_row(0, 0, ["id", "n", "m"])
        page.write_string(1, 0, "a")
        page.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        page.write_formula(1, 2, "=1+1", None, 2)
    with pytest.raises(InputError, match=r"t!B2: found '#DIV/0!'"):
        rows(file, "t")


def test_a_formula_that_was_never_computed_is_no_blank(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", {"t": [["id", "n"], ["a", "=1+1"], ["b", 2]]})
    with pytest.raises(InputError, match=r"t!B2: found a formula without a result; expected a value \(open"):
        rows(file, "t")


def test_faults_of_the_settings_are_told_of_their_sheet(tmp_path: Path) -> None:
    settings = [*SETTINGS, ["objektive: loss"]]
    (fault,) = faults(book(tmp_path / "a.xlsx", {**TOWN, "city.yaml": settings}))
    assert fault.startswith("f.xlsx:5 'city.yaml'!A5 objektive: found an unknown key")
    (fault,) = faults(book(tmp_path / "a.xlsx", {name: rows for name, rows in TOWN.items() if name != "city.yaml"}))
    assert fault.startswith("f.xlsx: found no city.yaml; expected the settings of the city")


def test_no_folder_is_overwritten(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", TOWN)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    done = called("import", "tables", file, "--out", tmp_path / "out")
    assert done.returncode == 2 and [file.name for file in (tmp_path / "out").iterdir()] == ["notes.txt"]


def archive(file: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return file


def refused(file: Path) -> str:
    start = time.monotonic()
    with pytest.raises(InputError) as caught:
        Workbook(file)
    assert time.monotonic() - start < 5
    return str(caught.value).replace(str(file), "f.xlsx")


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    file, whole = tmp_path / "bomb.xlsx", b"<worksheet/>"
    archive(file, {"xl/workbook.xml": whole, "xl/worksheets/sheet1.xml": b" " * 100_000_000})
    assert "that unpack to 100,000,012; expected at most 200 times" in refused(file)
    archive(file, {"xl/workbook.xml": whole, **{f"xl/{i}.xml": b"" for i in range(unpacked.MOST_ENTRIES)}})
    assert "an archive of too many parts" in refused(file)
    # An entry that says it is small and is not: what is read is what was said, and its checksum is wrong.
    archive(file, {"xl/workbook.xml": b" " * 1_000_000})
    data = file.read_bytes().replace(struct.pack("<L", 1_000_000), struct.pack("<L", 100))
    file.write_bytes(data)
    assert "a damaged file" in refused(file)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row><c s="1" r="XFD1048576"><v>1</v></c></row>',
            "1,048,576 rows and 16,384",
        ),
        ("<row>" + "<c><v>1</v></c>" * 20 + '</row><row r="1048576"><c><v>1</v></c></row>', "1,048,576 rows and 20"),
        ("<x:row><x:c r='ZZ99999'><v>1</v></x:c></x:row>", "99,999 rows and 702"),
        ('<row><c x="/>" r="XFD1048576"><v>1</v></c></row>', "cells written in a strange way"),
    ],
)
def test_a_sheet_that_spans_everything_is_refused(tmp_path: Path, cells: str, told: str) -> None:
    sheet = f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()
    file = archive(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": sheet})
    assert told in refused(file)


def test_formats_far_below_the_table_do_not_count(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", {"t": [["id"], ["a"]]})
    made = openpyxl.load_workbook(file)
    made["t"].cell(1_048_576, 100).number_format = "0.00"
    made["t"].row_dimensions[1_048_576].height = 3
    made.save(file)
    assert rows(file, "t") == [{"id": "a"}]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "another kind of file"),
        (b"id,area\n", "another kind of file"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "Excel 97 to 2003, or one with a password"),
        (b"PK\x05\x06" + b"\0" * 18, "an archive without a workbook"),
        (b"PK\x05\x06" + b"\xff" * 18, "found"),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    assert told in refused(tmp_path / "a.xlsx")


def test_a_declared_entity_is_refused(tmp_path: Path) -> None:
    part = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><workbook/>'
    assert "declares its own entities" in refused(archive(tmp_path / "a.xlsx", {"xl/workbook.xml": part}))


ODD = [b"<", b">", b'"', b"-1", b"99999999", b"ZZZZ1", b' t="e"', b' t="d"', b' s="999"', b""]
ODD += [b"\xff", b"<v>", b"nan", b"&x;"]


def test_damaged_parts_never_fail_in_another_way(tmp_path: Path) -> None:
    with zipfile.ZipFile(book(tmp_path / "a.xlsx", TOWN)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    draw = random.Random(1)
    for _ in range(60):
        name = draw.choice([name for name in parts if name.startswith("xl/")])
        part = bytearray(parts[name])
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(part))
            part[at : at + draw.choice((0, 1, 8))] = draw.choice(ODD)
        with contextlib.suppress(InputError):
            made = Workbook(archive(tmp_path / "b.xlsx", parts | {name: bytes(part)}))
            for sheet in made.names:
                made.source(sheet)


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    data = book(tmp_path / "a.xlsx", TOWN).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(data[: len(data) // 2])
    assert "f.xlsx: found" in refused(tmp_path / "b.xlsx")
    assert "no such file" in refused(tmp_path / "c.xlsx")
