"""The command: where the page goes, and what is refused."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from allocopt.faults import InputError
from allocopt.plan import Plan
from allocopt.report import default_file, write_report
from allocopt.report.map.boundaries import FILE
from cities import city, planned
from cli.command import allocopt
from report.village import SETTINGS, village


def folder_of(plan: Plan) -> Path:
    assert plan.folder is not None
    return plan.folder


def test_it_goes_beside_the_folder(plan: Plan) -> None:
    run = allocopt("report", folder_of(plan), "--lang", "en")
    assert run.returncode == 0, run.stderr
    file = default_file(folder_of(plan))
    assert file == folder_of(plan).with_name("plan.html")
    assert str(file) in run.stdout and file.stat().st_size > 1_000_000
    assert allocopt("check", folder_of(plan)).returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere"], "no such folder"),
        (["."], "neither plan.json nor study.json"),
        (["--lang", "fr", "."], "'fr' is not one of"),
    ],
)
def test_a_wrong_call_is_told(tmp_path: Path, words: list[str], told: str) -> None:
    run = allocopt("report", *words, cwd=tmp_path)
    assert run.returncode == 2 and told in run.stderr
    assert not list(tmp_path.iterdir())


def test_a_place_inside_a_plan_is_refused(plan: Plan) -> None:
    with pytest.raises(InputError, match="inside the plan"):
        write_report(folder_of(plan), folder_of(plan) / "page.html", "en")


def test_a_folder_is_no_file(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the name of a file"):
        write_report(folder_of(plan), tmp_path, "en")


def test_a_missing_library_is_told(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bokeh" else found(name))
    with pytest.raises(InputError, match=r"no bokeh.*allocopt\[report\]"):
        write_report(folder_of(plan), tmp_path / "page.html", "en")
    assert not list(tmp_path.iterdir())


def test_an_instance_that_changed_is_refused(tmp_path: Path) -> None:
    plan = planned(city(tmp_path / "city", village(), **SETTINGS), tmp_path / "plan")
    with (tmp_path / "city" / "sites.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(InputError, match="another sha256"):
        write_report(folder_of(plan), tmp_path / "page.html", "en")


def test_an_instance_that_moved_is_found(plan: Plan, tmp_path: Path) -> None:
    shutil.copytree(folder_of(plan), tmp_path / "plan")
    shutil.copytree(folder_of(plan).with_name("city"), tmp_path / "elsewhere")
    assert write_report(tmp_path / "plan", tmp_path / "page.html", "en", city=tmp_path / "elsewhere") > 0


def test_boundaries_are_read_and_wrong_ones_refused(plan: Plan, tmp_path: Path) -> None:
    shutil.copytree(folder_of(plan), tmp_path / "plan")
    shutil.copytree(folder_of(plan).with_name("city"), tmp_path / "city")
    (tmp_path / "city" / FILE).parent.mkdir()
    ring = "[[[0, 0], [6000, 0], [6000, 2000], [0, 0]]]"
    for text, wrong in ((f'{{"type": "Polygon", "coordinates": {ring}}}', False), ('{"type": "Point"}', True)):
        (tmp_path / "city" / FILE).write_text(text, encoding="utf-8")
        if wrong:
            with pytest.raises(InputError, match="GeoJSON"):
                write_report(tmp_path / "plan", tmp_path / "page.html", "en", city=tmp_path / "city")
        else:
            write_report(tmp_path / "plan", tmp_path / "page.html", "en", city=tmp_path / "city")
            assert '"boundaries":[[[0,6000,6000,0],[0,0,2000,0]]]' in (tmp_path / "page.html").read_text("utf-8")
