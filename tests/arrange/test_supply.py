"""What can be done about needs: rows told exactly, and whole towns against a formulation of another kind."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyomo.environ import Binary, ConcreteModel, Var
from scipy.optimize import linprog

from allocopt.arrange.calendar import Calendar
from allocopt.arrange.supply import information_groups
from allocopt.city import City
from allocopt_models.needs import Need
from allocopt_models.supply import Order, Sending, Stock, add_supply
from arrange.towns import city, days, supply
from models.solved import minimised, money

Tables = dict[str, list[dict[str, Any]]]


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


AID = {"id": "aid", "helper": "b", "helped": "a", "programme": "supply"}


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


def test_order_of_rows_changes_nothing() -> None:
    base = tables(links=[AID])
    turned = {name: rows[::-1] for name, rows in base.items()}
    one, other = supply(city(base), "linked"), supply(city(turned), "linked")
    assert list(one.shipments.items()) == list(other.shipments.items())
    assert list(one.needs) == list(other.needs)


# A town against a formulation of another kind: batches of goods by depot and period of arrival, each of which goes to
# needs or, as a new batch, to other depots while it is good; scenarios that decide together are tied by rows.


@st.composite
def towns(draw: st.DrawFn) -> Tables:
    few = st.integers(0, 12)
    periods = draw(st.sampled_from((1, 2, 3, 3)))
    names = [f"t{i + 1}" for i in range(periods)]
    known = {w: draw(st.none() | st.sampled_from(names)) for w in ("o1", "o2")}
    amounts = {key: draw(few) for key in product(("o1", "o2"), ("s1", "s2"), names)}
    bodies = {w: draw(st.sampled_from(("a", "b"))) for w in ("w1", "w2")}
    for (w, s, t), _ in amounts.items():
        if w == "o2" and all(known[v] is not None and known[v] > t for v in known):  # type: ignore[operator]
            amounts[w, s, t] = amounts["o1", s, t]
    return {
        "bodies": [{"id": "a"}, {"id": "b"}],
        "hazards": [{"id": "flood", "lead": "a"}],
        "sites": [{"id": s, "area": "city", "x": draw(few) * 1000, "y": 0} for s in ("s1", "s2")],
        "depots": [
            {
                "id": w,
                "body": bodies[w],
                "open": draw(st.sampled_from((True, True, False))),
                "open_cost_cny": draw(few) * 4,
                "capacity_m3": draw(st.integers(5, 30)),
                "x": draw(few) * 1000,
                "y": 0,
            }
            for w in ("w1", "w2")
        ],
        "commodities": [
            {
                "id": "water",
                "hazard": "flood",
                "cost_cny": draw(st.integers(0, 5)),
                "volume_m3": 1,
                "penalty_cny": 20,
                "mode": "car",
                "ship_cost_cny_km": draw(st.sampled_from((0, 0.3))),
                "within_min": draw(st.sampled_from((None, None, 6))),
                "shelf_life": draw(st.sampled_from((None, 1, 2, 2))),
            }
        ],
        "stocks": [{"depot": "w1", "commodity": "water", "most": draw(st.sampled_from((None, 7)))}],
        "suppliers": [
            {
                "id": "farm",
                "body": bodies["w2"],
                "depot": "w2",
                "commodity": "water",
                "capacity": draw(few),
                "cost_cny": draw(st.integers(0, 9)),
                "lead": draw(st.integers(0, 1)),
            }
        ],
        "scenarios": [
            {"id": "o1", "probability": 0.25, "known_from": known["o1"]},
            {"id": "o2", "probability": 0.5, "known_from": known["o2"]},
        ],
        "needs": [
            {"scenario": w, "site": s, "commodity": "water", "period": t, "amount": n}
            for (w, s, t), n in amounts.items()
        ],
        "survival": [{"scenario": "o1", "depot": "w1", "share": draw(st.sampled_from((0, 0.5, 1)))}],
        "closures": [{"scenario": "o2", "depot": "w2", "site": "s1"}] if draw(st.booleans()) else [],
        "links": [{**AID, "share": draw(st.sampled_from((0, 0.4, 1)))}],
        "measures": [{"id": "dyke", "body": "a", "cost_cny": 1, "life_years": 9}],
        "effects": [{"by": "measure", "id": "dyke", "commodity": "water", "share": draw(st.sampled_from((0.3, 0.9)))}],
        "mechanisms": [],
    }


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


class Batches:
    """The least cost with some depots closed, as one linear programme over batches."""

    def __init__(self, rows: Tables, regime: str, periods: list[str], closed: set[str], dyke: bool) -> None:
        self.rows, self.regime, self.periods, self.closed, self.dyke = rows, regime, periods, closed, dyke
        self.depots = {w["id"]: w for w in rows["depots"]}
        self.sites = {s["id"]: s for s in rows["sites"]}
        self.water = rows["commodities"][0]
        self.prices: list[float] = []
        self.most: list[float | None] = []
        self.below: list[tuple[dict[int, float], float]] = []
        self.equal: list[dict[int, float]] = []

    def new(self, price: float, most: float | None = None) -> int:
        self.prices.append(price)
        self.most.append(most)
        return len(self.prices) - 1

    def cost(self) -> float:
        """First-stage cost plus expected recourse and penalties."""
        opened = sum(w["open_cost_cny"] for w in self.depots.values() if not w["open"] and w["id"] not in self.closed)
        bought = {w: self.new(self.water["cost_cny"], self._room(w)) for w in self.depots}
        done = {w["id"]: self._scenario(w["id"], w["probability"], bought) for w in self.rows["scenarios"]}
        self._tie(done)
        dense = [[row.get(j, 0.0) for j in range(len(self.prices))] for row, _ in self.below]
        tied = [[row.get(j, 0.0) for j in range(len(self.prices))] for row in self.equal]
        found = linprog(
            self.prices,
            dense,
            [limit for _, limit in self.below],
            tied or None,
            [0.0] * len(tied) or None,
            [(0, most) for most in self.most],
        )
        return float(found.fun or 0.0) + float(opened)

    def _room(self, w: str) -> float:
        if w in self.closed:
            return 0.0
        most = self.rows["stocks"][0]["most"] if w == "w1" else None
        return float(min(self.depots[w]["capacity_m3"], math.inf if most is None else most))

    def _via(self, sender: str, receiver: str) -> str | None:
        if sender == receiver or self.regime == "joint":
            return ""
        return "aid" if self.regime == "linked" and (sender, receiver) == ("b", "a") else None

    def _km(self, w: str, place: dict[str, Any]) -> float | None:
        km = abs(self.depots[w]["x"] - place["x"]) / 1000
        limit = self.water["within_min"]
        return None if limit is not None and km > limit else km

    def _scenario(
        self, scenario: str, chance: float, bought: dict[str, int]
    ) -> dict[tuple[str, ...], dict[int, float]]:
        """Adds one scenario. Returns amounts ordered and sent, as sums of variables."""
        life = self.water["shelf_life"] or math.inf
        share = self.rows["survival"][0]["share"]
        done: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
        came: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
        own: dict[str, dict[int, float]] = defaultdict(dict)
        for w, x in bought.items():
            came[w, 0][x] = own[w][x] = share if (scenario, w) == ("o1", "w1") else 1.0
        farm = self.rows["suppliers"][0]
        for i, t in enumerate(self.periods):
            if i + farm["lead"] < len(self.periods) and "w2" not in self.closed:
                x = self.new(chance * farm["cost_cny"], farm["capacity"])
                done["farm", t][x] = came["w2", i + farm["lead"]][x] = own["w2"][x] = 1.0
        went: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
        met: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
        lent: dict[str, dict[int, float]] = defaultdict(dict)
        for w, (i, t), place, batch in product(
            set(self.depots) - self.closed,
            enumerate(self.periods),
            (*self.sites, *self.depots),
            range(len(self.periods)),
        ):
            if place == w or place in self.closed or not batch <= i < batch + life:
                continue
            to_site = place in self.sites
            via = self._via(self.depots[w]["body"], "a" if to_site else self.depots[place]["body"])
            km = self._km(w, self.sites[place] if to_site else self.depots[place])
            if via is None or km is None or (self.rows["closures"] and (scenario, w, place) == ("o2", "w2", "s1")):
                continue
            x = self.new(chance * km * self.water["ship_cost_cny_km"])
            went[w, batch][x] = done[w, place, t][x] = 1.0
            (met if to_site else came)[place, i][x] = 1.0
            if via:
                lent[w][x] = 1.0
        for key, out in went.items():
            self.below.append((_less(out, came[key]), 0.0))
        for w, out in lent.items():
            self.below.append(
                (_less(out, {x: self.rows["links"][0]["share"] * part for x, part in own[w].items()}), 0.0)
            )
        self._penalties(scenario, chance, met)
        return done

    def _penalties(self, scenario: str, chance: float, met: dict[tuple[str, int], dict[int, float]]) -> None:
        kept = 1.0 - self.rows["effects"][0]["share"] if self.dyke else 1.0
        for need in self.rows["needs"]:
            if need["scenario"] == scenario:
                amount = need["amount"] * (kept if need["site"] == "s1" else 1.0)
                missed = self.new(chance * self.water["penalty_cny"])
                reached = met[need["site"], self.periods.index(need["period"])]
                self.below.append(({missed: -1.0, **dict.fromkeys(reached, -1.0)}, -amount))

    def _tie(self, done: Mapping[str, Mapping[tuple[str, ...], dict[int, float]]]) -> None:
        """Before both scenarios are known, the same is ordered and sent in both."""
        known = [row["known_from"] for row in self.rows["scenarios"]]
        if None in known:
            return
        for key in {*done["o1"], *done["o2"]}:
            if key[-1] < min(known):
                self.equal.append(_less(done["o1"].get(key, {}), done["o2"].get(key, {})))


def _less(one: dict[int, float], other: dict[int, float]) -> dict[int, float]:
    return {x: one.get(x, 0.0) - other.get(x, 0.0) for x in {*one, *other}}
