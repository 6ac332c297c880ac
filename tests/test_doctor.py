"""The doctor finds this machine's solver sound, and notices one that is not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from allocopt.cli import run as command
from allocopt.doctor import Trial, cities, machine, run
from allocopt.doctor.problems import FAMILIES, draw, enumerated, programme
from allocopt.solver import LiveModel, Result, SolverError, Status

Solve = Callable[..., Result]


@pytest.fixture
def no_cities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small problems only: a broken solver may take for ever over a city."""
    monkeypatch.setattr(cities, "plans", lambda number: iter(()))


def failed(problems: int = 28) -> dict[str, Trial]:
    return {trial.name: trial for trial in run(problems) if not trial.ok}


def breaking(monkeypatch: pytest.MonkeyPatch, change: Callable[[Result], Result], **forced: Any) -> None:
    """Let the adapter change its answers, or solve with other options than it is asked for."""
    solve: Solve = LiveModel.solve
    monkeypatch.setattr(LiveModel, "solve", lambda self, **how: change(solve(self, **{**how, **forced})))


# A sound solver


def test_this_machines_solver_is_sound() -> None:
    start = time.monotonic()
    trials = list(run(60))
    assert [trial for trial in trials if not trial.ok] == []
    assert all(trial.detail for trial in trials)
    assert len({trial.name for trial in trials}) == len(trials) > 15
    assert time.monotonic() - start < 60


def test_the_command_tells_trial_by_trial(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], no_cities: None
) -> None:
    assert command(["doctor", "--problems", "7"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "The solver can be trusted."
    assert all(line.startswith("ok   ") for line in told[:-1])
    breaking(monkeypatch, lambda found: replace(found, objective=found.objective + 1.0))
    assert command(["doctor", "--problems", "7", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert {frozenset(trial) for trial in answer["trials"]} == {frozenset(("name", "ok", "detail"))}


# Broken solvers


@pytest.mark.usefixtures("no_cities")
class TestBroken:
    def test_objective(self, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, lambda found: replace(found, objective=found.objective * 1.0001 + 0.001))
        found = failed()
        assert {f"{name} against enumeration" for name in FAMILIES if name != "problems without a solution"} <= set(
            found
        )
        assert "the optimum is" in found["knapsacks against enumeration"].detail

    def test_called_infeasible(self, monkeypatch: pytest.MonkeyPatch) -> None:
        never = Result(Status.INFEASIBLE, None, np.inf, np.inf)
        breaking(monkeypatch, lambda found: never if found.objective < -20 else found)
        assert "called infeasible" in failed()["knapsacks against enumeration"].detail

    def test_called_feasible(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def always(found: Result) -> Result:
            return found if found.x is not None else Result(Status.OPTIMAL, np.zeros(1), 0.0, 0.0)

        breaking(monkeypatch, always)
        assert "called optimal" in failed()["problems without a solution against enumeration"].detail

    def test_solution(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def moved(found: Result) -> Result:
            return found if found.x is None else replace(found, x=found.x + 0.25)

        breaking(monkeypatch, moved)
        assert "parts what is whole" in failed()["coverings against enumeration"].detail

    def test_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, lambda found: replace(found, bound=found.bound + 0.5))
        assert {"knapsacks against enumeration", "bounds at a wide gap"} <= set(failed())

    def test_gap_that_is_not_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, lambda found: replace(found, bound=found.bound - 100.0))
        assert set(failed()) == {"bounds at a wide gap"}

    def test_early_stop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, lambda found: found, absolute_gap=50.0)
        assert "knapsacks against enumeration" in failed(70)

    def test_multipliers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, lambda found: replace(found, duals=None))
        assert set(failed()) == {"bounds proved without the solver"}

    def test_no_second_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, lambda found: found, second_look=False)
        assert "satisfies it" in failed()["feasible problems that are hard to see as such"].detail

    def test_noise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = np.random.default_rng(0)
        breaking(monkeypatch, lambda found: replace(found, objective=found.objective * (1 + 1e-12 * rng.random())))
        assert set(failed()) == {"the same input, the same answer"}

    def test_forgotten_changes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(LiveModel, "set_bounds", lambda self, column, lower, upper: None)
        monkeypatch.setattr(LiveModel, "add_rows", lambda self, rows: None)
        monkeypatch.setattr(LiveModel, "set_costs", lambda self, cost, offset: self.arrays.__setattr__("cost", cost))
        found = failed()
        assert "problems changed and solved again" in found
        assert "accepted in a bound" in found["numbers that are none are refused"].detail

    def test_an_exception_is_a_complaint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(self: LiveModel, **_: Any) -> Result:
            raise SolverError("HiGHS stopped with 'Memory limit'")

        monkeypatch.setattr(LiveModel, "solve", refuse)
        assert failed()["knapsacks against enumeration"].detail == "SolverError: HiGHS stopped with 'Memory limit'"

    def test_an_old_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "version", lambda name: "1.14.0" if name == "highspy" else "6.11")
        assert failed(7)["versions"].detail == "highspy 1.14.0 is older than 1.15.1"

    def test_a_version_that_is_too_new(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "version", lambda name: "1.16.0" if name == "highspy" else "6.11")
        assert failed(7)["versions"].detail == "highspy 1.16.0 is not older than 1.16"

    def test_a_search_that_ends_at_its_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As a version of HiGHS does: it calls the bound it has come to the optimum."""
        solve: Solve = LiveModel.solve

        def hurried(self: LiveModel, **how: Any) -> Result:
            found = solve(self, **how)
            return found if how.get("start") is None else replace(found, objective=found.objective - 1.0)

        monkeypatch.setattr(LiveModel, "solve", hurried)
        assert set(failed(7)) == {"problems begun from a solution"}

    def test_a_time_limit_that_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "LATE_SECONDS", 0.2)
        assert "were allowed" in failed(7)["time limits follow a clock that nobody sets"].detail


def test_a_plan_that_breaks_a_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = cities._solved

    def wrong(*arguments: Any) -> Any:
        plan = solved(*arguments)
        sites = plan.table("sites").assign(loss_cny=0.0)
        return replace(plan, tables={**plan.tables, "sites": sites})

    monkeypatch.setattr(cities, "_solved", wrong)
    assert any("sites.csv" in complaint for complaint in cities.plans(1))


# The problems themselves


def test_problems_are_the_same_everywhere() -> None:
    for family in FAMILIES:
        for one, other in zip(draw(family, 3), draw(family, 5), strict=False):
            assert one.optimum == other.optimum
            assert one.arrays.cost.tobytes() == other.arrays.cost.tobytes()


def test_enumeration_by_hand() -> None:
    knapsack = programme([-3, -4], [[2, 3]], (-np.inf, 6), (0, 2))
    assert enumerated(knapsack) == -8.0  # two of the second weigh 6 and are worth 8, one of each is worth 7
