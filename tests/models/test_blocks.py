"""The building blocks as LP files that a person has looked at, and the sentence that every component has.

After a change to a block run `ALLOCOPT_RENEW_LP=1 pytest tests/models/test_blocks.py`, read the difference in
`tests/models/lp`, and commit it with the change.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import Block, ConcreteModel, Constraint, Expression, Objective, Set, Var

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from allocopt.instance.load import load
from allocopt_models.beats import Beats, add_beats
from allocopt_models.budgets import Line, add_budgets
from allocopt_models.city import city_model
from allocopt_models.inspection import Filling, FillingData, Inspection, Visit, add_inspection
from allocopt_models.mechanisms import Mechanisms, add_mechanisms
from allocopt_models.needs import Need, NeedData, add_needs
from allocopt_models.objectives import Area, add_cvar, add_worst_area
from allocopt_models.patrol import Commitment, Station, StationData, Stationed, Stationing, add_stationing
from allocopt_models.people import add_people
from allocopt_models.presence import Presence, Present, add_presence
from allocopt_models.prevention import Prevention, Start, StartData, add_prevention
from allocopt_models.response import Answer, Cover, Response, add_response
from allocopt_models.risk import add_residual_risk
from allocopt_models.standards import (
    Handles,
    LossLeft,
    MeasuresAdopted,
    MoneySpent,
    NeedFilled,
    PlacesOpen,
    Requirement,
    Scope,
    ShareCovered,
    VisitsMade,
    add_standards,
)
from allocopt_models.stock_keeping import Held, add_stock_keeping
from allocopt_models.supply import CommodityData, DepotData, Sending, SendingData, Stock, StockData, Supply, add_supply
from allocopt_models.terms import Booking, Cell, Contribution, Cost, EffortTerm, Price, Returns
from allocopt_models.unit_crews import Drawn, DrawnData, UnitCrews, add_unit_crews

LP = Path(__file__).parent / "lp"
RENEW = os.environ.get("ALLOCOPT_RENEW_LP") == "1"
TEMPLATE = Path(__file__).parents[2] / "src" / "allocopt" / "template"
BOOKING = Booking("fire", "town", "inspection", "labour", "t1")
Toy = Callable[[ConcreteModel], Any]


def _variables(m: ConcreteModel, *names: str, **bounds: Any) -> dict[str, Any]:
    m.x = Var(names, bounds=bounds.get("bounds", (0, 1)), doc="what is given to the block")
    return {name: m.x[name] for name in names}


def mechanisms(m: ConcreteModel) -> Any:
    """A platform that can be started in either of two periods, and works a period later."""
    costs = {("platform", t): [(BOOKING._replace(period=t), 300.0)] for t in ("t1", "t2")}
    data = Mechanisms(costs, dict.fromkeys(costs, 0.5), {"platform": {"t1": (), "t2": ("t1",)}})
    added, works = add_mechanisms(m, data)
    return sum(cost.amount for cost in added.costs) - 500 * works["platform", "t2"]


def inspection(m: ConcreteModel) -> Any:
    """Checks by two roles, referred to an enforcer; a platform makes them find more."""
    works = {("platform", "t1"): _variables(m, "works")["works"]}
    visit = Visit("check", "s1", "t1")

    def way(hours: float, *requires: tuple[str, ...]) -> FillingData:
        return FillingData(hours, 10 * hours, BOOKING, 5.0, BOOKING, requires)

    fillings = {
        Filling(*visit, "lead", "firemen", ""): way(2.0),
        Filling(*visit, "helper", "firemen", ""): way(1.0),
        Filling(*visit, "helper", "police", "k1"): way(1.5, ("platform",)),
    }
    cell = Cell("s1", "blaze", "t1", "")
    data = Inspection(
        most={visit: 2},
        fillings=fillings,
        averts={cell: [(visit, 0.25)]},
        sharper={cell: [(visit, "platform", 0.5)]},
        enforcing={Filling("enforce", "town", "t1", "officer", "police", ""): way(3.0)},
        due={("enforce", "town", "t1"): [(visit, 0.5)]},
        lent_hours={("k1", "police", "t1"): 4.0},
        link_mechanism={"k1": None},
        reach={("check", "t1"): 1.5},
    )
    added, _ = add_inspection(m, data, works=works)
    effort = sum(term.amount for term in added.efforts[cell])
    return sum(cost.amount for cost in added.costs) - 100 * effort


def _stationing() -> Stationing:
    key = ("car", "p1", "t1", "day")
    return Stationing(
        stations={Station(*key): StationData(2, 50.0, BOOKING, ()), Station("car", "p2", "t1", "day"): _station()},
        payroll={"car": (1.5, 4)},
        vehicles={"car": 2},
        room={"p1": 1},
        openings={"p1": (1000.0, BOOKING)},
        duty_hours={("t1", "day"): 12.0},
        commitments={Commitment(*key, "k1"): ()},
        lent_crews={("k1", "car"): 2.0},
        link_mechanism={"k1": None},
    )


def _station() -> StationData:
    return StationData(2, 50.0, BOOKING, (("platform",),))


def patrol(m: ConcreteModel) -> Any:
    """Cars at a post to be opened and at one where they need the platform; some are lent."""
    works = {("platform", "t1"): _variables(m, "works")["works"]}
    added, stationed = add_stationing(m, _stationing(), works=works)
    return sum(cost.amount for cost in added.costs) - 70 * sum(stationed.units.values())


def _stationed(m: ConcreteModel) -> Stationed:
    given = _variables(m, "units1", "units2", "lent1", "lent2", bounds=(0, 2))
    keys = [Station("car", p, "t1", "day") for p in ("p1", "p2")]
    lent = {Commitment(*keys[1], k): given[f"lent{k[1]}"] for k in ("k1", "k2")}
    return Stationed(dict(zip(keys, (given["units1"], given["units2"]), strict=True)), lent, {})


def response(m: ConcreteModel) -> Any:
    """A site answered from one post on the unit's own account and from one under two links; f(n) for two units."""
    cover = Cover((("car", "p1"),), (("car", "p2", ("k1", "k2")),), 2)
    curved, certain = Cell("s1", "blaze", "t1", ""), Cell("s1", "theft", "t1", "")
    answers = {curved: [Answer(0, "t1", "day", 0.5, 0.5)], certain: [Answer(0, "t1", "day", 1.0, 0.0)]}
    added, covering = add_response(m, Response([cover], [("t1", "day")], answers), stationed=_stationed(m))
    assert added.returns[certain].left == (1.0, 0.0)
    return covering[0, "t1", "day"] - 10 * sum(term.amount for term in added.efforts[curved])


def presence(m: ConcreteModel) -> Any:
    """Hours of visible patrol at a site, half of them under a link."""
    own, lent = (Present("car", "s1", "t1", "day", via) for via in ("", "k1"))
    cell = Cell("s1", "theft", "t1", "day")
    data = Presence(
        ways={own: (), lent: (("platform",),)},
        free_hours={("car", "t1", "day"): 4.0},
        most_units={"car": 2},
        lent_share={"k1": 0.5},
        averts={cell: [(own, 0.25), (lent, 0.25)]},
    )
    stationed = _stationed(m)
    m.works = Var(bounds=(0, 1), doc="what is given to the block")
    added, _ = add_presence(m, data, stationed=stationed, works={("platform", "t1"): m.works})
    return -sum(term.amount for term in added.efforts[cell])


def unit_crews(m: ConcreteModel) -> Any:
    """Three people a car: one driver, and guards of whom at most one is a volunteer for each officer."""
    ways = {
        Drawn("car", "t1", "day", role, pool, via): DrawnData(6, 12.0, 120.0, BOOKING, ())
        for role, pool, via in (("driver", "police", ""), ("officer", "police", ""), ("volunteer", "citizens", "k1"))
    }
    data = UnitCrews(
        drawn=ways,
        size={"car": 3},
        fixed={("car", "driver"): 1},
        ratios={("car", "volunteer"): ("officer", 1.0)},
        times=(("t1", "day"),),
        lent_hours={("k1", "citizens", "t1"): 20.0},
    )
    added, _ = add_unit_crews(m, data, stationed=_stationed(m), works={})
    return sum(cost.amount for cost in added.costs)


def people(m: ConcreteModel) -> Any:
    """Hours asked of a pool twice, and of one that a mechanism unlocks."""
    given = _variables(m, "visits", "patrols", "works", bounds=(0, 9))
    asked = Contribution()
    asked.pool_hours["firemen", "t1"] += [2 * given["visits"], 12 * given["patrols"]]
    asked.pool_hours["experts", "t1"] += [given["visits"]]
    hours = {("firemen", "t1"): 40.0, ("experts", "t1"): 5.0}
    works = {("platform", "t1"): given["works"]}
    add_people(m, asked=asked, hours=hours, mechanism={"firemen": None, "experts": "platform"}, works=works)
    return -given["visits"] - given["patrols"]


def prevention(m: ConcreteModel) -> Any:
    """An alarm in either of two periods, on one's own account or under a link that the law must allow."""
    works = {("law", "t1"): _variables(m, "works")["works"]}
    starts = {
        Start("alarm", "s1", "t1", "k1"): StartData(100.0, BOOKING, 0.5, (("law",),)),
        Start("alarm", "s1", "t2", ""): StartData(100.0, BOOKING, 0.25, ()),
    }
    cell = Cell("s1", "blaze", "t2", "")
    data = Prevention(starts, {"alarm": {"t1": ("t1",), "t2": ("t1", "t2")}}, {cell: [("alarm", 0.75)]})
    added, _, _ = add_prevention(m, data, works=works)
    return sum(cost.amount for cost in added.costs) - 500 * sum(term.amount for term in added.efforts[cell])


def risk(m: ConcreteModel) -> Any:
    """A cell with few attainable efforts (chords), one with a continuum (tangents), one with a table of returns."""
    given = _variables(m, "visits", "hours", "units", bounds=(0, 2))
    few, many, tabled, untouched = (Cell("s1", h, "t1", "") for h in ("blaze", "theft", "flood", "noise"))
    acted_on = Contribution()
    acted_on.efforts[few].append(EffortTerm(0.5 * given["visits"], 1.0, (0.0, 0.5, 1.0)))
    acted_on.efforts[many].append(EffortTerm(given["hours"], 2.0))
    acted_on.returns[tabled] = Returns(given["units"], (1.0, 0.0))
    loss = {few: 100.0, many: 200.0, tabled: 300.0, untouched: 50.0}
    left = add_residual_risk(m, acted_on=acted_on, loss_cny=loss)
    return sum(loss[cell] * left[cell] for cell in (few, many, tabled))


def _spent(m: ConcreteModel) -> tuple[Contribution, dict[str, Any]]:
    given = _variables(m, "visits", "shipped", "lent", bounds=(0, 9))
    spent = Contribution()
    spent.costs += [Cost(BOOKING, 30 * given["visits"]), Cost(BOOKING, 2 * given["shipped"], scenario="storm")]
    spent.prices.append(Price("k1", "t1", given["lent"]))
    spent.penalties["storm"].append(9 * (9 - given["shipped"]))
    return spent, given


def budgets(m: ConcreteModel) -> Any:
    """A line for each scenario that bears a link's price, and one on average that earns it."""
    spent, given = _spent(m)
    everything = Line(100.0, frozenset(), "", "", "", frozenset(), "each", frozenset({"k1"}), frozenset())
    mean = Line(50.0, frozenset({"fire"}), "town", "", "", frozenset(), "expected", frozenset(), frozenset({"k1"}))
    lines = {"all": everything, "mean": mean}
    add_budgets(m, lines=lines, spent=spent, price_cny={"k1": 7.0}, probability={"storm": 0.25})
    return -sum(given.values())


def standards(m: ConcreteModel) -> Any:
    """One row of each kind of rule that has a variable of its own in the handles; one of them soft."""
    spent, given = _spent(m)
    m.y = Var(("left", "start", "opened", "unmet", "units"), bounds=(0, 1), doc="what is given to the block")
    visit, start = Visit("check", "s1", "t1"), Start("alarm", "s1", "t1", "")
    need, cell = Need("storm", "s1", "kit", "t1"), Cell("s1", "blaze", "t1", "")
    handles = Handles(
        visits={visit: given["visits"]},
        covering={(0, "t1", "day"): m.y["units"]},
        unmet={need: m.y["unmet"]},
        left={cell: m.y["left"]},
        starts={start: m.y["start"]},
        opened_posts={"p1": m.y["opened"]},
        spent=spent,
        probability={"storm": 0.25},
    )
    line = Line(0.0, frozenset(), "town", "", "", frozenset(), "expected", frozenset(), frozenset())
    measured = [
        ("visited", "at_least", 2.0, None, VisitsMade([visit])),
        ("burden", "at_most", 4.0, None, VisitsMade([visit])),
        ("answered", "at_least", 0.5, 1000.0, ShareCovered([(0, 0.75)], "t1", "day")),
        ("filled", "at_least", 0.5, None, NeedFilled([(need, 0.1)])),
        ("safe", "at_most", 60.0, None, LossLeft({cell: 100.0}, 2.0)),
        ("spent", "at_least", 10.0, None, MoneySpent(line)),
        ("alarmed", "at_least", 1.0, None, MeasuresAdopted([start])),
        ("posted", "at_most", 2.0, None, PlacesOpen("posts", 1)),
    ]
    rows = [Requirement(n, b, Scope(), r, p, what) for n, b, r, p, what in measured]  # type: ignore[arg-type]
    return add_standards(m, rows, handles=handles) + given["visits"]


def needs(m: ConcreteModel) -> Any:
    """A need that one measure lowers by a half and another by a quarter, met by what is shipped."""
    given = _variables(m, "drain", "wall", "shipped", bounds=(0, 1))
    need = Need("storm", "s1", "kit", "t1")
    data = {need: NeedData(10.0, 5.0, (("drain", 0.7), ("wall", 0.3)))}
    adopted = {(name, "s1", "t1"): given[name] for name in ("drain", "wall")}
    unmet, _ = add_needs(m, data, served={need: [given["shipped"]]}, adopted=adopted)
    return 5 * unmet[need]


def stock_keeping(m: ConcreteModel) -> Any:
    """Goods that last two periods arrive in the first of three and leave in any."""
    given = _variables(m, "arrives", "out1", "out2", "out3", bounds=(0, 5))
    held = [Held("storm", "d1", "kit", t) for t in ("t1", "t2", "t3")]
    leaving = {key: [given[f"out{i}"]] for i, key in enumerate(held, start=1)}
    add_stock_keeping(
        m, arriving={held[0]: [given["arrives"]]}, leaving=leaving, shelf_life={"kit": 2}, periods=("t1", "t2", "t3")
    )
    return -given["out3"]


def _handles(m: ConcreteModel) -> tuple[dict[Cell, float], Handles]:
    spent, _ = _spent(m)
    m.left = Var(("a", "b"), bounds=(0, 1), doc="what is given to the block")
    cells = {name: Cell(name, "blaze", "t1", "") for name in ("a", "b")}
    handles = Handles(left={cells[n]: m.left[n] for n in cells}, spent=spent, probability={"storm": 0.25})
    return {cells["a"]: 100.0, cells["b"]: 200.0}, handles


def worst_area(m: ConcreteModel) -> Any:
    """Two areas of one cell each, per head."""
    loss, handles = _handles(m)
    return add_worst_area(m, {c.site: Area({c: x}, {}, 10.0) for c, x in loss.items()}, handles)


def cvar(m: ConcreteModel) -> Any:
    """A storm, and that nothing happens."""
    loss, handles = _handles(m)
    return add_cvar(m, loss, handles, 0.9)


def beats(m: ConcreteModel) -> Any:
    """Two posts for three sites; one post is to be opened, work is balanced, beats hang together."""
    opened = _variables(m, "opened")
    people_of = {"s1": 10.0, "s2": 20.0, "s3": 30.0}
    minutes = {("p1", "s1"): 1.0, ("p1", "s2"): 2.0, ("p2", "s2"): 1.0, ("p2", "s3"): 4.0, ("p1", "s3"): 9.0}
    data = Beats(people_of, minutes, 2, 40.0, [("s1", "s2"), ("s2", "s3")])
    return add_beats(m, data, opened={"p2": opened["opened"]}).response_time


def supply(m: ConcreteModel) -> Any:
    """One depot to be opened and stocked, one site, one storm."""
    kit = CommodityData(cost_cny=2.0, volume_m3=0.5, ship_cost_cny_km=0.1, shelf_life=None)
    data = Supply(
        periods=("t1",),
        groups={("storm", "t1"): ("storm",)},
        depots={"d1": DepotData(False, 500.0, 10.0, BOOKING, BOOKING, {"t1": BOOKING})},
        commodities={"kit": kit},
        stocks={Stock("d1", "kit"): StockData(0.0, 20.0)},
        survives={},
        orders={},
        shipments={Sending("storm", "t1", "d1", "s1", "kit", ""): SendingData(8.0, (3.0,), ())},
        transfers={},
        needs={Need("storm", "s1", "kit", "t1"): NeedData(8.0, 50.0)},
        lent_share={},
    )
    added, _ = add_supply(m, data, adopted={}, works={})
    return sum(cost.amount for cost in added.costs) + 0.5 * sum(added.penalties["storm"])


TOYS: tuple[Toy, ...] = (
    mechanisms,
    inspection,
    patrol,
    response,
    presence,
    unit_crews,
    people,
    prevention,
    risk,
    budgets,
    standards,
    needs,
    stock_keeping,
    worst_area,
    cvar,
    beats,
    supply,
)


@pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.__name__)
def test_block_is_as_reviewed(tmp_path: Path, toy: Toy) -> None:
    m = ConcreteModel(name=toy.__name__)
    m.cost = Objective(expr=toy(m), doc="what is minimised")
    m.write(str(tmp_path / "toy.lp"), io_options={"symbolic_solver_labels": True})
    written = _rounded((tmp_path / "toy.lp").read_text())
    file = LP / f"{toy.__name__}.lp"
    if RENEW:
        file.parent.mkdir(exist_ok=True)
        file.write_text(written)
    assert written == file.read_text(), "ALLOCOPT_RENEW_LP=1 renews the file; read the difference"


def _rounded(text: str) -> str:
    """The last digits of a logarithm are not the same on every machine."""
    return re.sub(r"(?<=[\s+-])\d+\.\d+(?:e[+-]?\d+)?(?=\s)", lambda number: f"{float(number[0]):.10g}", text)


def _undocumented(m: ConcreteModel) -> list[str]:
    kinds = (Var, Constraint, Set, Expression, Objective)
    return [
        component.name
        for kind in kinds
        for component in m.component_objects(kind, descend_into=Block)
        if not component.doc and not component.local_name.startswith("_")
    ]


@pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.__name__)
def test_every_component_of_a_block_says_what_it_is(toy: Toy) -> None:
    m = ConcreteModel()
    toy(m)
    assert [name for name in _undocumented(m) if not name.startswith("x_index")] == []


@pytest.mark.parametrize("aim", ["loss", "worst_area", "cvar", "response_time"])
def test_every_component_of_a_city_says_what_it_is(aim: str) -> None:
    town = load(TEMPLATE)
    assert _undocumented(city_model(arrange(town, Regime.named("joint", town), aim).data).model) == []
