"""Where an export goes: whole or not at all, and never over something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from allocopt.reading import extras
from cli.command import called

KINDS = ("xlsx", "gpkg", "geojson")


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_is_replaced_and_other_files_are_left_alone(globe: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"a b.{kind}"
    assert called("export", globe, "--to", kind, "--out", out).returncode == 0
    first = out.read_bytes()
    assert called("export", globe, "--to", kind, "--out", out).returncode == 0
    assert out.read_bytes() == first
    out.write_bytes(b"notes")
    done = called("export", globe, "--to", kind, "--out", out)
    assert done.returncode == 2 and "a file that no export wrote" in done.stderr
    assert out.read_bytes() == b"notes" and names(tmp_path) == [out.name]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("plan.txt", "a name that ends in '.txt'"),
        ("plan", "a name without ending"),
        ("folder.xlsx", "a folder"),
        ("nowhere/plan.xlsx", "no such folder"),
    ],
)
def test_a_place_that_cannot_be_written(globe: Path, tmp_path: Path, name: str, found: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    done = called("export", globe, "--to", "xlsx", "--out", tmp_path / name)
    assert done.returncode == 2 and f"found {found}" in done.stderr
    assert names(tmp_path) == ["folder.xlsx"]


def test_nothing_goes_into_a_plan_or_an_instance(globe: Path) -> None:
    for folder in (globe, globe.parent / "town"):
        before = names(folder)
        done = called("export", globe, "--to", "xlsx", "--out", folder / "plan.xlsx")
        assert done.returncode == 2 and "outside of plans" in done.stderr
        assert names(folder) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(globe: Path, tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o500)
    done = called("export", globe, "--to", "xlsx", "--out", tmp_path / "shut" / "plan.xlsx")
    assert done.returncode == 2 and "no right to write" in done.stderr


def test_a_plan_whose_instance_changed_is_refused(globe: Path, tmp_path: Path) -> None:
    done = called("export", globe, "--to", "xlsx", "--city", tmp_path, "--out", tmp_path / "plan.xlsx")
    assert done.returncode == 2 and not (tmp_path / "plan.xlsx").exists()


@pytest.mark.parametrize(("kind", "module"), [("xlsx", "xlsxwriter"), ("gpkg", "pyogrio")])
def test_a_missing_library_is_told(
    globe: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    module: str,
) -> None:
    from allocopt.cli.program import run

    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", missing)
    assert run(["export", str(globe), "--to", kind, "--out", str(tmp_path / f"a.{kind}")]) == 2
    told = capsys.readouterr().err
    assert module in told and "pip install 'allocopt[" in told and not list(tmp_path.iterdir())
