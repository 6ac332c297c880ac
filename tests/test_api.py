"""What `import allocopt` offers, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import allocopt
from allocopt.instance.new import create

IMPORTED = """
import sys
import allocopt
assert not {"pandas", "pyomo", "highspy", "numpy", "pydantic", "click"} & set(sys.modules), sorted(sys.modules)
"""
NAMES_STAY_FUNCTIONS = """
import allocopt
first = allocopt.solve
import allocopt.solving.search
import allocopt.checker.registry
from allocopt.solving.run import solve
from allocopt import check
assert allocopt.solve is first is solve and callable(solve), allocopt.solve
assert allocopt.check is check and callable(check)
"""
PARTS_FIRST = """
import allocopt.solving.search
from allocopt.solving.run import build, solve
import allocopt
assert allocopt.solve is solve and allocopt.build is build
"""
NO_SOLVERS_OF_PYOMO = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
import allocopt
from allocopt.instance.new import create
with TemporaryDirectory() as folder:
    create(Path(folder, "city"))
    city = allocopt.load(Path(folder, "city"))
    plan = allocopt.solve(city, gap=0.05, threads=1)
    heavy = {"pyomo.environ", "pyomo.solvers", "rich", "pandas", "scipy.stats", "numpy.f2py"}
    assert not heavy & set(sys.modules), sorted(heavy & set(sys.modules))
    assert plan.table("sites")["loss_cny"].sum() > 0
    allocopt.build(city).write(str(Path(folder, "city.lp")))
    assert Path(folder, "city.lp").stat().st_size > 0
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> allocopt.City:
    folder = tmp_path_factory.mktemp("api") / "city"
    create(folder)
    return allocopt.load(folder)


@pytest.fixture(scope="module")
def plan(city: allocopt.City) -> allocopt.Plan:
    return allocopt.solve(city, gap=0.05, threads=1)


@pytest.mark.parametrize("lines", [IMPORTED, NAMES_STAY_FUNCTIONS, PARTS_FIRST, NO_SOLVERS_OF_PYOMO])
def test_in_a_fresh_python(lines: str) -> None:
    subprocess.run([sys.executable, "-c", lines], check=True, timeout=60)


def test_every_name_is_there_and_told() -> None:
    for name in allocopt.__all__:
        assert getattr(allocopt, name) is getattr(allocopt, name)
        assert name in dir(allocopt)
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        allocopt.slove  # noqa: B018
    assert allocopt.__version__.count(".") == 2


def test_a_plan_in_memory_and_in_a_folder_is_checked(plan: allocopt.Plan, tmp_path: Path) -> None:
    from allocopt.plan import read, write

    assert allocopt.check(plan) == []
    write(plan, tmp_path / "plan")
    assert allocopt.check(tmp_path / "plan") == []
    assert allocopt.check(str(tmp_path / "plan")) == []
    assert allocopt.check(read(tmp_path / "plan")) == []


def test_a_plan_that_was_changed_in_memory_is_noticed(plan: allocopt.Plan) -> None:
    sites = plan.table("sites")
    sites = sites.assign(loss_cny=sites["loss_cny"] + 1000.0)
    wrong = replace(plan, tables={**plan.tables, "sites": sites})
    assert {violation.file for violation in allocopt.check(wrong)} >= {"sites.csv"}


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(allocopt.InputError):
        allocopt.check(tmp_path)
    with pytest.raises(ValueError, match="infeasible"):
        allocopt.check(allocopt.Plan({"status": "infeasible"}, {}))


def test_build_gives_the_model_that_solve_solves(city: allocopt.City, plan: allocopt.Plan) -> None:
    from allocopt.solver import LiveModel, Status, compile_model

    model = allocopt.build(city, regime="linked")
    assert type(model).__name__ == "ConcreteModel"
    relaxed = LiveModel(compile_model(model), threads=1).solve(relaxed=True)
    assert relaxed.status is Status.OPTIMAL
    assert plan.objective is not None and relaxed.objective <= plan.objective * (1 + 1e-9)
    spending = compile_model(allocopt.build(city, objective="spending"))
    assert LiveModel(spending, threads=1).solve(relaxed=True).objective < relaxed.objective
    with pytest.raises(allocopt.InputError):
        allocopt.build(city, regime="alone")
