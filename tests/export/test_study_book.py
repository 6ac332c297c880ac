"""The workbook of a study: its tables cell by cell, a cover that says what it is, and no map."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import allocopt.study
from allocopt.export.words import STUDY_WORDS
from allocopt.importers.names import COVER
from allocopt.instance.load import load
from allocopt.study.reading import columns_of, read_study
from cities import build
from cli.command import called

TABLES: dict[str, list[dict[str, Any]]] = {
    "sites": [{"id": s, "name": f"={s}+1", "area": "town"} for s in ("a", "b")],
    "bodies": [{"id": "town"}],
    "hazards": [{"id": "fire", "lead": "town"}],
    "risks": [{"site": s, "hazard": "fire", "loss_cny": loss} for s, loss in (("a", 900), ("b", 400))],
    "measures": [{"id": "hose", "body": "town", "cost_cny": 100}],
    "effects": [{"by": "measure", "id": "hose", "hazard": "fire", "share": 0.5}],
    "budgets": [{"id": "all", "name": "@SUM(A1)", "amount_cny": 100}],
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    city = load(build(folder / "town", TABLES, name="town", title="=镇"))
    allocopt.study.budget(city, folder / "budget", start="0%", end="200%", points=3, workers=1, next_yuan=1, gap=0.0)
    return folder / "budget"


@pytest.fixture(scope="module")
def book(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("out") / "研究.xlsx"
    done = called("export", study, "--to", "xlsx", "--out", file)
    assert done.returncode == 0, done.stderr
    return openpyxl.load_workbook(file)


def test_every_table_with_rows_is_a_sheet_cell_by_cell(study: Path, book: Any) -> None:
    stored = read_study(study)
    assert {"frontier", "between", "next_yuan"} == set(stored.tables)
    assert book.sheetnames == [COVER, *(name for name, table in stored.tables.items() if len(table))]
    for name in book.sheetnames[1:]:
        heading, *body = book[name].iter_rows(values_only=True)
        table = stored.tables[name]
        assert list(heading) == list(stored.columns[name].columns) == list(table.columns)
        for cells, values in zip(body, table.itertuples(index=False), strict=True):
            for cell, value in zip(cells, values, strict=True):
                nothing = value == "" or (isinstance(value, float) and math.isnan(value))
                assert cell is None if nothing else cell == value


def test_no_cell_is_a_formula(book: Any) -> None:
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert cells and all(cell.data_type in "sn" for cell in cells)
    assert not any(str(cell.value).startswith(("=", "@")) for cell in cells)


def test_the_cover_says_what_it_is_and_where_its_plans_are(study: Path, book: Any) -> None:
    lines = {row[0]: row[1] for row in book[COVER].iter_rows(values_only=True) if row[0]}
    assert lines["City"] == "'=镇" and lines["Study"] == "budget" and lines["Status"] == "done"
    assert lines["All that is scaled, yuan"] == 100
    assert lines["Command"].startswith("allocopt study budget ")
    stored = read_study(study)
    assert lines["Plan"] == str(next(iter(stored.plans.values())).relative_to(study))
    assert lines["frontier"] == len(stored.tables["frontier"])


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
def test_a_map_of_a_study_is_refused_and_one_of_its_plans_named(study: Path, tmp_path: Path, kind: str) -> None:
    done = called("export", study, "--to", kind, "--out", tmp_path / f"a.{kind}")
    first = next(iter(read_study(study).plans.values()))
    assert done.returncode == 2 and f"one of its plans, such as {first}" in done.stderr
    assert not list(tmp_path.iterdir())
    assert called("export", first, "--to", "xlsx", "--out", tmp_path / "plan.xlsx").returncode == 0


def test_a_damaged_study_is_refused(study: Path, tmp_path: Path) -> None:
    wrong = Path(shutil.copytree(study, tmp_path / "study"))
    with (wrong / "frontier.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    done = called("export", wrong, "--to", "xlsx", "--out", tmp_path / "a.xlsx")
    assert done.returncode == 2 and "another sha256" in done.stderr and not (tmp_path / "a.xlsx").exists()


def test_every_table_of_every_kind_has_its_line() -> None:
    assert {kind: set(words) for kind, words in STUDY_WORDS.items()} == {
        kind: set(columns_of(kind)) for kind in set(allocopt.study.__all__) - {"score"}
    }
