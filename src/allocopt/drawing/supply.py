"""A drawn city of supplies: communities around centres, depots among them, storms that may come, one budget.

It has the shape of pre-positioning (Rawls and Turnquist 2010): depots open and are stocked before anything happens; a
storm then destroys stock, closes depots and communities, and makes needs; what survives is shipped. Every size gives a
city of the same kind: the room of all depots is `ROOM` times the volume of a mean storm's needs, and the budget is
`MONEY` of what it costs to open every other depot and to buy those needs. Nothing in it is meant to be true of any
place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocopt.importers.made import Cells, Made

Floats = NDArray[np.float64]

# Goods: CNY, cubic metres, CNY for one missing, CNY a kilometre, people that one is for. Further ones go round again.
GOODS = (
    ("water", 400.0, 1.2, 4000.0, 0.6, 100.0),
    ("food", 1800.0, 0.8, 12000.0, 0.4, 150.0),
    ("medicine", 900.0, 0.05, 15000.0, 0.05, 300.0),
    ("tents", 1200.0, 0.3, 6000.0, 0.3, 60.0),
)
# Square kilometres for one community, communities around one centre, and their spread around it in metres.
KM2_A_COMMUNITY, COMMUNITIES_A_CENTRE, SPREAD_M = 6.0, 50, 4000.0
PEOPLE_MEDIAN, PEOPLE_SIGMA = 18000.0, 0.6
# Sizes of depots against the mean one. Every tenth depot is open already and holds goods in this share of its room.
SIZES, OPEN_EVERY, FILLED = (0.5, 1.0, 2.0), 10, 0.3
# Cost of opening: so much, and so much more for a cubic metre.
OPEN_CNY, OPEN_CNY_M3 = 60000.0, 150.0
# The chance that some storm comes, and how far it reaches: shares of the city's side.
CHANCE, REACH = 0.6, (0.15, 0.5)
# Share of people in need at the heart of a storm of mean strength, and what of it everybody has.
IN_NEED, EVERYWHERE = 0.02, 0.15
# Chances, at the heart of a storm, that a depot or a community is cut off.
CUT_OFF_DEPOT, CUT_OFF_COMMUNITY = 0.3, 0.1
ROOM, MONEY = 2.5, 0.5


def draw(
    *, depots: int, communities: int, commodities: int = 4, scenarios: int, suppliers: int = 0, seed: int = 0
) -> Made:
    """A city of this size; the same seed gives the same city. Suppliers deliver within the storm, dearly."""
    return _Drawn(np.random.default_rng(seed), depots, communities, commodities, scenarios, suppliers, seed).made()


@dataclass
class _Drawn:
    random: np.random.Generator
    depots: int
    communities: int
    commodities: int
    scenarios: int
    suppliers: int
    seed: int

    def made(self) -> Made:
        self.side_m = 1000.0 * (KM2_A_COMMUNITY * self.communities) ** 0.5
        centres = self.random.uniform(0.1, 0.9, (-(-self.communities // COMMUNITIES_A_CENTRE), 2)) * self.side_m
        self.centre_of = np.arange(self.communities) % len(centres)
        self.at = np.round(centres[self.centre_of] + self.random.normal(0.0, SPREAD_M, (self.communities, 2)))
        self.people = np.round(self.random.lognormal(np.log(PEOPLE_MEDIAN), PEOPLE_SIGMA, self.communities))
        hosts = self.random.choice(self.communities, self.depots, replace=self.depots > self.communities)
        self.depot_at = np.round(self.at[hosts] + self.random.normal(0.0, 800.0, (self.depots, 2)))
        self.goods = _goods(self.commodities)
        self._draw_storms()
        self._draw_depots()
        return self._written()

    def _draw_storms(self) -> None:
        eyes = self.random.uniform(0.0, self.side_m, (self.scenarios, 2))
        reach = self.random.uniform(*REACH, self.scenarios) * self.side_m
        strength = self.random.lognormal(-0.125, 0.5, self.scenarios)
        self.chances = np.round(CHANCE * self.random.dirichlet(np.full(self.scenarios, 2.0)), 6)
        near = _nearness(self.at, eyes, reach)
        in_need = IN_NEED * strength[:, None] * (EVERYWHERE + near) * self.people
        people_each = np.array([good[5] for good in self.goods])
        varied = self.random.uniform(0.7, 1.3, (self.scenarios, self.communities, self.commodities))
        self.needs = np.round(in_need[:, :, None] / people_each * varied, 1)
        depot_near = _nearness(self.depot_at, eyes, reach)
        self.survival = np.round(1.0 - depot_near * self.random.uniform(0.0, 1.0, depot_near.shape), 3)
        self.depots_off = self.random.random(depot_near.shape) < CUT_OFF_DEPOT * depot_near
        self.communities_off = self.random.random(near.shape) < CUT_OFF_COMMUNITY * near

    def _draw_depots(self) -> None:
        cost, volume = (np.array([good[i] for good in self.goods]) for i in (1, 2))
        mean_need: Floats = self.needs.sum(axis=1).mean(axis=0)
        size = self.random.choice(SIZES, self.depots)
        self.room = np.round(ROOM * float(mean_need @ volume) * size / size.sum(), 1)
        self.opening = np.round(OPEN_CNY + OPEN_CNY_M3 * self.room, -2)
        self.open = np.arange(self.depots) % OPEN_EVERY == 0
        shares = mean_need * volume / (mean_need @ volume)
        self.initial = np.floor(FILLED * self.room[:, None] * shares / volume) * self.open[:, None]
        self.money = round(MONEY * (float(mean_need @ cost) + float(self.opening.sum()) / 2), -3)

    def _written(self) -> Made:
        name = f"supply-{self.depots}x{self.communities}x{self.commodities}x{self.scenarios}-{self.seed}"
        made = Made(_settings(name), f"assumed: drawn by chance, seed {self.seed}")
        made.add("bodies", "id name", [("relief", "Relief")])
        made.add("hazards", "id name lead", [("storm", "Storm", "relief")])
        made.add("budgets", "id name amount_cny", [("total", "The whole city", self.money)])
        made.add("sites", "id type area people x y", self._sites())
        depots = zip(_ids("w", self.depots), self.open, self.opening, self.room, self.depot_at, strict=True)
        rows = ((w, "relief", "yes" if is_open else "no", 0.0 if is_open else float(cost), float(room), *_xy(at))
                for w, is_open, cost, room, at in depots)  # fmt: skip
        made.add("depots", "id body open open_cost_cny capacity_m3 x y", rows)
        columns = "id hazard cost_cny volume_m3 penalty_cny mode ship_cost_cny_km"
        made.add("commodities", columns, ((good[0], "storm", *good[1:4], "truck", good[4]) for good in self.goods))
        made.add("stocks", "depot commodity initial", self._stocks())
        chances = zip(_ids("o", self.scenarios), self.chances.tolist(), strict=True)
        made.add("scenarios", "id probability", chances)
        made.add("needs", "scenario site commodity period amount", self._needs())
        made.add("survival", "scenario depot share", self._survival())
        made.add("closures", "scenario depot site", self._closures())
        if self.suppliers:
            made.add("suppliers", "id body depot commodity capacity cost_cny", self._suppliers())
        return made

    def _sites(self) -> Iterator[Cells]:
        for s, centre, people, at in zip(
            _ids("s", self.communities), self.centre_of, self.people, self.at, strict=True
        ):
            yield s, "community", f"Drawn city/Centre {centre + 1}", float(people), *_xy(at)

    def _stocks(self) -> Iterator[Cells]:
        for w, amounts in zip(_ids("w", self.depots), self.initial.tolist(), strict=True):
            for good, amount in zip(self.goods, amounts, strict=True):
                if amount > 0:
                    yield w, good[0], amount

    def _needs(self) -> Iterator[Cells]:
        sites = _ids("s", self.communities)
        for o, by_site in zip(_ids("o", self.scenarios), self.needs.tolist(), strict=True):
            for s, amounts in zip(sites, by_site, strict=True):
                for good, amount in zip(self.goods, amounts, strict=True):
                    if amount > 0:
                        yield o, s, good[0], "year", amount

    def _survival(self) -> Iterator[Cells]:
        for o, shares in zip(_ids("o", self.scenarios), self.survival.tolist(), strict=True):
            for w, share in zip(_ids("w", self.depots), shares, strict=True):
                if share < 1:
                    yield o, w, share

    def _closures(self) -> Iterator[Cells]:
        names = _ids("o", self.scenarios)
        for o, w in np.argwhere(self.depots_off):
            yield names[o], _ids("w", self.depots)[w], ""
        for o, s in np.argwhere(self.communities_off):
            yield names[o], "", _ids("s", self.communities)[s]

    def _suppliers(self) -> Iterator[Cells]:
        for i, w in enumerate(_ids("w", self.depots)[: self.suppliers]):
            good = self.goods[i % len(self.goods)]
            capacity = float(np.round(0.05 * self.room[i] / good[2]))
            yield f"p{i:03}", "relief", w, good[0], capacity, 2.5 * good[1]


def _settings(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": "A drawn city of supplies",
        "source": "assumed: drawn by chance",
        "periods": [{"id": "year", "hours": 8760}],
        "travel": {"metric": "plane", "detour": 1.3, "speeds_kmh": {"truck": 40}},
        "objective": "loss",
    }


def _goods(commodities: int) -> list[tuple[str, float, float, float, float, float]]:
    rounds = [(i // len(GOODS), GOODS[i % len(GOODS)]) for i in range(commodities)]
    return [(good[0] + (f"_{lap + 1}" if lap else ""), *good[1:]) for lap, good in rounds]


def _nearness(at: Floats, eyes: Floats, reach: Floats) -> Floats:
    """How near places are to each storm: 1 at its eye, next to nothing beyond twice its reach."""
    metres = np.linalg.norm(at[None, :, :] - eyes[:, None, :], axis=2)
    near: Floats = np.exp(-((metres / reach[:, None]) ** 2))
    return near


def _ids(letter: str, number: int) -> list[str]:
    digits = len(str(number))
    return [f"{letter}{i + 1:0{digits}}" for i in range(number)]


def _xy(at: Floats) -> tuple[float, float]:
    return float(at[0]), float(at[1])
