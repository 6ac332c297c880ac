"""The city handed to mpi-sppy: what it answers against the one-machine answer, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyomo.environ import SolverFactory, value

import allocopt
from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from allocopt.city import City
from allocopt.cli.scenarios import command
from allocopt.drawing.supply import draw
from allocopt.faults import InputError
from allocopt.importers.made import write
from allocopt.scenarios import scenarios_of
from allocopt_models.city import city_model
from allocopt_models.stages import with_one_scenario, without_recourse

with_mpi_sppy = pytest.mark.skipif(find_spec("mpisppy") is None, reason="mpi-sppy is not installed: allocopt[mpi]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("drawn") / "city"
    write(draw(depots=4, communities=12, commodities=2, scenarios=3, suppliers=2, seed=1), place)
    return place


@pytest.fixture(scope="module")
def town(folder: Path) -> City:
    return allocopt.load(folder)


@pytest.fixture(scope="module")
def best(town: City) -> float:
    plan = allocopt.solve(town, gap=0.0, threads=1)
    assert plan.status == "optimal"
    return plan.objective


def handed(folder: Path, *options: str) -> tuple[int, Mapping[str, Any]]:
    result = CliRunner().invoke(command, [str(folder), "--json", *options], standalone_mode=False)
    return int(result.return_value), json.loads(result.stdout)


def test_scenarios_share_their_first_stage_and_add_up_to_the_city(town: City, best: float) -> None:
    """With the city's best first stage held, the scenarios' own optima weigh up to its objective."""
    data = arrange(town, Regime.named("linked", town), "loss").data
    whole = city_model(data)
    SolverFactory("appsi_highs").solve(whole.model)
    assert value(whole.model.aim) == pytest.approx(best, rel=1e-6)
    total = 0.0
    parts = {w: with_one_scenario(data, w) for w in data.probability}
    for w, part in {**parts, "": without_recourse(data)}.items():
        model = city_model(part).model
        for mine, theirs in ((model.supply.opened, "opened"), (model.supply.bought, "bought")):
            held = getattr(whole.model.supply, theirs)
            assert list(mine) == list(held)
            for key in mine:
                mine[key].fix(value(held[key]))
        SolverFactory("appsi_highs").solve(model)
        total += data.probability.get(w, 1.0 - sum(data.probability.values())) * value(model.aim)
    assert total == pytest.approx(best, rel=1e-6)


def test_what_ties_scenarios_is_refused_all_at_once(folder: Path) -> None:
    tied = allocopt.load(folder, changes=["budgets.total.scenario=expected"])
    with pytest.raises(InputError) as error:
        scenarios_of(tied, objective="cvar")
    assert [(fault.file, fault.field) for fault in error.value.faults] == [
        ("--objective", ""),
        ("budgets.csv", "total.scenario"),
    ]


def test_other_programmes_are_refused() -> None:
    luzhi = allocopt.load(Path(__file__).parents[1] / "instances" / "luzhi")
    with pytest.raises(InputError) as error:
        scenarios_of(luzhi)
    assert {"kinds.csv", "measures.csv", "units.csv"} <= {fault.file for fault in error.value.faults}


@pytest.mark.skipif(find_spec("mpisppy") is not None, reason="mpi-sppy is installed")
def test_without_mpi_sppy_it_says_what_to_install(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = handed(folder)
    assert code == 2
    assert "allocopt[mpi]" in answer["faults"][0]["expected"]


@with_mpi_sppy
@pytest.mark.parametrize("solver", ["highs", "appsi_highs"])
def test_the_extensive_form_has_the_same_optimum(folder: Path, best: float, solver: str) -> None:
    code, answer = handed(folder, "--solver", solver)
    assert code == 0
    assert answer["objective"] == pytest.approx(best, rel=1e-5)


@with_mpi_sppy
def test_progressive_hedging_brackets_the_optimum(folder: Path, best: float) -> None:
    code, answer = handed(folder, "--method", "ph", "--iterations", "10")
    assert code == 0
    assert answer["bound"] <= best * (1 + 1e-6)
    assert best * (1 - 1e-6) <= answer["objective"] <= 1.2 * best


@with_mpi_sppy
@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="there is no mpiexec")
def test_two_ranks_tell_one_answer(folder: Path, best: float) -> None:
    words = ["mpiexec", "-n", "2", "--oversubscribe", sys.executable, "-m", "allocopt.cli", "scenarios", str(folder)]
    allowed = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    run = subprocess.run(
        [*words, "--method", "ph", "--iterations", "5", "--json"], capture_output=True, text=True, env=allowed
    )
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["ranks"] == 2
    assert answer["bound"] <= best * (1 + 1e-6)
    assert answer["objective"] >= best * (1 - 1e-6)
