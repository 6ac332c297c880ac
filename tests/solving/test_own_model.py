"""A modeller's own rows, variables and objective on top of the built-in model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import ConcreteModel, Constraint, Objective, Reals, Var, maximize, value

import allocopt
from allocopt.cli import run as command
from allocopt.instance.new import create
from allocopt.plan import write
from allocopt.summary.render import render
from cities import city as made

GAP = 0.005
pytestmark = pytest.mark.filterwarnings("ignore:not checked:UserWarning")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> allocopt.City:
    folder = tmp_path_factory.mktemp("own") / "town"
    create(folder)
    return allocopt.load(folder)


@pytest.fixture
def model(city: allocopt.City) -> Any:
    return allocopt.build(city)


@pytest.fixture(scope="module")
def plain(city: allocopt.City) -> allocopt.Plan:
    return allocopt.solve(city, gap=GAP, threads=1)


def solved(city: allocopt.City, model: Any, **more: Any) -> allocopt.Plan:
    return allocopt.solve(city, model=model, **{"gap": GAP, "threads": 1, **more})


def measures(model: Any) -> Iterator[Any]:
    return (model.prevention.start[key] for key in model.prevention.STARTS)


def test_a_model_that_nobody_changed_gives_the_plan_of_the_city(
    city: allocopt.City, model: Any, plain: allocopt.Plan
) -> None:
    plan = solved(city, model)
    assert plan.status == "optimal" and "own_model" not in plan.manifest
    assert plan.objective == pytest.approx(plain.objective, rel=GAP)
    assert plan.bound is not None and plain.objective is not None and plan.bound <= plain.objective + 1e-6
    assert allocopt.check(plan) == []


def test_a_row_holds_and_is_told(
    city: allocopt.City, model: Any, plain: allocopt.Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(plain.table("measures")) > 0
    model.no_measures = Constraint(expr=sum(measures(model)) <= 0, doc="none this year")
    plan = solved(city, model)
    assert plan.table("measures").empty
    assert plan.manifest["own_model"]["rows"] == ["no_measures"] and plan.manifest["command"] is None
    assert plan.objective is not None and plan.bound is not None and plain.bound is not None
    assert plan.bound <= plan.objective and plan.objective >= plain.bound - 1e-6
    assert "the caller's own rows no_measures" in render(plan)
    assert "no_measures" in repr(plan) and "no_measures" in plan._repr_html_()
    with pytest.warns(UserWarning, match="not checked, being the caller's own: no_measures"):
        assert allocopt.check(plan) == []
    written = write(plan, tmp_path / "plan")
    with pytest.raises(allocopt.InputError, match="its caller's own rows"):
        allocopt.explain.why_not(written, sites=["school"])
    assert command(["check", str(tmp_path / "plan"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_checked"] == ["no_measures"]


def test_rows_on_losses_hold_by_the_true_loss(city: allocopt.City, model: Any, plain: allocopt.Plan) -> None:
    """The model's own losses are lines below the true ones; the row must hold for the true ones."""
    share, alike = model.risk.left, model.risk.alike
    before = plain.table("sites").set_index(["site", "hazard", "period", "shift"])["loss_before_cny"]
    thefts = [cell for cell in alike if cell.hazard == "theft"]

    def stolen(plan: allocopt.Plan) -> float:
        cells = plan.table("sites").set_index(["site", "hazard", "period", "shift"])["loss_cny"]
        return float(sum(cells[cell] for cell in thefts))

    most = 0.97 * stolen(plain)
    model.less_is_stolen = Constraint(expr=sum(before[cell] * share[alike[cell]] for cell in thefts) <= most)
    plan = solved(city, model)
    assert plan.status == "optimal"
    assert stolen(plan) <= most * (1 + 2e-6)
    assert allocopt.check(plan) == []


def test_an_objective_and_a_variable_of_ones_own(city: allocopt.City, model: Any, plain: allocopt.Plan) -> None:
    """The largest loss of any cell is to be as small as can be: its variable follows the true losses."""
    before = plain.table("sites").set_index(["site", "hazard", "period", "shift"])["loss_before_cny"]
    loss = {cell: float(before[cell]) for cell in model.risk.alike}
    model.largest = Var(doc="largest loss of a cell in CNY")
    model.largest_is_no_less = Constraint(
        list(model.risk.alike), rule=lambda m, *cell: m.largest >= loss[cell] * m.risk.left[m.risk.alike[cell]]
    )
    model.aim.deactivate()
    model.own_aim = Objective(expr=model.largest, doc="largest loss of any cell")
    plan = solved(city, model, gap=0.02)
    assert plan.status == "optimal" and plan.objective is not None
    acted = plan.table("sites").set_index(["site", "hazard", "period", "shift"])["loss_cny"]
    assert plan.objective == pytest.approx(max(acted[cell] for cell in loss), rel=1e-6)
    assert value(model.largest) == pytest.approx(plan.objective, rel=1e-6)
    told = plan.manifest["own_model"]
    assert (told["variables"], told["objective"]) == (["largest"], "largest loss of any cell")
    assert plan.gap_avoided is None and "largest loss of any cell" in render(plan)
    assert allocopt.check(plan) == []
    with pytest.raises(allocopt.InputError, match="gap_avoided"):
        solved(city, model, gap_avoided=0.01)


def test_a_decision_that_is_fixed_or_narrowed_stays_so(city: allocopt.City, model: Any) -> None:
    first, second, *_ = measures(model)
    first.fix(1)
    second.setub(0)
    plan = solved(city, model)
    assert first.fixed and value(first) == 1 and value(second) == 0
    assert plan.manifest["own_model"]["limits"] == ["prevention.start"]
    rows = plan.table("measures")[["measure", "site", "period", "via"]].itertuples(index=False, name=None)
    assert first.index() in set(rows)
    assert allocopt.check(plan) == []


def test_rows_that_cannot_be_kept_leave_no_plan(city: allocopt.City, model: Any) -> None:
    model.too_many = Constraint(expr=sum(measures(model)) >= 10_000)
    plan = solved(city, model)
    assert plan.status == "infeasible" and not plan.tables
    assert "too_many" in render(plan)


def test_a_regime_and_an_objective_come_with_the_model(city: allocopt.City) -> None:
    model = allocopt.build(city, regime="joint", objective="loss_and_spending")
    model.few = Constraint(expr=sum(measures(model)) <= 1)
    plan = solved(city, model)
    assert plan.manifest["options"]["regime"] == "joint"
    assert plan.manifest["options"]["objective"] == "loss_and_spending"
    assert len(plan.table("measures")) <= 1
    assert allocopt.check(plan) == []


def _switch_off(model: Any) -> None:
    model.money.within_budget.deactivate()


def _take_out(model: Any) -> None:
    model.inspection.del_component(
        "visits_within_hours" if hasattr(model.inspection, "visits_within_hours") else "visits"
    )


def _widen(model: Any) -> None:
    next(iter(model.money.extra.values())).setub(1e9)


def _let_be_broken(model: Any) -> None:
    next(measures(model)).domain = Reals


def _maximise(model: Any) -> None:
    model.aim.sense = maximize


def _two_aims(model: Any) -> None:
    model.second = Objective(expr=model.aim.expr)


def _square(model: Any) -> None:
    x = next(measures(model))
    y = model.risk.effort[next(iter(model.risk.CELLS))]
    model.square = Constraint(expr=y * y + x <= 1)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_switch_off, "switched off"),
        (_take_out, "taken out"),
        (_widen, "widened"),
        (_let_be_broken, "widened"),
        (_maximise, "maximised"),
        (_two_aims, "2 active objectives"),
        (_square, "linear rows"),
    ],
)
def test_what_is_no_addition_is_refused(city: allocopt.City, model: Any, spoil: Any, words: str) -> None:
    spoil(model)
    with pytest.raises(allocopt.InputError, match=words):
        solved(city, model)


def test_another_model_or_another_city_is_refused(city: allocopt.City, model: Any) -> None:
    with pytest.raises(allocopt.InputError, match="another make"):
        solved(city, ConcreteModel())
    with pytest.raises(allocopt.InputError, match="another city"):
        solved(allocopt.load(city.folder, scenario="lean"), model)


def test_a_copy_of_the_model_is_as_good(city: allocopt.City, model: Any) -> None:
    copy = model.clone()
    copy.none_at_all = Constraint(expr=sum(measures(copy)) <= 0)
    assert solved(city, copy).table("measures").empty
    assert "own_model" not in solved(city, model).manifest


def test_a_row_that_asks_for_a_loss_finds_no_plan(city: allocopt.City, model: Any) -> None:
    """The model may say that more is lost than is; a plan may not."""
    cell = next(iter(model.risk.CELLS))
    model.much_is_lost = Constraint(expr=model.risk.left[cell] >= 0.999)
    model.much_is_done = Constraint(expr=model.risk.effort[cell] >= 0.01)
    plan = solved(city, model)
    assert plan.status == "no_plan" and not plan.tables
    assert "much_is_lost" in render(plan)


def _covering(folder: Path) -> allocopt.City:
    """Two of five posts; a person each at 0 to 4 km, a post within a minute of those beside it."""
    posts = [{"id": f"p{i}", "x": 1000 * i, "units": 1} for i in range(5)]
    return made(
        folder,
        {
            "sites": [{"id": f"s{i}", "x": 1000 * i} for i in range(5)],
            "bodies": [{"id": "police"}],
            "hazards": [{"id": "theft", "lead": "police"}],
            "risks": [{"site": f"s{i}", "hazard": "theft", "loss_cny": 1} for i in range(5)],
            "effects": [{"by": "class", "id": "car", "hazard": "theft", "share": 1}],
            "classes": [{"id": "car"}],
            "units": [{"id": "cars", "body": "police", "response": "car", "count": 2}],
            "posts": posts,
        },
    )


@pytest.mark.parametrize(
    "forced", [{}, {"p0": 1}, {"p0": 1, "p3": 0}, {"p1": 0, "p4": 0}, {"p0": 1, "p4": 1}, {"p1": 0, "p2": 0}]
)
def test_methods_for_known_problems_and_reductions_step_aside(tmp_path: Path, forced: dict[str, int]) -> None:
    """Maximal covering has a method of its own, and p0 and p4 are dominated by their neighbours; with rows that force
    or forbid posts, the optimum is that of enumeration."""
    town = _covering(tmp_path / "city")
    model = allocopt.build(town)
    units = model.patrol.units

    @model.Constraint(sorted(forced))
    def as_told(_: Any, post: str) -> Any:
        return sum(units[key] for key in units if key[1] == post) == forced[post]

    reached = [
        len({s for p in chosen for s in range(5) if abs(s - p) <= 1})
        for chosen in combinations(range(5), 2)
        if all((int(post[1]) in chosen) == bool(n) for post, n in forced.items())
    ]
    plan = solved(town, model, gap=0.0)
    assert plan.status == "optimal" and plan.objective == pytest.approx(5 - max(reached))
    assert allocopt.check(plan) == []
