"""Posts and rows that cannot matter are left out, and the best plan is as good as before."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import Arranged, arrange
from allocopt.city import City
from cities import Tables, city, objective, planned
from special.towns import covering, minutes, people_of, points

NEAR = 4.0


def town(seed: int, *, units: int, share: float = 1.0, **more: Any) -> dict[str, list[dict[str, Any]]]:
    return covering(points(seed, 9), points(seed + 60, 7), people_of(seed, 9), NEAR, units=units, share=share, **more)


def reach(seed: int) -> list[frozenset[int]]:
    return [frozenset(i for i, a in enumerate(points(seed, 9)) if minutes(p, a) <= NEAR) for p in points(seed + 60, 7)]


def arranged(built: City) -> Arranged:
    return arrange(built, Regime.named("linked", built), built.settings.objective)  # type: ignore[arg-type]


def posts_of(built: City) -> set[str]:
    return {station.post for station in arranged(built).data.programmes.stationing.stations}


def undominated(near: list[frozenset[int]], cost: list[float]) -> set[str]:
    """Straight from the definition: nobody reaches as much for no more money; of equals the first."""

    def beaten(i: int, j: int) -> bool:
        as_good = near[i] <= near[j] and cost[j] <= cost[i]
        return as_good and (j < i or near[i] < near[j] or cost[j] < cost[i])

    some = [i for i in range(len(near)) if near[i]]
    return {f"p{i}" for i in some if not any(beaten(i, j) for j in some if j != i)}


@pytest.mark.parametrize("seed", range(12))
def test_maximal_covering_keeps_its_optimum(tmp_path: Path, seed: int) -> None:
    near, weight = reach(seed), people_of(seed, 9)
    best = max(sum(weight[i] for i in frozenset().union(*chosen)) for chosen in combinations(near, 2))
    built = city(tmp_path / "city", town(seed, units=2, room=seed % 2 + 1))
    assert posts_of(built) == undominated(near, [0.0] * 7)
    assert objective(planned(built, tmp_path / "plan")) == pytest.approx(sum(weight) - best)


@pytest.mark.parametrize("seed", range(12))
def test_set_covering_keeps_its_optimum(tmp_path: Path, seed: int) -> None:
    """Posts at different prices; sites that nobody reaches are left out."""
    near, draw = reach(seed), random.Random(seed)
    cost = [float(draw.choice((100, 200, 300))) for _ in near]
    reached = frozenset().union(*near)
    chosen = (some for k in range(8) for some in combinations(range(7), k))
    best = min(sum(cost[p] for p in some) for some in chosen if reached <= frozenset().union(*(near[p] for p in some)))
    tables = town(seed, units=7, share=0.5)
    tables["sites"] = [row for i, row in enumerate(tables["sites"]) if i in reached]
    tables["risks"] = [row for i, row in enumerate(tables["risks"]) if i in reached]
    tables["posts"] = [
        {**row, "open": "no", "open_cost_cny": price, "body": "police"}
        for row, price in zip(tables["posts"], cost, strict=True)
    ]
    tables["standards"] = [{"id": "reached", "rule": "cover", "response": "fast", "at_least": 1}]
    built = city(tmp_path / "city", tables, objective="spending")
    assert posts_of(built) == undominated(near, cost)
    plan = planned(built, tmp_path / "plan")
    assert objective(plan) == pytest.approx(best)
    assert len(plan.table("standards")) == len(reached)


def test_a_row_with_all_stations_of_another_is_implied(tmp_path: Path) -> None:
    at, posts = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 0.0)], [(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0)]
    tables: dict[str, Any] = covering(at, posts, [1, 1, 1], 1, units=2, share=0.5, busy=0.1)
    tables["standards"] = [{"id": "reached", "rule": "cover", "response": "fast", "at_least": 1}]
    rows = arranged(city(tmp_path / "city", tables)).data.requirements
    assert [row.implied for row in rows] == [False, True, True]
    soft = {**tables, "standards": [{**tables["standards"][0], "price_cny": 5}]}
    assert not any(row.implied for row in arranged(city(tmp_path / "soft", soft)).data.requirements)


# At p0 a unit reaches the site s0, at p1 that one and another.
NESTED = ([(0.0, 0.0), (2000.0, 0.0)], [(0.0, 0.0), (1000.0, 0.0)])


def nested(**more: Any) -> dict[str, Any]:
    return covering(*NESTED, [1, 1], 1, units=2, **{"share": 0.5, **more})


def standard(rule: str, **row: Any) -> dict[str, Any]:
    return {"standards": [{"id": "s", "rule": rule, **row}]}


def test_a_post_within_anothers_reach_goes(tmp_path: Path) -> None:
    assert posts_of(city(tmp_path / "city", nested())) == {"p1"}


@pytest.mark.parametrize(
    "other",
    [
        nested(busy=0.2),
        {**nested(), **standard("cover", response="fast", site="s0", at_least=2)},
        {**nested(), **standard("spending", at_least=0, body="police")},
        {
            **nested(),
            "effects": [*nested()["effects"], {"by": "unit", "id": "car", "hazard": "theft", "share": 0.1}],
            "units": [{**nested()["units"][0], "patrol_share": 0.5}],
        },
        {
            **nested(),
            "posts": [
                {"id": "p0", "x": 0},
                {"id": "p1", "x": 1000, "open": "no", "open_cost_cny": 1, "body": "police"},
            ],
        },
        {
            **nested(),
            "posts": [{"id": "p0", "x": 0, "area": "town/north"}, {"id": "p1", "x": 1000, "area": "town/south"}],
            "budgets": [{"id": "south", "area": "town/south", "amount_cny": 0}],
        },
    ],
    ids=["busy", "backup", "floor on spending", "presence", "opening", "area"],
)
def test_a_post_stays_where_something_else_tells(tmp_path: Path, other: Tables) -> None:
    assert posts_of(city(tmp_path / "city", other)) == {"p0", "p1"}


def test_two_types_need_room(tmp_path: Path) -> None:
    tables: dict[str, Any] = nested(room=1)
    tables["units"] = [*tables["units"], {**tables["units"][0], "id": "bike"}]
    assert posts_of(city(tmp_path / "narrow", tables)) == {"p0", "p1"}
    wide = {**tables, "posts": [{**row, "units": 2} for row in tables["posts"]]}
    assert posts_of(city(tmp_path / "wide", wide)) == {"p1"}
