"""The one command, with tiny cities in the place of the real ones."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from benchmarks.tiny import BUILT, SOLVED
from instance_folder import ROOT
from sidebyside import table
from sidebyside.cases import CASES
from sidebyside.limits import Limits
from sidebyside.measure import FailedError, measured


def command() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_run", ROOT / "benchmarks" / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_run_is_clocked_from_outside(tmp_path: Path) -> None:
    SOLVED["covering"].make(tmp_path, tmp_path / "city")
    run = measured(CASES["mclp-500"], "highspy", tmp_path / "city", Limits(0.0, 60.0))
    assert run.answer is not None and run.answer.done
    assert run.seconds["start"] > 0.0 and run.whole > sum(run.seconds[step] for step in ("load", "solve"))
    assert set(run.seconds) == {"start", *CASES["mclp-500"].steps}


def test_a_run_that_fails_says_how(tmp_path: Path) -> None:
    for runner in ("allocopt", "highspy"):
        with pytest.raises(FailedError, match="ended with"):
            measured(CASES["mclp-500"], runner, tmp_path / "nowhere", Limits(0.0, 60.0))


def test_a_file_that_is_absent_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command().run_case(CASES["pmed6"], 1, Limits(0.0, 60.0), tmp_path) == []
    assert "pmed6: left out, no orlib-pmed/pmed6.txt" in capsys.readouterr().out


@pytest.mark.slow
def test_the_whole_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib", reason="the extra `bench` is not installed")
    cities = {"mclp-500": SOLVED["covering"], "luzhi": SOLVED["town"], "build-luzhi": BUILT["build-town"]}
    for name, tiny in cities.items():
        monkeypatch.setitem(CASES, name, replace(CASES[name], make=tiny.make))
    before = (ROOT / "README.md").read_bytes()
    done = CliRunner().invoke(command().main, [*cities, "--runs", "1", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    rows = table.read_csv(tmp_path / "table.csv")
    assert {row.case for row in rows} == set(cities)
    assert {row.runner for row in rows if row.case == "luzhi" and row.seconds} == {"allocopt", "highspy", "pyomo"}
    assert not {row.word for row in rows} - {"", "spopt is not installed"}
    assert json.loads((tmp_path / "conditions.json").read_text())["highspy"]
    assert "times the bare arrays" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert (tmp_path / "ratios.svg").stat().st_size
    assert (ROOT / "README.md").read_bytes() == before
