"""The workbook of a plan: read back with another library, cell by cell, and imported again."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from allocopt.export import sheets
from allocopt.export.instance import instance_text
from allocopt.export.sheets import Column, Sheet
from allocopt.export.units import MONEY, SHARE, instance_format, number_format
from allocopt.export.words import PLAN_WORDS
from allocopt.export.workbook import write_book
from allocopt.faults import InputError
from allocopt.importers.names import COVER, OF_PLAN, OF_TODAY
from allocopt.instance.load import load
from allocopt.plan import PLAN_TABLES, read
from allocopt.plan.instance import instance_of
from allocopt.schema import TABLES
from allocopt.solving.run import solve
from cli.command import called
from export.towns import HOSTILE, town
from instance_folder import CITIES, ROOT


@pytest.fixture(scope="module")
def file(globe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "方案 town.xlsx"
    done = called("export", globe, "--to", "xlsx", "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def book(file: Path) -> Any:
    return openpyxl.load_workbook(file)


def rows(page: Any) -> list[tuple[Any, ...]]:
    return list(page.iter_rows(values_only=True))


def same(cell: Any, value: Any) -> bool:
    """Whether a cell of the workbook holds this cell of a table."""
    if isinstance(value, float):
        return cell is None if math.isnan(value) else bool(cell == value)
    return cell == value or (cell is None and value == "")


def test_every_table_of_the_plan_is_there_cell_by_cell(file: Path, globe: Path) -> None:
    plan, found = read(globe), book(file)
    for name, spec in PLAN_TABLES.items():
        table = plan.table(name)
        assert (f"{OF_PLAN}{name}" in found.sheetnames) == bool(len(table))
        if len(table):
            heading, *body = rows(found[f"{OF_PLAN}{name}"])
            assert heading == tuple(spec.columns)
            for cells, values in zip(body, table[list(spec.columns)].itertuples(index=False), strict=True):
                assert all(same(cell, value) for cell, value in zip(cells, values, strict=True))


def test_no_cell_is_a_formula_and_hostile_names_are_marked(file: Path) -> None:
    found = book(file)
    cells = [cell for page in found for row in page.iter_rows() for cell in row if cell.value is not None]
    assert cells and all(cell.data_type in "sn" for cell in cells)
    names = {row[1] for row in rows(found["sites"])}
    assert {f"'{name}" for name in HOSTILE[:-2]} | set(HOSTILE[-2:]) <= names
    with zipfile.ZipFile(file) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "/sheet" in name)


def test_headings_are_frozen_filtered_and_wide_enough(file: Path) -> None:
    for page in book(file).worksheets[1:]:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref == page.dimensions
        assert all(10 <= size.width <= 63 for size in page.column_dimensions.values())


def test_numbers_are_shown_by_their_unit(file: Path) -> None:
    found = book(file)
    page = found["risks"]
    place = [cell.value for cell in page[1]].index("loss_cny") + 1
    assert page.cell(2, place).number_format == MONEY
    place = [cell.value for cell in found["effects"][1]].index("share") + 1
    assert found["effects"].cell(2, place).number_format == SHARE
    assert number_format("cost_cny_hour") == MONEY and number_format("minutes") == "#,##0.0"
    assert instance_format(TABLES["classes"], "busy") == SHARE and instance_format(TABLES["sites"], "id") is None
    assert number_format("probability") == SHARE and number_format("people") == "General"


def test_the_cover_tells_the_certificate_and_all_sheets(file: Path, globe: Path) -> None:
    plan, found = read(globe), book(file)
    told = {row[0]: row[1] for row in rows(found[COVER])}
    assert found.sheetnames[0] == COVER
    assert told["City"] == "镇" and told["Status"] == "optimal" and told["Checker"] == "every rule is kept"
    assert told["Value of the objective"] == plan.objective
    assert told["Bound: no plan can come to less"] == plan.bound
    assert "allocopt solve" in told["Command"] and "allocopt 0" in told["Versions"]
    assert set(found.sheetnames[1:]) <= set(told)
    assert told["sites"] == len(HOSTILE)


def test_the_same_plan_makes_the_same_bytes(file: Path, globe: Path, tmp_path: Path) -> None:
    assert called("export", globe, "--to", "xlsx", "--out", tmp_path / "again.xlsx").returncode == 0
    assert (tmp_path / "again.xlsx").read_bytes() == file.read_bytes()


def test_names_of_sheets_are_names_that_excel_takes() -> None:
    names = [COVER, "city.yaml", "points", *TABLES]
    names += [f"{mark}{name}" for mark in (OF_PLAN, OF_TODAY) for name in PLAN_TABLES]
    assert len({name.lower() for name in names}) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)
    assert set(PLAN_WORDS) == set(PLAN_TABLES)


def test_what_was_exported_is_imported_again(file: Path, globe: Path, tmp_path: Path) -> None:
    done = called("import", "tables", file, "--out", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    before, after = load(globe.parent / "town"), load(tmp_path / "back")
    assert after.rows == before.rows and after.settings == before.settings
    assert [site.name for site in after.rows["sites"]] == list(HOSTILE)
    assert solve(after, gap=0.0, threads=1).objective == read(globe).objective
    assert called("validate", tmp_path / "back").returncode == 0


# The two with most rows take their time.
LARGE = ("zhejiang", "zhengzhou")


@pytest.mark.parametrize("city", [pytest.param(c, marks=[pytest.mark.slow] * (c in LARGE)) for c in CITIES])
def test_the_tables_of_a_city_come_back_as_they_were(city: str, tmp_path: Path) -> None:
    before = load(ROOT / "instances" / city)
    out = tmp_path / f"{city}.xlsx"
    write_book(out, [], list(sheets.of_instance(instance_text(before))), {})
    done = called("import", "tables", out, "--out", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    after = load(tmp_path / "back")
    assert after.rows == before.rows and after.settings == before.settings


def test_the_changes_of_a_plan_are_in_the_tables(tmp_path: Path) -> None:
    folder = town(tmp_path / "town")
    changes = ("pools.men.hours=x2", "city.title=后来", "city.travel.detour=1.5")
    command = ["solve", folder, "--gap", "0", "--threads", "1", "--out", tmp_path / "plan"]
    for change in changes:
        command += ["--set", change]
    assert called(*command).returncode == 0
    assert called("export", tmp_path / "plan", "--to", "xlsx").returncode == 0
    done = called("import", "tables", tmp_path / "plan.xlsx", "--out", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    after, changed = load(tmp_path / "back"), load(folder, changes=changes)
    assert after.rows == changed.rows and after.settings == changed.settings


def test_todays_plan_comes_along(globe: Path, tmp_path: Path) -> None:
    folder = town(tmp_path / "town")
    (folder / "current").mkdir()
    for name in ("visits", "patrols"):
        (folder / "current" / f"{name}.csv").write_bytes((globe / f"{name}.csv").read_bytes())
    assert called("solve", folder, "--gap", "0", "--out", tmp_path / "plan").returncode == 0
    assert called("export", tmp_path / "plan", "--to", "xlsx").returncode == 0
    done = called("import", "tables", tmp_path / "plan.xlsx", "--out", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    before = load(folder)
    assert before.today["visits"] and load(tmp_path / "back").today == before.today


def long(rows: int = 1, columns: int = 1, text: str = "") -> Sheet:
    return Sheet("sites", "sites.csv", "", [Column("id", None)] * columns, [(text,) * columns] * rows)


def test_what_no_workbook_holds_is_refused_by_name(globe: Path) -> None:
    city = instance_of(read(globe))
    with pytest.raises(InputError, match=r"sites.csv: found 1,048,576 rows; expected at most 1,048,575"):
        sheets.check_size({"sites.csv": (1_048_576, 1)}, city)
    with pytest.raises(InputError, match=r"costs.csv: found 5,000,000 of 5,000,010 cells"):
        sheets.check_size({"sites.csv": (10, 1), "costs.csv": (1_000_000, 5)}, city)
    (fault,) = sheets.long_cells(long(text="长" * 32_768))
    assert str(fault).startswith("sites.csv:2 id: found 32,768 characters; expected at most 32,767")
    assert not list(sheets.long_cells(long(text="长" * 32_767)))
