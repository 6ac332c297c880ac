"""Supply: cases worked out by hand, known optima, and amounts that a solver left a little wrong."""

from __future__ import annotations

import math
import random
from itertools import combinations

import pytest
from pyomo.environ import ConcreteModel, Constraint, Expression, Set, Var, value
from scipy.optimize import linprog

from allocopt_models.needs import Need, NeedData
from allocopt_models.supply import (
    CommodityData,
    DepotData,
    Sending,
    SendingData,
    Stock,
    StockData,
    Supply,
    add_supply,
)
from allocopt_models.supply_settling import settle_supply, without_dust
from allocopt_models.terms import Booking
from models.goods import Town
from models.solved import benchmark, minimised, money

THREE = ("t1", "t2", "t3")


def test_newsvendor() -> None:
    chance = {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}
    needs = {(w, "s", "t1"): 10.0 * i for i, w in enumerate(chance, 1)}
    town = Town(needs, chance, most_bought=100.0, price=3.0, penalty=10.0).model()
    # The critical ratio is (10 - 3) / 10: the smallest stock that is enough with a chance of 0.7.
    assert value(town.made.bought[Stock("w", "k")]) == pytest.approx(30.0)
    assert town.cost == pytest.approx(30 * 3 + 0.25 * 10 * 10)


def test_chance_that_nothing_happens_costs_nothing() -> None:
    town = Town({("o", "s", "t1"): 10.0}, {"o": 0.2}, most_bought=100.0, price=3.0, penalty=10.0).model()
    assert town.cost == pytest.approx(0.2 * 10 * 10)


def test_survival_counts_on_initial_and_bought_stock() -> None:
    town = Town(
        {("o", "s", "t1"): 10.0}, stock={"w": 4.0}, most_bought=100.0, price=1.0, survives={("o", "w", "k"): 0.5}
    ).model()
    assert value(town.made.bought[Stock("w", "k")]) == pytest.approx(16.0)


@pytest.mark.parametrize(
    ("life", "missed"),
    [
        (1, 7.0),  # 6 of the stock on the first day; 5 ordered for the second; none for the third
        (2, 3.0),  # 6, then 4 old and 2 new, then 3
        (None, 3.0),
    ],
)
def test_shelf_life_with_oldest_first(life: int | None, missed: float) -> None:
    town = Town(
        {("o", "s", t): 6.0 for t in THREE},
        periods=THREE,
        stock={"w": 10.0},
        shelf_life=life,
        orders={"farm": ("w", {"t1": ("t2", 5.0, 0.0)})},
        penalty=1.0,
    ).model()
    assert town.cost == pytest.approx(missed)


def test_old_goods_are_no_use_though_new_ones_arrived() -> None:
    # Ten old ones cannot wait for the third day, though five came in on the second.
    town = Town(
        {("o", "s", "t3"): 12.0},
        periods=THREE,
        stock={"w": 10.0},
        shelf_life=2,
        orders={"farm": ("w", {"t1": ("t2", 5.0, 0.0)})},
        penalty=1.0,
    ).model()
    assert town.cost == pytest.approx(7.0)


def test_a_transfer_counts_as_come_in_when_it_arrives() -> None:
    # As the rule says: what is moved on the second day can still be used on the third.
    town = Town(
        {("o", "s", "t3"): 10.0},
        periods=THREE,
        open_cost={"v": None, "w": None},
        stock={"w": 10.0},
        shelf_life=2,
        transfers=[("w", "v", "")],
        penalty=1.0,
    ).model()
    assert town.cost == pytest.approx(0.0)


def test_an_order_is_placed_before_scenarios_are_told_apart() -> None:
    needs = {("a", "s", "t2"): 10.0}
    offers = {"farm": ("w", {"t1": ("t2", 20.0, 1.0)})}
    chance = {"a": 0.4, "b": 0.6}
    known = Town(needs, chance, ("t1", "t2"), orders=offers, penalty=10.0)
    assert known.model().cost == pytest.approx(0.4 * 10)
    hidden = Town(needs, chance, ("t1", "t2"), orders=offers, penalty=10.0, together={"t1": ("a", "b")}).model()
    assert hidden.cost == pytest.approx(10.0)
    assert len(hidden.made.ordered) == 1


def test_a_shared_shipment_is_bound_by_the_worst_survival() -> None:
    needs = {(w, "s", "t1"): 8.0 for w in "ab"}
    town = Town(
        needs,
        {"a": 0.5, "b": 0.5},
        stock={"w": 8.0},
        survives={("a", "w", "k"): 0.25},
        penalty=1.0,
        together={"t1": ("a", "b")},
    ).model()
    assert town.cost == pytest.approx(6.0)


def test_decisions_are_kept_apart_from_the_period_in_which_scenarios_are_known() -> None:
    needs = {(w, "s", "t1"): 4.0 for w in "abc"} | {("a", "s", "t2"): 6.0, ("b", "r", "t2"): 6.0}
    town = Town(
        needs,
        dict.fromkeys("abc", 1 / 3),
        ("t1", "t2"),
        stock={"w": 8.0},
        penalty=3.0,
        together={"t1": ("a", "b")},
    ).model()
    # a and b: 4 now and 4 of 6 later, or any mixture: 2 are missed. c needs nothing later.
    assert town.cost == pytest.approx(2 / 3 * 3 * 2)
    assert {key.scenario for key in town.made.shipped if key.period == "t1"} == {"a", "c"}


def test_measures_lower_needs_exactly() -> None:
    efforts = (("dyke", 0.5), ("pump", 1.2))
    town = Town({("o", "s", "t1"): 100.0}, stock={"w": 10.0}, lowered_by=efforts, penalty=1.0)
    for prices, adopted in (((0.0, 0.0), 1.7), ((0.0, 99.0), 0.5), ((99.0, 30.0), 1.2), ((99.0, 99.0), 0.0)):
        found = town.model(dict(zip(("dyke", "pump"), prices, strict=True)))
        paid = sum(price for price, (_, effort) in zip(prices, efforts, strict=True) if adopted in (effort, 1.7))
        assert found.cost == pytest.approx(100 * math.exp(-adopted) - 10 + paid, rel=1e-6)


def test_nothing_bounds_what_is_shipped_by_what_is_needed() -> None:
    town = Town({("o", "s", "t1"): 10.0}, stock={"w": 10.0}, lowered_by=(("dyke", 3.0),), penalty=1.0)
    found = town.model({"dyke": 0.0})
    key = Sending("o", "t1", "w", "s", "k", "")
    found.m.all_of_it = Constraint(expr=found.made.shipped[key] == 10.0)
    found.m.adopted = Constraint(expr=found.m.adopt["dyke"] == 1)
    found.m.del_component("cost")
    assert minimised(found.m, money(found.added, {"o": 1.0})) == pytest.approx(0.0)


def test_tangents_stand_in_for_many_measures_and_lie_below() -> None:
    efforts = tuple((f"m{i:02d}", 0.05 * 1.3**i) for i in range(11))
    town = Town({("o", "s", "t1"): 100.0}, lowered_by=efforts, penalty=1.0)
    for adopted in ({"m08"}, {"m00", "m03", "m07"}, set()):
        found = town.model({name: 0.0 if name in adopted else 1000.0 for name, _ in efforts})
        true = 100 * math.exp(-sum(effort for name, effort in efforts if name in adopted))
        assert found.cost is not None
        assert true * 0.99 - 1e-6 <= found.cost <= true + 1e-6
        lowered = found.made.needs_left.of[Need("o", "s", "k", "t1")]
        assert found.made.needs_left.attainable[lowered] is None


def test_lent_goods_stay_within_the_share_and_are_priced() -> None:
    town = Town(
        {("o", "s", t): 10.0 for t in ("t1", "t2")},
        periods=("t1", "t2"),
        stock={"w": 10.0},
        orders={"farm": ("w", {"t1": ("t2", 10.0, 0.0)})},
        ways=[("w", "s", "aid")],
        lent_share={"aid": 0.3},
        penalty=1.0,
    ).model()
    assert town.cost == pytest.approx(20 - 0.3 * 20)
    assert sum(value(price.quantity) for price in town.added.prices) == pytest.approx(6.0)
    assert {price.link for price in town.added.prices} == {"aid"}


def test_a_locked_way_needs_its_mechanism() -> None:
    town = Town({("o", "s", "t1"): 10.0}, stock={"w": 10.0}, requires=(("pact",),), penalty=1.0)
    assert town.model({"pact": 3.0}).cost == pytest.approx(3.0)
    assert town.model({"pact": 30.0}).cost == pytest.approx(10.0)


def test_a_closed_depot_holds_sends_and_takes_nothing() -> None:
    town = Town(
        {("o", "s", "t1"): 10.0},
        open_cost={"v": 50.0, "w": None},
        most_bought=10.0,
        orders={"farm": ("v", {"t1": ("t1", 10.0, 0.0)})},
        ways=[("v", "s", "")],
        transfers=[("w", "v", "")],
        penalty=4.0,
    )
    assert town.model().cost == pytest.approx(40.0)
    dear = Town(**{**vars(town), "penalty": 6.0}).model()
    assert dear.cost == pytest.approx(50.0)
    assert round(value(dear.made.opened["v"])) == 1


def test_a_need_nothing_can_be_done_about_is_a_number() -> None:
    town = Town({("o", "s", "t1"): 10.0}, ways=[], penalty=2.0)
    data = town.data()
    _, made = add_supply(ConcreteModel(), data, adopted={}, works={})
    assert made.unmet == {Need("o", "s", "k", "t1"): 10.0}


def test_capacitated_location_against_all_subsets() -> None:
    draw = random.Random(5)
    for _ in range(8):
        depots, sites = [f"w{i}" for i in range(4)], [f"s{i}" for i in range(5)]
        km = {(w, s): float(draw.randint(1, 30)) for w in depots for s in sites}
        needs = {("o", s, "t1"): float(draw.randint(1, 9)) for s in sites}
        fixed: dict[str, float | None] = {w: float(draw.randint(20, 120)) for w in depots}
        town = Town(needs, open_cost=fixed, capacity=12.0, most_bought=12.0, km=km, penalty=25.0)
        assert town.model().cost == pytest.approx(_best_subset(fixed, km, needs, 12.0, 25.0), rel=1e-7)


def _best_subset(
    fixed: dict[str, float | None],
    km: dict[tuple[str, str], float],
    needs: dict[tuple[str, str, str], float],
    capacity: float,
    penalty: float,
) -> float:
    sites = [site for _, site, _ in needs]
    amount = {site: need for (_, site, _), need in needs.items()}
    best = math.inf
    for n in range(len(fixed) + 1):
        for opened in combinations(fixed, n):
            pairs = [(w, s) for w in (*opened, "nobody") for s in sites]
            price = [km.get(pair, penalty) for pair in pairs]
            met = [[float(s == site) for _, s in pairs] for site in sites]
            full = [[float(w == depot) for w, _ in pairs] for depot in opened] or [[0.0] * len(pairs)]
            found = linprog(price, full, [capacity] * len(full), met, [amount[s] for s in sites])
            best = min(best, float(found.fun or 0.0) + sum(fixed[w] or 0.0 for w in opened))
    return best


@pytest.mark.parametrize(("name", "optimum"), [("cap41", 1040444.375), ("cap101", 796648.4375)])
def test_known_optimum_of_capacitated_location(name: str, optimum: float) -> None:
    numbers = iter(benchmark(f"orlib-cap/{name}.txt").read_text().split())
    depots, customers = int(next(numbers)), int(next(numbers))
    rooms = [(float(next(numbers)), float(next(numbers))) for _ in range(depots)]
    demand, cost = [], []
    for _ in range(customers):
        demand.append(float(next(numbers)))
        cost.append([float(next(numbers)) for _ in range(depots)])
    booking = Booking("body", "", "supply", "", "t")
    data = Supply(
        periods=("t",),
        groups={("o", "t"): ("o",)},
        depots={
            f"w{i}": DepotData(False, fixed, room, booking, booking, {"t": booking})
            for i, (room, fixed) in enumerate(rooms)
        },
        commodities={"k": CommodityData(0.0, 1.0, 1.0, None)},
        stocks={Stock(f"w{i}", "k"): StockData(0.0, room) for i, (room, _) in enumerate(rooms)},
        survives={},
        orders={},
        shipments={
            Sending("o", "t", f"w{i}", f"s{j}", "k", ""): SendingData(demand[j], (cost[j][i] / demand[j],), ())
            for i in range(depots)
            for j in range(customers)
        },
        transfers={},
        needs={Need("o", f"s{j}", "k", "t"): NeedData(demand[j], 1e4) for j in range(customers)},
        lent_share={},
    )
    m = ConcreteModel()
    added, _ = add_supply(m, data, adopted={}, works={})
    assert minimised(m, money(added, {"o": 1.0})) == pytest.approx(optimum, rel=1e-6)


def test_every_component_says_what_it_is() -> None:
    town = Town({("o", "s", "t1"): 10.0}, lowered_by=(("dyke", 1.0),), requires=(("pact",),)).model(
        {"pact": 1.0, "dyke": 1.0}
    )
    parts = [part for kind in (Set, Var, Constraint, Expression) for part in town.m.component_objects(kind)]
    assert all(part.doc for part in parts if part.name not in ("adopt", "adopt_index") and "index" not in part.name)


def test_dust_is_swept_and_limits_are_kept() -> None:
    assert without_dust(-1e-9, 5.0) == 0.0
    assert without_dust(5e-8, 5.0) == 0.0
    assert without_dust(5.0000001, 5.0) == 5.0
    assert without_dust(1e-4, 5.0) == 1e-4
    assert without_dust(1e-4, 1e6) == 0.0


def test_amounts_left_a_little_wrong_are_put_right() -> None:
    draw = random.Random(7)
    town = Town(
        {(w, s, t): 10.0 for w in "ab" for s in ("r", "s") for t in THREE},
        {"a": 0.5, "b": 0.5},
        THREE,
        open_cost={"v": None, "w": None},
        stock={"w": 30.0},
        shelf_life=2,
        orders={"farm": ("w", {"t1": ("t2", 9.0, 0.5)})},
        together={"t1": ("a", "b")},
        transfers=[("w", "v", "aid")],
        ways=[("v", "r", ""), ("w", "s", "")],
        lent_share={"aid": 0.4},
    ).model()
    for amounts in (town.made.shipped, town.made.transferred, town.made.ordered):
        for variable in amounts.values():
            variable.set_value(value(variable) + draw.uniform(-1e-6, 1e-6), skip_validation=True)
    before = {key: value(x) for key, x in town.made.shipped.items()}
    settle_supply(town.data, town.made)
    for name in ("no_more_leaves_than_is_there", "kept_within_shelf_life", "lent_within_share"):
        for row in getattr(town.m, name).values():
            assert row.slack() >= -1e-11, row.name
    for key, x in town.made.shipped.items():
        assert value(x) == pytest.approx(before[key], abs=2e-5)
        assert value(x) == 0 or value(x) > 1e-7
