"""What `solve` does with each outcome of the search; the search and the checker are stand-ins here."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from allocopt.checker.verdict import Verdict, Violation
from allocopt.cli import run
from allocopt.instance.new import create
from allocopt.plan import Plan, read
from summary.samples import MANIFEST, plan

FINE = Verdict(True, 1.0, 1.0, 1.0, 1.0, ())
WRONG = Verdict(False, None, None, None, None, (Violation("hours", "visits.csv", 2, "hours", "3", "2"),))
CONFLICT = {"standards": ["statute"], "repairs": []}

Solve = Callable[..., Plan]


class Bench:
    """Runs `solve` with a search and a verdict of one's choice, and keeps what the search was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, city: Path) -> None:
        self._monkeypatch, self._city = monkeypatch, city
        self.asked: dict[str, Any] = {}

    def solve(self, found: Plan | Solve, *arguments: str, verdict: Verdict = FINE) -> int:
        def search(city: Any, **how: Any) -> Plan:
            self.asked = how
            return found if isinstance(found, Plan) else found(**how)

        self._put("allocopt.solving.run", solve=search)
        self._put("allocopt.checker", check=lambda folder, **_: verdict)
        return run(["solve", str(self._city), *arguments])

    def _put(self, name: str, **content: Any) -> None:
        module = ModuleType(name)
        vars(module).update(content)
        self._monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    create(tmp_path / "town")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Bench(monkeypatch, tmp_path / "town")


def test_a_plan(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.solve(plan(seconds={"build": 0.5, "solve": 1.5}, peak_mb={"build": 90.0}), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["plan"] == os.path.join("results", "town")  # noqa: PTH118
    assert (answer["instance"], answer["status"], answer["loss"]) == ("luzhi", "optimal", 4_123_456.7)
    assert (answer["seconds"]["build"], answer["seconds"]["solve"]) == (0.5, 1.5)
    assert answer["peak_mb"]["build"] == 90.0
    assert read(Path("results/town")).loss == 4_123_456.7


def test_what_the_search_is_asked(bench: Bench) -> None:
    options = ("--gap", "0.02", "--gap-avoided", "0.1", "--time-limit", "9", "--threads", "2")
    assert bench.solve(plan(), *options, "--coalition", "a,b", "--objective", "cvar", "--regime", "silo") == 0
    del bench.asked["progress"], bench.asked["interrupted"]
    assert bench.asked == {
        "regime": "silo",
        "coalition": ("a", "b"),
        "objective": "cvar",
        "gap": 0.02,
        "gap_avoided": 0.1,
        "time_limit": 9.0,
        "threads": 2,
    }
    assert Path("results/town-silo/plan.json").exists()


def test_a_plan_that_breaks_a_rule(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.solve(plan(), verdict=WRONG) == 3
    told = capsys.readouterr()
    assert "CHECKED AND FOUND WRONG" in told.out
    assert "[hours] visits.csv:2 hours: found 3; expected 2" in told.err
    assert bench.solve(plan(), "--json", verdict=WRONG) == 3
    assert json.loads(capsys.readouterr().out)["violations"][0]["rule"] == "hours"


@pytest.mark.parametrize(("status", "code"), [("infeasible", 3), ("no_plan", 4)])
def test_no_plan_leaves_nothing(bench: Bench, capsys: pytest.CaptureFixture[str], status: str, code: int) -> None:
    nothing = dict.fromkeys(("objective", "bound", "gap", "loss"))
    none = Plan({**MANIFEST, **nothing, "status": status, "conflict": CONFLICT}, {})
    assert bench.solve(none, "--json") == code
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["plan"], answer["objective"]) == (status, None, None)
    assert answer["conflict"] == CONFLICT
    assert list(Path.cwd().iterdir()) == []
    assert bench.solve(none) == code
    assert "o plan" in capsys.readouterr().out


def test_no_plan_leaves_the_old_one(bench: Bench) -> None:
    assert bench.solve(plan()) == 0
    assert bench.solve(Plan({**MANIFEST, "status": "no_plan"}, {})) == 4
    assert read(Path("results/town")).status == "optimal"


def test_an_interruption_keeps_what_was_found(bench: Bench) -> None:
    def interrupted_search(interrupted: Callable[[], bool], **_: Any) -> Plan:
        assert not interrupted()
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted()
        return plan(status="feasible")

    before = signal.getsignal(signal.SIGINT)
    assert bench.solve(interrupted_search) == 130
    assert read(Path("results/town")).status == "feasible"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_interruption_stops_at_once(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    def stubborn_search(**_: Any) -> Plan:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("not stopped")

    assert bench.solve(stubborn_search) == 130
    assert list(Path.cwd().iterdir()) == []
    assert "interrupted" in capsys.readouterr().err


def test_a_second_interruption_that_the_solver_swallows(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    def solver(**_: Any) -> Plan:
        os.kill(os.getpid(), signal.SIGINT)
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()
        raise RuntimeError("refused to run")

    assert bench.solve(solver, "--json") == 130
    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": "interrupted"}
    assert "report this" not in told.err


def test_a_scheduler_that_stops_the_search_keeps_what_was_found(bench: Bench) -> None:
    def stopped_search(interrupted: Callable[[], bool], **_: Any) -> Plan:
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupted()
        return plan(status="feasible")

    assert bench.solve(stopped_search) == 130
    assert read(Path("results/town")).status == "feasible"


def test_a_target_in_use_is_refused_before_the_search(bench: Bench) -> None:
    Path("thesis").mkdir()
    Path("thesis/draft.txt").write_text("x")
    assert bench.solve(plan(), "--out", "thesis") == 2
    assert bench.asked == {}


@pytest.mark.parametrize("elsewhere", [True, False], ids=["room elsewhere", "no room anywhere"])
def test_a_place_that_is_lost_meanwhile_does_not_cost_the_plan(
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    elsewhere: bool,
) -> None:
    """The plan is put where there is room, and the fault says where; without any, the fault is that of the place."""
    away = tmp_path / "away 远"
    monkeypatch.setattr(tempfile, "tempdir", str(away))
    if elsewhere:
        away.mkdir()

    def search_while_the_place_goes(**_: Any) -> Plan:
        Path("plans").write_text("a file now")
        return plan(status="feasible")

    assert bench.solve(search_while_the_place_goes, "--out", "plans/first", "--json") == 2
    told = capsys.readouterr()
    (fault,) = json.loads(told.out)["faults"]
    assert (fault["file"], fault["expected"]) == (os.path.join("plans", "first"), "a folder for the plan")  # noqa: PTH118
    assert fault["found"] in told.err
    kept = [str(folder.parent) for folder in away.rglob("plan.json")]
    assert len(kept) == elsewhere
    assert fault["found"].endswith(f"'; the plan is in '{kept[0]}'" if elsewhere else "plans'")
    assert [read(Path(folder)).status for folder in kept] == ["feasible"] * elsewhere
