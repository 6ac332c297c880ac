"""Drawn towns, and what supply costs in them by a formulation of another kind.

Batches of goods, by depot and period of arrival, each go to needs or, as a new batch, to other depots while they are
good; scenarios that decide together are tied by rows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from itertools import product
from typing import Any

from hypothesis import strategies as st
from scipy.optimize import linprog

Tables = dict[str, list[dict[str, Any]]]
AID = {"id": "aid", "helper": "b", "helped": "a", "programme": "supply"}


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
