"""Where units may stand by: only where they are of use, unless money is to be spent on patrol whatever it does."""

from __future__ import annotations

from typing import Any

import pytest

from allocopt.arrange.acting import Regime
from allocopt.arrange.whole import arrange
from arrange.towns import city

TOWN: dict[str, list[dict[str, Any]]] = {
    "bodies": [{"id": "a"}],
    "hazards": [{"id": "theft", "lead": "a"}],
    "sites": [{"id": "s1", "area": "city", "x": 0, "y": 0}],
    "risks": [{"site": "s1", "hazard": "theft", "loss_cny": 1000}],
    "classes": [{"id": "car", "standard_min": 3}],
    "units": [{"id": "team", "body": "a", "response": "car", "count": 1, "cost_cny_hour": 1, "mode": "car"}],
    "posts": [
        {"id": "near", "area": "city", "x": 1000, "y": 0, "open": True},
        {"id": "far", "area": "city", "x": 9000, "y": 0, "open": True},
    ],
    "effects": [{"by": "class", "id": "car", "hazard": "theft", "share": 0.5}],
}


@pytest.mark.parametrize(("programme", "posts"), [("supply", {"near"}), ("patrol", {"near", "far"})])
def test_a_post_out_of_reach_counts_only_where_patrol_is_to_cost_something(programme: str, posts: set[str]) -> None:
    floor = [{"id": "floor", "rule": "spending", "at_least": 10, "programme": programme}]
    town = city({**TOWN, "standards": floor})
    stations = arrange(town, Regime.named("silo", town), "loss").data.programmes.stationing.stations
    assert {station.post for station in stations} == posts
