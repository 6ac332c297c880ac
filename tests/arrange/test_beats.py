"""Which post can answer for which site, and how fast."""

from __future__ import annotations

from typing import Any

import pytest

from allocopt.arrange.beats import arrange_beats
from allocopt.faults import InputError
from allocopt_models.beats import Beats
from arrange.towns import city

TABLES: dict[str, list[dict[str, Any]]] = {
    "sites": [
        {"id": "near", "area": "city", "people": 30, "x": 1000, "y": 0},
        {"id": "far", "area": "city", "people": 10, "x": 6000, "y": 0},
    ],
    "posts": [{"id": "p", "open": True, "x": 0, "y": 0}, {"id": "q", "open": False, "x": 6000, "y": 0}],
    "classes": [{"id": "quick", "standard_min": 5}],
    "units": [
        {"id": unit, "body": "a", "response": response, "mode": mode, "count": 1, "cost_cny_hour": 1}
        for unit, response, mode in (
            ("walkers", "quick", "foot"),
            ("boat", "quick", "boat"),
            ("drivers", "slow", "car"),
        )
    ],
    "neighbours": [{"site": "near", "neighbour": "far"}],
}
TRAVEL = {"metric": "plane", "speeds_kmh": {"car": 60.0, "foot": 6.0, "boat": 12.0}}


def beats(wanted: bool = False, **asked: Any) -> Beats | None:
    return arrange_beats(city(TABLES, travel=TRAVEL, **({"beats": asked} if asked else {})), wanted=wanted)


def test_none_where_nobody_asks() -> None:
    assert beats() is None


def test_all_modes_where_only_response_time_is_wanted() -> None:
    found = beats(wanted=True)
    assert found is not None
    assert found.minutes == {("p", "near"): 1.0, ("p", "far"): 6.0, ("q", "near"): 5.0, ("q", "far"): 0.0}
    assert not found.asked
    assert not found.whole


def test_the_fastest_mode_of_the_class() -> None:
    found = beats(response="quick", contiguous=True)
    assert found is not None
    assert found.minutes["p", "near"] == pytest.approx(5.0)
    assert list(found.neighbours or ()) == [("near", "far")]
    assert found.asked
    assert found.whole


def test_balance_is_of_the_mean_over_posts_that_answer() -> None:
    found = beats(mode="foot", posts=2, balance=0.25)
    assert found is not None
    assert (found.number, found.most_people) == (2, 25.0)
    assert found.minutes["p", "far"] == pytest.approx(60.0)


def test_posts_reach_only_what_the_table_of_trips_lists() -> None:
    trips: list[dict[str, Any]] = [{"mode": "car", "from_place": "p", "to_place": "near", "minutes": 3}]
    trips.append({"mode": "foot", "from_place": "q", "to_place": "far", "minutes": 4})
    found = arrange_beats(city({**TABLES, "travel": trips}, travel={**TRAVEL, "metric": "table"}), wanted=True)
    assert found is not None
    assert found.minutes == {("p", "near"): 3.0, ("q", "far"): 4.0}


@pytest.mark.parametrize("asked", [{}, {"beats": {"posts": 1}}], ids=["response time", "beats"])
def test_every_site_out_of_reach_is_a_fault(asked: dict[str, Any]) -> None:
    town = city({**TABLES, "travel": []}, travel={**TRAVEL, "metric": "table"}, **asked)
    with pytest.raises(InputError) as error:
        arrange_beats(town, wanted=not asked)
    assert [(fault.file, fault.found.split(",")[0]) for fault in error.value.faults] == [
        ("sites.csv", "far"),
        ("sites.csv", "near"),
    ]


def test_a_site_out_of_reach_is_no_fault_where_nobody_asks() -> None:
    assert arrange_beats(city({**TABLES, "travel": []}, travel={**TRAVEL, "metric": "table"}), wanted=False) is None
