"""Cities of points: a sheet while a workbook holds it, and refused by name beyond that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from allocopt.cli.program import run
from allocopt.export import sheets
from allocopt.instance.load import load
from allocopt.plan import read, write
from allocopt.solving.run import solve
from points.clouds import drawn, imported


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cloud")
    city = imported(folder, drawn(1, 60, 5, plane=False), p=2, radius=900.0, plane=False)
    write(solve(load(city), gap=0.0, threads=1), folder / "plan")
    return folder / "plan"


def test_points_are_a_sheet_and_come_back(plan: Path, tmp_path: Path) -> None:
    assert run(["export", str(plan), "--to", "xlsx", "--out", str(tmp_path / "a.xlsx")]) == 0
    assert run(["import", "tables", str(tmp_path / "a.xlsx"), "--out", str(tmp_path / "back")]) == 0
    before, after = load(plan.parent / "city"), load(tmp_path / "back")
    assert before.points is not None and after.points is not None
    for one, other in zip(before.points.batches(), after.points.batches(), strict=True):
        assert np.array_equal(one.at, other.at) and np.array_equal(one.weight, other.weight)
    assert solve(after, gap=0.0, threads=1).objective == read(plan).objective


def test_too_many_points_are_refused_by_name(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 50)
    assert run(["export", str(plan), "--to", "xlsx", "--out", str(tmp_path / "a.xlsx")]) == 2
    assert "points.parquet: found 60 rows; expected at most 50" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_maps_show_the_posts(plan: Path, tmp_path: Path) -> None:
    assert run(["export", str(plan), "--to", "geojson", "--out", str(tmp_path / "a.geojson")]) == 0
    assert '"id": "posts/p1"' in (tmp_path / "a.geojson").read_text()
