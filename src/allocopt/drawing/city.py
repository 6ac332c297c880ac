"""A drawn city: districts in a plane, sites around their centres, four hazards, visits and patrols under one budget.

Every number of `sites` gives a city of the same kind: one post for five sites, one district for a hundred; people,
units and money grow with the city. Actions reach every hazard at every site, and the budget is such that about half of
the loss can be averted. Nothing in it is meant to be true of any place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from allocopt.importers.made import Cells, Made

PERIODS = ("spring", "summer", "autumn", "winter")
PERIOD_HOURS = 2190
# The hazards, their lead, and the shares of a year's loss that fall in each period.
HAZARDS = {
    "fire": ("brigade", (0.24, 0.18, 0.22, 0.36)),
    "theft": ("police", (0.25, 0.27, 0.24, 0.24)),
    "accident": ("safety", (0.22, 0.28, 0.27, 0.23)),
    "flood": ("water", (0.15, 0.60, 0.20, 0.05)),
}
BODIES = ("brigade", "police", "safety", "water")
# Kinds of visit: hours of one officer on site, materials in CNY, and the share of each hazard's loss that one averts.
KINDS = {
    "fire_check": ("inspect", 12.0, 150.0, {"fire": 0.22}),
    "crime_talk": ("patrol", 10.0, 80.0, {"theft": 0.18}),
    "work_check": ("inspect", 14.0, 200.0, {"accident": 0.22}),
    "drain_check": ("water", 14.0, 500.0, {"flood": 0.25}),
    "joint_check": ("inspect", 18.0, 250.0, {"fire": 0.16, "accident": 0.16}),
    "street_round": ("patrol", 12.0, 100.0, {"theft": 0.11, "flood": 0.09}),
}
# Pools: body, skills, people for each hundred sites, cost of an hour.
POOLS = (
    ("brigade", "inspect", 1.6, 95.0),
    ("brigade", "inspect", 1.2, 100.0),
    ("police", "patrol", 1.8, 90.0),
    ("police", "patrol", 1.4, 85.0),
    ("police", "patrol;inspect", 0.6, 110.0),
    ("safety", "inspect", 1.6, 90.0),
    ("safety", "inspect", 1.2, 80.0),
    ("water", "water", 1.6, 75.0),
    ("water", "water", 1.2, 70.0),
    ("water", "water;patrol", 0.8, 85.0),
)
# Unit types: body, minutes of the standard, busy share, units for each hundred sites, cost of an hour on duty, and the
# share of each hazard's loss that an arriving unit averts.
UNITS = {
    "engine": ("brigade", 6.0, 0.15, 3.0, 21.0, {"fire": 0.50, "accident": 0.20}),
    "car": ("police", 5.0, 0.35, 4.0, 12.0, {"theft": 0.50}),
    "boat": ("water", 8.0, 0.20, 2.0, 16.0, {"flood": 0.45}),
}
SITES_A_POST, SITES_A_DISTRICT = 5, 100
# Square kilometres for one site, and how far sites lie from their district's centre (standard deviation, metres).
KM2_A_SITE, SPREAD_M = 0.35, 1600.0
# A year's loss of a site and hazard: lognormal.
MEDIAN_LOSS_CNY, SIGMA = 30_000.0, 1.1
# The budget of the year, for one site.
BUDGET_CNY_A_SITE = 16_000.0
MOST_VISITS = 4
SOURCE = "assumed: drawn"


def drawn_city(sites: int, seed: int) -> Made:
    """The tables of a drawn city of so many sites; the same seed draws the same city."""
    return _Draw(sites, seed).made()


class _Draw:
    def __init__(self, sites: int, seed: int) -> None:
        self.count, self.seed, self.draw = sites, seed, np.random.default_rng(seed)
        self.hundreds = sites / 100.0
        self.side_m = 1000.0 * float(np.sqrt(KM2_A_SITE * sites))
        districts = max(1, round(sites / SITES_A_DISTRICT))
        self.centres = self.draw.uniform(0.15, 0.85, (districts, 2)) * self.side_m

    def made(self) -> Made:
        made = Made(self._settings(), SOURCE)
        made.add("bodies", "id", [(body,) for body in BODIES])
        made.add("hazards", "id lead", [(hazard, lead) for hazard, (lead, _) in HAZARDS.items()])
        made.add("sites", "id area people x y", list(self._sites()))
        made.add("risks", "site hazard period loss_cny", list(self._risks()))
        made.add("pools", "id body skills headcount hours cost_cny_hour mode x y", list(self._pools()))
        made.add("kinds", "id most", [(kind, MOST_VISITS) for kind in KINDS])
        crews = [(kind, "officer", skill, 1, hours, cost) for kind, (skill, hours, cost, _) in KINDS.items()]
        made.add("crews", "of role skill people hours cost_cny", crews)
        made.add("classes", "id standard_min busy", [(f"{u}_call", row[1], row[2]) for u, row in UNITS.items()])
        made.add("units", "id body response mode count cost_cny_hour", list(self._units()))
        made.add("posts", "id area body open open_cost_cny units x y", list(self._posts()))
        made.add("effects", "by id hazard share", list(_effects()))
        made.add("links", "id helper helped programme share", _LINKS)
        made.add("budgets", "id amount_cny", [("all", round(BUDGET_CNY_A_SITE * self.count, -3))])
        return made

    def _settings(self) -> dict[str, Any]:
        return {
            "name": f"drawn-{self.count}-{self.seed}",
            "title": f"A drawn city of {self.count} sites",
            "description": f"Drawn by chance with seed {self.seed}; no place is meant.",
            "source": SOURCE,
            "periods": [{"id": period, "hours": PERIOD_HOURS} for period in PERIODS],
            "travel": {"metric": "plane", "detour": 1.3, "speeds_kmh": {"car": 30}},
            "objective": "loss",
        }

    def _around_centres(self, count: int) -> Iterator[tuple[str, float, float]]:
        """District and place of so many points, to the metre."""
        district = self.draw.integers(len(self.centres), size=count)
        places = np.clip(self.draw.normal(self.centres[district], SPREAD_M), 0.0, self.side_m).round()
        for d, (x, y) in zip(district, places, strict=True):
            yield f"city/d{d + 1:02d}", float(x), float(y)

    def _sites(self) -> Iterator[Cells]:
        people = self.draw.lognormal(np.log(800), 0.8, self.count).round()
        for i, (area, x, y) in enumerate(self._around_centres(self.count)):
            yield f"s{i + 1:05d}", area, float(people[i]), x, y

    def _risks(self) -> Iterator[Cells]:
        year = self.draw.lognormal(np.log(MEDIAN_LOSS_CNY), SIGMA, (self.count, len(HAZARDS)))
        for i in range(self.count):
            for h, (hazard, (_, shares)) in enumerate(HAZARDS.items()):
                for period, share in zip(PERIODS, shares, strict=True):
                    yield f"s{i + 1:05d}", hazard, period, round(float(year[i, h]) * share, 2)

    def _pools(self) -> Iterator[Cells]:
        places = self._around_centres(len(POOLS))
        for i, ((body, skills, people, cost), (_, x, y)) in enumerate(zip(POOLS, places, strict=True)):
            headcount = max(1, round(people * self.hundreds))
            yield f"pool{i + 1:02d}", body, skills, headcount, 400, cost, "car", x, y

    def _units(self) -> Iterator[Cells]:
        for unit, (body, _, _, count, cost, _) in UNITS.items():
            yield unit, body, f"{unit}_call", "car", max(1, round(count * self.hundreds)), cost

    def _posts(self) -> Iterator[Cells]:
        count = max(1, round(self.count / SITES_A_POST))
        costs = self.draw.uniform(10_000, 40_000, count).round(-3)
        for i, (area, x, y) in enumerate(self._around_centres(count)):
            built = i % 3 == 0
            yield (
                f"post{i + 1:04d}",
                area,
                "brigade",
                "yes" if built else "no",
                0 if built else float(costs[i]),
                2,
                x,
                y,
            )


_LINKS = (
    ("brigade_for_safety", "brigade", "safety", "inspection", 0.5),
    ("safety_for_brigade", "safety", "brigade", "inspection", 0.5),
    ("police_for_water", "police", "water", "inspection", 0.3),
    ("water_for_police", "water", "police", "inspection", 0.3),
    ("brigade_engines_for_safety", "brigade", "safety", "patrol", 0.5),
)


def _effects() -> Iterator[Cells]:
    for kind, (_, _, _, shares) in KINDS.items():
        yield from (("kind", kind, hazard, share) for hazard, share in shares.items())
    for unit, (_, _, _, _, _, shares) in UNITS.items():
        yield from (("class", f"{unit}_call", hazard, share) for hazard, share in shares.items())
