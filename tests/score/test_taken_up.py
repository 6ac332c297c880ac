"""A plan's tables put back into the model are the very plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.plan.frames import frame
from allocopt.solving.completing import complete, objective_of, settled
from allocopt.solving.decisions import COMPONENTS, RECOURSE_TABLES
from allocopt.solving.options import objective_of as aim_of
from allocopt.solving.run import solve
from allocopt.solving.search import Search, Targets
from allocopt.solving.taken_up import TakenUp, take_up
from allocopt.tell.tables import plan_tables
from allocopt_models.city import city_model
from cities import GAP, city
from drawn.strategies import Drawn, inspected, mixed, patrolled, prevented
from drawn.test_goods import stocked
from solving.towns import INSPECTION, PATROL, PREVENTION, SUPPLY, Tables, with_tables

INSTANCES = Path(__file__).parents[2] / "instances"
FEW = settings(
    max_examples=6,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TO_THE_END = Targets(0.0, None, 0.0, None)


def searching(town: City, regime: str = "linked") -> tuple[Search, Arranged]:
    arranged = arrange(town, Regime.named(regime, town), aim_of(town), every_action=True)
    return Search(city_model(arranged.data), threads=1), arranged


def again(town: City, plan: Plan, regime: str = "linked") -> tuple[Search, Arranged, TakenUp]:
    """A new model of the city, and the plan's tables taken up in it."""
    search, arranged = searching(town, regime)
    taken = take_up(search.arrays, arranged, plan.tables)
    assert taken.strays == ()
    return search, arranged, taken


def is_the_very_plan(town: City, plan: Plan, regime: str = "linked") -> None:
    search, arranged, taken = again(town, plan, regime)
    x = settled(search, taken.values)
    assert objective_of(search, x) == pytest.approx(plan.objective, rel=1e-6, abs=1e-6)
    assert search.arrays.allows(x)
    told = plan_tables(search.city, arranged)
    for table in COMPONENTS:
        assert_alike(told[table], plan.tables[table])


def assert_alike(one: Any, other: Any) -> None:
    assert len(one) == len(other)
    for column in one.columns:
        if one[column].dtype.kind == "f":
            assert one[column].tolist() == pytest.approx(other[column].tolist(), rel=1e-9, abs=1e-9, nan_ok=True)
        else:
            assert one[column].tolist() == other[column].tolist()


@pytest.mark.parametrize("tables", [INSPECTION, PATROL, SUPPLY, PREVENTION], ids="ipsv")
def test_small_towns(tmp_path: Path, tables: Tables) -> None:
    town = city(tmp_path / "town", tables)
    is_the_very_plan(town, solve(town, gap=GAP, threads=1))


@pytest.mark.parametrize("strategy", [inspected, prevented, patrolled, mixed, stocked], ids=lambda s: s.__name__)
@pytest.mark.parametrize("regime", ["linked", "joint"])
def test_drawn_towns(strategy: Callable[[], object], regime: str) -> None:
    @FEW
    @given(strategy())  # type: ignore[arg-type]
    def test(drawn: Drawn) -> None:
        tables, wanted = drawn
        with TemporaryDirectory() as place:
            town = city(Path(place) / "town", tables, **wanted)
            plan = solve(town, gap=GAP, threads=1, regime=regime)
            if plan.tables:
                is_the_very_plan(town, plan, regime)
                completed_as_well(town, plan, regime)

    test()


def completed_as_well(town: City, plan: Plan, regime: str) -> None:
    """With any table left out, or all but the first stage, the best completion is the best plan."""
    search, _, taken = again(town, plan, regime)
    for left_out in ({"visits", "referrals"}, {"patrols", "crews", "presence"}, {"measures"}, set(RECOURSE_TABLES)):
        part = taken.without(*left_out, arrays=search.arrays)
        found = complete(search, part.values, TO_THE_END)
        assert found.objective == pytest.approx(plan.objective, rel=1e-5, abs=1e-5), left_out
        assert found.bound <= found.objective + 1e-6 * max(1.0, abs(found.objective))


def test_a_large_town() -> None:
    town = load(INSTANCES / "luzhi")
    plan = solve(town, gap=0.02, threads=1)
    is_the_very_plan(town, plan)


def test_an_action_that_the_regime_does_not_allow_is_reported(tmp_path: Path) -> None:
    town = city(tmp_path / "town", INSPECTION)
    search, arranged = searching(town)
    row = {"kind": "check", "site": "s0", "period": "t1", "role": "lead", "pool": "men", "via": ""}
    figures: Mapping[str, float] = {"hours": 1.0, "labour_cny": 10.0, "materials_cny": 0.0}
    rows = [{**row, **figures, "visits": 2}, {**row, **figures, "site": "s1", "via": "nobody", "visits": 1}]
    taken = take_up(search.arrays, arranged, {"visits": frame("visits", rows)})
    assert [(stray.table, stray.cells["via"]) for stray in taken.strays] == [("visits", "nobody")]
    visits = {search.arrays.variables[j].name: v for j, v in taken.values.items() if v}
    assert visits == {"inspection.visits[check,s0,t1]": 2.0, "inspection.fill[check,s0,t1,lead,men,]": 2.0}


def test_what_is_given_is_held_and_the_rest_is_the_best(tmp_path: Path) -> None:
    """An alarm at the site that has less to lose; visits are open, and go where the alarm is not."""
    tables = with_tables(
        INSPECTION,
        measures=[{"id": "alarm", "body": "fire", "cost_cny": 100}],
        effects=[*INSPECTION["effects"], {"by": "measure", "id": "alarm", "hazard": "blaze", "share": 0.5}],
    )
    town = city(tmp_path / "town", tables)
    search, arranged = searching(town)
    alarm = {"measure": "alarm", "site": "s1", "period": "t1", "via": "", "cost_cny": 100.0, "horizon_share": 1.0}
    taken = take_up(search.arrays, arranged, {"measures": frame("measures", [alarm])})
    found = complete(search, taken.values, TO_THE_END)
    assert found.objective == pytest.approx(1000 * 0.5**3 + 600 * 0.5, abs=1e-6)
    assert found.bound == pytest.approx(found.objective, abs=1e-4)


def test_what_cannot_be_completed_is_infeasible(tmp_path: Path) -> None:
    tables = with_tables(INSPECTION, budgets=[{"id": "all", "amount_cny": 5}])
    town = city(tmp_path / "town", tables)
    search, arranged = searching(town)
    row = {"kind": "check", "site": "s0", "period": "t1", "role": "lead", "pool": "men", "via": "", "visits": 1}
    row |= {"hours": 1.0, "labour_cny": 10.0, "materials_cny": 0.0}
    taken = take_up(search.arrays, arranged, {"visits": frame("visits", [row])})
    assert complete(search, taken.values, TO_THE_END).infeasible
    assert not search.arrays.allows(settled(search, taken.values))
