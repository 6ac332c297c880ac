"""Strong rows that a model leaves out come in where the relaxation breaks them: the same optimum, a better root."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocopt.importers.made import write
from allocopt.importers.orlib import capacitated_location
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.solving import search as searching
from allocopt.solving.run import solve
from allocopt_models import supply

# Five warehouses, six customers; drawn once.
PROBLEM = """5 6
60 300
60 250
60 310
60 270
60 260
20 40 90 20 110 70
15 25 10 80 60 95
25 100 30 60 20 45
10 15 35 70 90 20
18 90 40 25 65 30
12 35 80 15 20 60
"""


def solved(folder: Path) -> Plan:
    file = folder.parent / "problem.txt"
    file.write_text(PROBLEM)
    write(capacitated_location(file), folder)
    return solve(load(folder), gap=0.0, threads=1)


def test_the_optimum_and_the_root_are_those_of_the_whole_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "by_its_own_method", lambda *_: None)
    whole = solved(tmp_path / "whole")
    monkeypatch.setattr(supply, "MOST_STRONG_ROWS", 0)
    by_need = solved(tmp_path / "by_need")
    assert by_need.objective == pytest.approx(whole.objective, rel=1e-9)
    assert by_need.bound == pytest.approx(whole.bound, rel=1e-9)
    assert by_need.manifest["root_bound"] == pytest.approx(whole.manifest["root_bound"], rel=1e-6)
