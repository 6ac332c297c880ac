"""The mapping: the example of the page, folders of CSV, and names that are not there."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocopt.faults import InputError
from allocopt.importers.cities import import_city
from allocopt.importers.mapping import read_mapping
from allocopt.importers.workbook import Workbook
from allocopt.instance.load import load
from allocopt.reading import extras
from allocopt.reading.escaping import guarded, unguarded
from allocopt.schema.people import PoolRow
from allocopt.schema.places import SiteRow
from allocopt.schema.risk import RiskRow
from allocopt.solving.run import solve
from cli.command import allocopt, called
from importers.workbooks import TOWN, book
from page import texts_of

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("<!-- example: begin -->")[2].partition("<!-- example: end -->")[0]


def example(folder: Path) -> tuple[Path, Path]:
    """The workbook and the mapping of the page."""
    sheets = {}
    for name, text in re.findall(r"Sheet `(.+?)`:\n\n((?:\|.*\n)+)", EXAMPLE):
        lines = [line for line in text.splitlines() if not line.startswith("|-")]
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        sheets[name] = [[_value(cell) for cell in row] for row in cells]
    mapping = folder / "map.yaml"
    mapping.write_text(texts_of("yaml", EXAMPLE)[0], encoding="utf-8")
    return book(folder / "binjiang.xlsx", sheets), mapping


def _value(cell: str) -> str | float | None:
    """Ids with leading zeros are text; all other numbers are numbers."""
    return float(cell) if re.fullmatch(r"(?!0\d)[0-9.]+", cell) else cell or None


def test_the_example_of_the_page(tmp_path: Path) -> None:
    file, mapping = example(tmp_path)
    done = allocopt("import", "tables", file, "--mapping", mapping, "--out", tmp_path / "city")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("滨江: the instance is in")
    assert done.stderr == "Left out: columns of 单位名录: 电话.\n"
    city = load(tmp_path / "city")
    assert [(s.id, s.area, s.type, s.people, s.lon) for s in city.of(SiteRow)] == [
        ("001", "滨江/长河", "key", 1200, 120.21),
        ("002", "滨江/西兴", "ordinary", 450, 120.22),
    ]
    risks = [(r.site, r.hazard, r.loss_cny, r.source) for r in city.of(RiskRow)]
    assert risks == [
        ("001", "fire", 3_000_000, "binjiang.xlsx, 单位名录"),
        ("001", "theft", 200_000, "binjiang.xlsx, 单位名录"),
        ("002", "fire", 800_000, "binjiang.xlsx, 单位名录"),
    ]
    assert [pool.id for pool in city.of(PoolRow)] == ["一中队"]
    plan = solve(city, gap=0.0, threads=1)
    assert plan.status == "optimal" and plan.table("visits")["visits"].sum() > 0


def test_settings_that_the_mapping_replaces_are_told(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("city: {name: other, periods: [{id: year, hours: 1}]}\n")
    found = import_city(Workbook(book(tmp_path / "a.xlsx", TOWN)), read_mapping(tmp_path / "map.yaml"))
    assert found.title == "other"
    assert found.left_out == (f"city.yaml of {tmp_path / 'a.xlsx'}, since the mapping has `city`",)


@pytest.mark.parametrize(("kind", "module"), [("tables", "python-calamine"), ("gpkg", "pyogrio")])
def test_a_missing_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, module: str) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", missing)
    done = called("import", kind, book(tmp_path / "a.xlsx", TOWN), "--out", tmp_path / "city")
    assert done.returncode == 2 and f"{module}: pip install 'allocopt[" in done.stderr


def test_every_key_of_the_mapping_is_told() -> None:
    from allocopt.importers.mapping import Block, ColumnOf

    told = PAGE[PAGE.index("A table is one block") :]
    for model in (Block, ColumnOf):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in told


def wrong(tmp_path: Path, change: tuple[str, str]) -> list[str]:
    """The faults of the example after a change of its mapping."""
    file, mapping = example(tmp_path)
    text = mapping.read_text(encoding="utf-8")
    assert change[0] in text
    mapping.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        import_city(Workbook(file), read_mapping(mapping))
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("from: 单位名录 ", "from: 单位名单 "), "map.yaml:9 tables.sites.from: found no table '单位名单'"),
        (("from: 单位名录 ", "from: 单位名单 "), "(did you mean '单位名录'?)"),
        (
            ("lon: 经度", "lon: 经 度"),
            "map.yaml:17 tables.sites.columns.lon: found '经 度'; expected a heading of '单位名录'",
        ),
        (("{街道}", "{街区}"), "tables.sites.columns.area: found '街区'"),
        (("people:", "poeple:"), "tables.sites.columns.poeple: found an unknown column"),
        (("  sites:", "  sties:"), "map.yaml:8 tables.sties: found an unknown table"),
        (("heading_row: 2", "header: 2"), "tables.sites.header: found an unknown key; expected one of from"),
        (("factor: 100}", "factor: many}"), "tables.sites.columns.people.factor: found 'many'; expected a number"),
        (("{constant: fire}", "{constant: fire, from: 类别}"), "expected one of from, constant and text"),
        (("重点: key, ", ""), "binjiang.xlsx:3 单位名录!E3 类别: found '重点'; expected one of 一般"),
        (("where: {状态", "where: {状况"), "tables.pools.where.状况: found '状况'"),
        (("filled: 盗窃损失（万元）", "filled: 盗窃"), "filled: found '盗窃'"),
        (
            ("people: {from: 职工（百人）", "people: {from: 单位"),
            "binjiang.xlsx:3 单位名录!B3 单位: found '第一医院'; expected a number",
        ),
        (("heading_row: 2", "heading_row: 99"), "binjiang.xlsx:99 单位名录!99: found a blank row"),
        (
            ("hazard: {constant: fire}", "hazard: {constant: fier}"),
            "map.yaml:23 tables.risks.columns.hazard: found 'fier'",
        ),
        (("hours: 8760", "hours: -1"), "map.yaml:4 city.periods.year.hours: found '-1'"),
        (("name: binjiang", "nam: binjiang"), "city.nam: found an unknown key"),
    ],
)
def test_a_fault_is_told_where_it_stands(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    found = wrong(tmp_path, change)
    assert any(told in fault for fault in found), found


def test_faults_of_cells_and_of_the_instance_are_told_together(tmp_path: Path) -> None:
    file, mapping = example(tmp_path)
    text = mapping.read_text(encoding="utf-8").replace("重点: key, ", "").replace("constant: car", "constant: cart")
    mapping.write_text(text.replace("people: {from: 职工（百人）", "people: {from: 单位"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        import_city(Workbook(file), read_mapping(mapping))
    places = [(fault.line, fault.field.partition(" ")[0]) for fault in caught.value.faults]
    assert places == [(3, "单位名录!B3"), (3, "单位名录!E3"), (4, "单位名录!B4"), (37, "tables.pools.columns.mode")]


def test_a_folder_of_tables_in_any_encoding(tmp_path: Path) -> None:
    folder = tmp_path / "our tables"
    folder.mkdir()
    (folder / "单位.csv").write_bytes("编号,人数,区\r\n甲,7,城\r\n".encode("gb18030"))
    (folder / "bodies.csv").write_bytes("\ufeffid\n'=a\n".encode())
    (folder / "city.yaml").write_text("name: town\nperiods: [{id: year, hours: 100}]\n")
    (tmp_path / "map.yaml").write_text(
        "tables: {sites: {from: 单位, columns: {id: 编号, people: 人数, area: 区, "
        "lon: {constant: 1}, lat: {constant: 2}}}}"
    )
    done = allocopt("import", "tables", folder, "--mapping", tmp_path / "map.yaml", "--out", tmp_path / "city")
    assert done.returncode == 2 and "bodies.csv:2 id: found '=a'" in done.stderr
    (folder / "bodies.csv").write_bytes(b"\xef\xbb\xbfid\nfire\n")
    done = allocopt("import", "tables", folder, "--mapping", tmp_path / "map.yaml", "--out", tmp_path / "city")
    assert done.returncode == 0, done.stderr
    assert "GB18030" in done.stderr
    (site,) = load(tmp_path / "city").of(SiteRow)
    assert (site.id, site.people, site.source) == ("甲", 7, "单位.csv")
    (folder / "单位.csv").write_text("编号,人数,区\n甲,7\n")
    done = allocopt("import", "tables", folder, "--mapping", tmp_path / "map.yaml", "--out", tmp_path / "b")
    assert done.returncode == 2 and "单位.csv:2: found 2 cells; expected 3 cells" in done.stderr


def test_settings_of_the_mapping_keep_their_kind(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text('city: {name: "1e3", title: "0012", periods: [{id: "007", hours: 1e2}]}\n')
    files = {name: rows for name, rows in TOWN.items() if name != "city.yaml"}
    found = import_city(Workbook(book(tmp_path / "a.xlsx", files)), read_mapping(tmp_path / "map.yaml"))
    found.write(tmp_path / "city")
    settings = load(tmp_path / "city").settings
    assert (settings.name, settings.title, settings.periods[0].id) == ("1e3", "0012", "007")


@given(st.text(st.sampled_from("'=+-@＝＋－＠\t\r\nab甲 ﹦﹢"), max_size=6) | st.text(max_size=20))
def test_marked_text_is_read_back_and_starts_no_formula(text: str) -> None:
    marked = guarded(text)
    assert unguarded(marked) == text
    assert marked[:1] not in tuple("=+-@＝＋－＠\t\r\n")


def test_a_factor_is_exact() -> None:
    from allocopt.importers.mapping import ColumnOf
    from allocopt.importers.source import Source
    from allocopt.importers.taken import cell_of

    source = Source("f", "t", 1, ("n",), [], [])
    recipe = ColumnOf.model_validate({"from": "n", "factor": 0.1})
    assert Decimal(cell_of(recipe, {"n": "0.7"}, 1, source, [])) == Decimal("0.07")
