"""Everybody's answer to every problem, in a tiny size."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import allocopt
from allocopt.clock import Clock
from benchmarks.tiny import BUILT, SOLVED, ran
from sidebyside.answers import Answer, disagreements
from sidebyside.cases import CASES
from sidebyside.cases.classical import MAXIMAL_COVERING, P_MEDIAN
from sidebyside.limits import Limits
from sidebyside.rivals.bare import run
from sidebyside.rivals.building import compiled_rows
from sidebyside.rows import loaded


@pytest.mark.parametrize("name", SOLVED)
def test_all_answers_agree(name: str, tmp_path: Path) -> None:
    case = SOLVED[name]
    answers = {}
    for rival in case.rivals:
        if rival == "spopt" and find_spec("spopt") is None:
            continue
        answer, clock = ran(case, rival, tmp_path)
        assert answer is not None and answer.done
        assert clock.seconds.keys() <= set(case.steps)
        assert clock.seconds.keys() >= {"load", "reduce", "build", "solve", "write"}
        assert (tmp_path / rival / "values.csv").stat().st_size
        answers[rival] = answer
    regime = case.options[1] if case.options else "linked"
    plan = allocopt.solve(allocopt.load(tmp_path / "city"), regime=regime, gap=case.gap, threads=1)
    assert plan.bound is not None and plan.objective is not None
    answers["allocopt"] = Answer(plan.objective, plan.bound, plan.status == "optimal")
    assert answers["allocopt"].done
    assert disagreements(answers, case.gap) == {}
    assert abs(plan.objective) > 1.0


@pytest.mark.parametrize("name", BUILT)
def test_every_way_of_building_is_clocked(name: str, tmp_path: Path) -> None:
    case = BUILT[name]
    for way in case.runners:
        answer, clock = ran(case, way, tmp_path)
        assert answer is None
        assert {"load", "formulate", "pass"} <= clock.seconds.keys() <= set(case.steps)
        assert min(clock.seconds.values()) > 0.0


def test_the_floor_of_a_city_is_its_own_model(tmp_path: Path) -> None:
    from allocopt.solver import LiveModel, compile_model

    BUILT["build-town"].make(tmp_path, tmp_path / "city")
    model = allocopt.build(allocopt.load(tmp_path / "city"))
    relaxed = LiveModel(compile_model(model), threads=1).solve(relaxed=True)
    highs = loaded(compiled_rows(tmp_path / "city")())
    highs.setOptionValue("solve_relaxation", True)
    highs.run()
    assert highs.getInfo().objective_function_value == pytest.approx(relaxed.objective)


@pytest.mark.parametrize(("name", "problem"), [("covering", MAXIMAL_COVERING), ("median", P_MEDIAN)])
def test_reductions_leave_the_optimum(name: str, problem: type, tmp_path: Path) -> None:
    SOLVED[name].make(tmp_path, tmp_path / "city")
    whole = problem.data(problem.read(tmp_path / "city"))
    small = problem.reduced(whole)
    rows, fewer = problem.rows(whole), problem.rows(small)
    assert len(fewer.cost) < len(rows.cost)
    limits = Limits(0.0, 60.0)
    assert run(loaded(rows), limits).objective == pytest.approx(run(loaded(fewer), limits).objective)


def test_points_out_of_reach_stay_uncovered(tmp_path: Path) -> None:
    SOLVED["covering"].make(tmp_path, tmp_path / "city")
    whole = MAXIMAL_COVERING.data(MAXIMAL_COVERING.read(tmp_path / "city"))
    blind = replace(whole, covers=np.zeros_like(whole.covers))
    assert MAXIMAL_COVERING.reduced(blind).never == whole.people.sum()


def test_contradictions_are_told() -> None:
    answers = {
        "right": Answer(100.0, 99.5, done=True),
        "worse": Answer(102.0, 98.0, done=True),
        "stopped": Answer(150.0, 50.0, done=False),
        "wrong": Answer(101.0, 100.5, done=True),
    }
    found = disagreements(answers, gap=0.01)
    assert found.keys() == {"worse", "wrong"}
    assert "worse than that of right" in found["worse"]
    assert "above the plan of right" in found["wrong"]
    assert disagreements({"a": Answer(0.0, 0.0, True), "b": Answer(5e-7, 0.0, True)}, 0.0) == {}


def test_cases_are_known_by_their_names() -> None:
    assert all(name == case.name for name, case in CASES.items())
    assert {"luzhi", "hangzhou", "shanghai-street", "zhejiang", "zhengzhou", "mclp-10000", "pmed16"} <= CASES.keys()
    assert Clock().told() == {"seconds": {}, "peak_mb": {}}
