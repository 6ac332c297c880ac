"""What is made of measured times: medians, ratios, tables, and the picture."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from instance_folder import ROOT
from sidebyside import page, plot, table
from sidebyside.answers import Answer
from sidebyside.cases.building import STEPS
from sidebyside.cases.case import Case
from sidebyside.measure import Run
from sidebyside.table import Row, rows_of

RESULTS = ROOT / "results" / "benchmarks"
KNOWN = {
    "date": "2026-11-22",
    "python": "3.11.7",
    "system": "Linux x86_64",
    "processor": "a processor",
    "processors": "2",
    "highspy": "1.15.1",
    "runs": "3",
    "threads": "1",
    "time_limit_s": "300",
}


FINE = Answer(10.0, 10.0, True)


def nobody(_: Path, __: Path) -> None:
    raise AssertionError


CASE = Case("case", "", nobody, dict.fromkeys(("highspy", "spopt"), lambda *_: None))
BUILD = Case(
    "build", "", nobody, dict.fromkeys(("arrays", "formulations", "highs"), lambda *_: None), base="arrays", steps=STEPS
)


def run(rival: str, start: float, solve: float, mb: float, answer: Answer = FINE) -> Run:
    return Run("case", rival, {"start": start, **dict.fromkeys(CASE.steps, 0.0), "solve": solve}, {"solve": mb}, answer)


def rows() -> list[Row]:
    own = [run("allocopt", 1.0, seconds, mb) for seconds, mb in ((4.0, 100), (2.0, 120), (3.0, 80))]
    other = [run("highspy", 1.0, seconds, 50) for seconds in (1.0, 9.0, 1.0)]
    return rows_of(CASE, own + other, 0.0, {"spopt": "spopt is not installed"})


def row(runner: str, step: str) -> Row:
    (found,) = (row for row in rows() if (row.runner, row.step) == (runner, step))
    return found


def test_medians_and_ratios() -> None:
    own, other = row("allocopt", "solve"), row("highspy", "solve")
    assert (own.seconds, own.least_seconds, own.most_seconds, own.runs) == (3.0, 2.0, 4.0, 3)
    assert (other.seconds, other.time_ratio, other.memory_ratio) == (1.0, 1 / 3, 0.5)
    assert (row("highspy", "work").time_ratio, row("highspy", "whole").time_ratio) == (1 / 3, 2 / 4)
    assert (own.time_ratio, own.memory_ratio) == (1.0, 1.0)
    assert row("highspy", "check").time_ratio is None


def test_who_did_not_run_is_told() -> None:
    assert row("spopt", "whole").word == "spopt is not installed"
    text = page.page(rows(), KNOWN)
    assert re.search(r"^\| case \| spopt \|.* spopt is not installed \|$", text, re.MULTILINE)


def test_who_was_stopped_or_contradicts_is_marked() -> None:
    stopped, wrong = Answer(20.0, 5.0, False), Answer(12.0, 12.0, True)
    found = [run("allocopt", 1, 1, 1), run("highspy", 1, 1, 1, stopped), run("spopt", 1, 1, 1, wrong)]
    words = {row.runner: row.word for row in rows_of(CASE, found, 0.0, {}) if row.step == "whole"}
    assert words["highspy"] == "stopped by the time limit"
    assert "above the plan of allocopt" in words["spopt"] or "worse than that of allocopt" in words["spopt"]
    text = page.page(rows_of(CASE, found, 0.0, {}), KNOWN)
    assert "* case, highspy: stopped by the time limit" in text


def test_tables_read_back(tmp_path: Path) -> None:
    table.write_csv(tmp_path / "table.csv", rows())
    again = table.read_csv(tmp_path / "table.csv")
    assert page.page(again, KNOWN) == page.page(rows(), KNOWN)
    table.write_csv(tmp_path / "again.csv", again)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "table.csv").read_bytes()


def built(way: str, formulate: float, load: float) -> Run:
    return Run("build", way, {"start": 1.0, "load": 1.0, "reduce": 1.0, "formulate": formulate, "pass": load}, {}, None)


@pytest.mark.parametrize(("formulate", "load", "kept"), [(0.5, 0.5, True), (0.5, 0.6, False), (0.1, 0.6, False)])
def test_what_is_promised_of_building(formulate: float, load: float, kept: bool) -> None:
    ways = [built("arrays", 0.04, 0.06), built("formulations", formulate, load), built("highs", formulate, 2.0)]
    text = page.page(rows_of(BUILD, ways, 0.0, {}), KNOWN)
    assert f"takes {(formulate + load) / 0.1:.1f} times the bare arrays" in text
    assert f"takes {load / 2:.2f} of that by highs" in text
    assert text.endswith(": kept." if kept else ": not kept.")


def test_text_goes_between_the_markers() -> None:
    text = f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n"
    new = page.between_markers(text, "new")
    assert new == f"before\n{page.BEGIN}\nnew\n{page.END}\nafter\n"
    assert page.between_markers(new, "new") == new
    with pytest.raises(ValueError, match="no lines"):
        page.between_markers("before", "new")


def test_the_readme_has_the_results_that_are_kept() -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    kept = ""
    if (RESULTS / "table.csv").exists():
        known = json.loads((RESULTS / "conditions.json").read_text(encoding="utf-8"))
        kept = page.page(table.read_csv(RESULTS / "table.csv"), known)
    assert page.between_markers(told, kept) == told, "run `python benchmarks/run.py`"


def test_the_picture_is_the_same_for_the_same_rows(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `bench` is not installed")
    for name in ("one.svg", "two.svg"):
        plot.draw(rows(), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "highspy" in (tmp_path / "one.svg").read_text(encoding="utf-8")
