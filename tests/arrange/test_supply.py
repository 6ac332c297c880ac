"""What can be done about needs: rows told exactly, and whole towns against a formulation of another kind."""

from __future__ import annotations

import math
from itertools import chain, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyomo.environ import Binary, ConcreteModel, Var

from allocopt.arrange.calendar import Calendar
from allocopt.arrange.supply import information_groups
from allocopt.city import City
from allocopt_models.needs import Need
from allocopt_models.supply import Order, Sending, Stock, add_supply
from arrange.batches import AID, Batches, Tables, towns
from arrange.towns import city, days, supply
from models.solved import minimised, money


def tables(**more: list[dict[str, Any]]) -> Tables:
    """Two bodies with a depot each, two sites in their areas, water against floods that `a` answers for."""
    return {
        "bodies": [{"id": "a"}, {"id": "b"}],
        "hazards": [{"id": "flood", "lead": "a"}],
        "sites": [
            {"id": "s1", "area": "city/north", "x": 0, "y": 0},
            {"id": "s2", "area": "city/south", "x": 9000, "y": 0},
        ],
        "depots": [
            {"id": "wa", "body": "a", "open": True, "capacity_m3": 100, "area": "city/north", "x": 1000, "y": 0},
            {"id": "wb", "body": "b", "open": True, "capacity_m3": 100, "area": "city/south", "x": 5000, "y": 0},
        ],
        "commodities": [
            {
                "id": "water",
                "hazard": "flood",
                "cost_cny": 2,
                "volume_m3": 2,
                "penalty_cny": 50,
                "mode": "car",
                "ship_cost_cny_km": 1,
            }
        ],
        "scenarios": [{"id": "storm", "probability": 0.5}],
        "needs": [
            {"scenario": "storm", "site": "s1", "commodity": "water", "period": "t1", "amount": 10},
            {"scenario": "storm", "site": "s2", "commodity": "water", "period": "t1", "amount": 6},
        ],
        **more,
    }


def ways(town: City, regime: str = "silo") -> set[tuple[str, str, str]]:
    """From where to where, and via which link goods can go."""
    data = supply(town, regime)
    return {(key.depot, key.place, key.via) for key in chain(data.shipments, data.transfers)}


def test_bodies_ship_for_what_they_lead_or_what_a_link_or_a_coalition_allows() -> None:
    own = {("wa", "s1", ""), ("wa", "s2", "")}
    town = city(tables(links=[{**AID, "area": "city/south"}]))
    assert ways(town) == own
    assert ways(town, "linked") == own | {("wb", "s2", "aid")}
    assert ways(town, "joint") == own | {("wb", "s1", ""), ("wb", "s2", ""), ("wa", "wb", ""), ("wb", "wa", "")}
    everywhere = city(tables(links=[AID]))
    assert ways(everywhere, "linked") == own | {("wb", "s1", "aid"), ("wb", "s2", "aid"), ("wb", "wa", "aid")}


def test_a_risk_row_says_who_leads_where_it_stands() -> None:
    town = city(tables(risks=[{"site": "s2", "hazard": "flood", "lead": "b", "loss_cny": 1}]))
    assert ways(town) == {("wa", "s1", ""), ("wb", "s2", "")}


def test_a_link_waits_for_its_mechanism() -> None:
    town = city(tables(links=[{**AID, "mechanism": "pact"}], mechanisms=[{"id": "pact", "life_years": 5}]))
    data = supply(town, "linked")
    assert data.shipments[Sending("storm", "t1", "wb", "s1", "water", "aid")].requires == (("pact",),)
    assert data.lent_share == {"aid": 1.0}


def test_trips_are_within_their_limit_the_limit_included() -> None:
    base = tables()
    water = base["commodities"][0]
    for minutes, reached in ((7.999, {("wa", "s1", "")}), (8, {("wa", "s1", ""), ("wa", "s2", "")})):
        town = city({**base, "commodities": [{**water, "within_min": minutes}]})
        assert ways(town) == reached
    assert supply(city(base)).shipments[Sending("storm", "t1", "wa", "s2", "water", "")].km == (8.0,)


@pytest.mark.parametrize(
    ("closure", "left"),
    [
        ({"depot": "wa", "site": "s1"}, {("wa", "s2"), ("wb", "s1"), ("wb", "s2"), ("wa", "wb"), ("wb", "wa")}),
        ({"depot": "wa"}, {("wb", "s1"), ("wb", "s2")}),
        ({"site": "s1"}, {("wa", "s2"), ("wb", "s2"), ("wa", "wb"), ("wb", "wa")}),
    ],
)
def test_closures(closure: dict[str, str], left: set[tuple[str, str]]) -> None:
    town = city(tables(closures=[{"scenario": "storm", **closure}]))
    assert {way[:2] for way in ways(town, "joint")} == left


def test_a_closed_street_lengthens_the_way_in_its_scenario() -> None:
    town = city(
        tables(
            scenarios=[{"id": "fair", "probability": 0.5}, {"id": "storm", "probability": 0.5}],
            needs=[
                {"scenario": w, "site": "s2", "commodity": "water", "period": "t1", "amount": 6}
                for w in ("fair", "storm")
            ],
            nodes=[{"id": n, "x": x, "y": y} for n, x, y in (("n1", 1000, 0), ("n2", 9000, 0), ("n3", 5000, 3000))],
            streets=[
                {"id": "direct", "from_node": "n1", "to_node": "n2", "length_m": 8000, "modes": "car"},
                {"id": "up", "from_node": "n1", "to_node": "n3", "length_m": 5000, "modes": "car"},
                {"id": "down", "from_node": "n3", "to_node": "n2", "length_m": 5000, "modes": "car"},
            ],
            closures=[{"scenario": "storm", "street": "direct"}],
        ),
        travel={"metric": "network", "speeds_kmh": {"car": 60.0}},
    )
    km = {key.scenario: way.km for key, way in supply(town).shipments.items() if key.place == "s2"}
    assert km == {"fair": (8.0,), "storm": (10.0,)}


def test_information_groups_part_as_scenarios_become_known() -> None:
    known = (("a", None), ("b", "t2"), ("c", "t3"), ("d", "t3"))
    town = city({"scenarios": [{"id": w, "probability": 0.2, "known_from": t} for w, t in known]}, periods=days(3))
    assert information_groups(town, Calendar(town)) == {
        ("a", "t1"): ("a",),
        ("b", "t1"): ("b", "c", "d"),
        ("a", "t2"): ("a",),
        ("b", "t2"): ("b",),
        ("c", "t2"): ("c", "d"),
        **{(w, "t3"): (w,) for w in "abcd"},
    }


def test_a_group_ships_only_where_all_its_scenarios_pass() -> None:
    needs = [
        {"scenario": w, "site": s, "commodity": "water", "period": "t1", "amount": 6}
        for w in ("mild", "storm")
        for s in ("s1", "s2")
    ]
    hidden = [{"id": w, "probability": 0.5, "known_from": "t2"} for w in ("mild", "storm")]
    town = city(tables(scenarios=hidden, needs=needs, closures=[{"scenario": "storm", "site": "s1"}]), periods=days(2))
    assert set(supply(town).shipments) == {Sending("mild", "t1", "wa", "s2", "water", "")}


def test_survival_of_one_commodity_goes_before_that_of_all() -> None:
    rows = [
        {"scenario": "storm", "depot": "wa", "share": 0.2},
        {"scenario": "storm", "depot": "wa", "commodity": "water", "share": 0.7},
        {"scenario": "storm", "depot": "wb", "share": 0.4},
    ]
    data = supply(city(tables(survival=rows)))
    assert data.survives == {("storm", "wa", "water"): 0.7, ("storm", "wb", "water"): 0.4}


def test_a_supplier_row_with_a_period_goes_before_one_without() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "farm", "body": "a", "depot": "wa", "commodity": "water", "capacity": 5, "cost_cny": 3, "lead": 1},
        {"id": "farm", "body": "a", "depot": "wa", "commodity": "water", "capacity": 7, "cost_cny": 4, "period": "t2"},
    ]
    needs = [{"scenario": "storm", "site": "s1", "commodity": "water", "period": "t3", "amount": 6}]
    data = supply(city(tables(suppliers=rows, needs=needs), periods=days(3)))
    assert {key.period: (order.arrives, order.most, order.cost_cny) for key, order in data.orders.items()} == {
        "t1": ("t2", 5.0, 3.0),
        "t2": ("t2", 6.0, 4.0),
    }
    assert data.orders[Order("storm", "farm", "t1")].booking == ("a", "city/north", "supply", "goods", "t1")


def test_limits_are_what_can_be_of_use() -> None:
    data = supply(city(tables(survival=[{"scenario": "storm", "depot": "wa", "share": 0.5}])))
    assert data.stocks[Stock("wa", "water")].most_bought == 32.0
    assert data.stocks[Stock("wb", "water")].most_bought == 16.0
    stocked = [{"depot": "wa", "commodity": "water", "initial": 30}, {"depot": "wb", "commodity": "water", "most": 4}]
    data = supply(city(tables(stocks=stocked)))
    assert (data.stocks[Stock("wa", "water")].initial, data.stocks[Stock("wa", "water")].most_bought) == (30.0, 16.0)
    assert data.stocks[Stock("wb", "water")].most_bought == 4.0
    shared = supply(city(tables(links=[{**AID, "share": 0.5}])), "linked")
    assert shared.stocks[Stock("wb", "water")].most_bought == 32.0


def test_an_order_too_late_to_be_sent_still_raises_what_may_be_lent() -> None:
    farm = {"id": "farm", "body": "b", "depot": "wb", "commodity": "water", "capacity": 99, "cost_cny": 0}
    town = city(tables(links=[{**AID, "share": 0.8}], suppliers=[farm]), periods=days(2))
    assert [order.most for order in supply(town, "linked").orders.values()] == [20.0, 20.0]
    assert [order.most for order in supply(town).orders.values()] == [16.0]


def test_all_there_can_be_counts_a_supplier_of_each_period_once() -> None:
    floor = [{"id": "floor", "rule": "spending", "at_least": 100, "programme": "supply"}]
    farm = {"id": "farm", "body": "a", "depot": "wa", "commodity": "water", "cost_cny": 3}
    rows = [{**farm, "period": "t1", "capacity": 5}, {**farm, "period": "t2", "capacity": 7}]
    data = supply(city(tables(standards=floor, suppliers=rows), periods=days(2)))
    assert data.shipments[Sending("storm", "t1", "wa", "s1", "water", "")].most == 112.0
    data = supply(city(tables(standards=floor, suppliers=[{**farm, "capacity": 5}]), periods=days(2)))
    assert data.shipments[Sending("storm", "t1", "wa", "s1", "water", "")].most == 110.0


def test_a_floor_on_spending_for_other_things_widens_no_limit() -> None:
    floor = [{"id": "floor", "rule": "spending", "at_least": 100, "programme": "patrol"}]
    data = supply(city(tables(standards=floor)))
    assert data.shipments[Sending("storm", "t1", "wa", "s1", "water", "")].most == 10.0


def test_limits_are_wide_where_waste_could_pay() -> None:
    floor = [{"id": "floor", "rule": "spending", "at_least": 100, "programme": "supply"}]
    data = supply(city(tables(standards=floor)))
    assert data.stocks[Stock("wa", "water")].most_bought == 50.0
    assert data.shipments[Sending("storm", "t1", "wa", "s1", "water", "")].most == 100.0
    lines = [{"id": "line", "amount_cny": 1}]
    priced = {**AID, "price_cny": 1, "payer_line": "line", "helper_line": "line"}
    data = supply(city(tables(links=[priced], budgets=lines)), "linked")
    assert data.shipments[Sending("storm", "t1", "wb", "s1", "water", "aid")].most == 100.0
    assert data.shipments[Sending("storm", "t1", "wa", "s1", "water", "")].most == 10.0


def test_needs_know_the_measures_that_lower_them() -> None:
    effects = [
        {"by": "measure", "id": "dyke", "commodity": "water", "share": 0.5},
        {"by": "measure", "id": "dyke", "commodity": "water", "scenario": "storm", "share": 0.2},
        {"by": "measure", "id": "pump", "commodity": "water", "scenario": "drizzle", "share": 0.9},
    ]
    measures = [{"id": m, "body": "a", "cost_cny": 1, "life_years": 9} for m in ("dyke", "pump")]
    storms = [{"id": w, "probability": 0.5} for w in ("drizzle", "storm")]
    data = supply(city(tables(effects=effects, measures=measures, scenarios=storms)))
    lowered = data.needs[Need("storm", "s1", "water", "t1")].lowered_by
    assert sum(effort for _, effort in lowered) == pytest.approx(-math.log(0.5 * 0.8))
    assert {measure for measure, _ in lowered} == {"dyke"}


@settings(max_examples=200, deadline=None)
@given(towns(), st.sampled_from(("silo", "linked", "joint")))
def test_towns_against_batches(rows: Tables, regime: str) -> None:
    dyke_cny = 15.0
    periods = sorted({need["period"] for need in rows["needs"]})
    town = city(rows, periods=days(len(periods)))
    data = supply(town, regime)
    m = ConcreteModel()
    m.dyke = Var(domain=Binary)
    adopted = {("dyke", "s1", t): m.dyke for t in periods}
    added, _ = add_supply(m, data, adopted=adopted, works={})
    found = minimised(m, money(added, {"o1": 0.25, "o2": 0.5}, [dyke_cny * m.dyke]))
    closed = [w["id"] for w in rows["depots"] if not w["open"]]
    best = min(
        dyke_cny * dyke
        + Batches(
            rows, regime, periods, set(closed) - {w for w, o in zip(closed, opened, strict=True) if o}, dyke
        ).cost()
        for opened in product((False, True), repeat=len(closed))
        for dyke in (False, True)
    )
    assert found == pytest.approx(best, abs=1e-5)
