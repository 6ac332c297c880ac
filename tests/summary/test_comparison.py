"""What changed between plans."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

from allocopt.summary.comparison import compare, render_comparison
from summary.samples import changed, plan, row

MORE = [row("measures", "lamp", f"s{i}", "t1", "", 30_000.0, 0.5) for i in (4, 5, 6)]


def test_totals_and_details() -> None:
    found = compare([plan(), changed("measures", MORE, loss=4_000_000.0)])
    assert [entry["measures"] for entry in found["plans"]] == [1.0, 3.0]
    assert found["plans"][0]["visits"] == 4.0
    assert found["plans"][0]["hours of people"] == 956.5
    change = found["changes"][0]
    assert change["sites by measure"] == {"lamp": [1.0, 3.0]}
    assert change["visits by kind"] == {}
    json.dumps(found)


@pytest.mark.parametrize("width", [80, 100])
def test_every_line_fits(width: int) -> None:
    plans = [plan(), changed("measures", MORE, loss=4_000_000.0), changed("visits", []), plan(), plan()]
    text = render_comparison(plans, width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "−123,457" in text
    assert "Plan 5" in text


def test_plans_that_are_the_same() -> None:
    text = render_comparison([plan(), plan()])
    assert "Nothing is done otherwise." in text


def test_what_only_one_plan_has() -> None:
    found = compare([changed("stock", []), plan()])["changes"][0]
    assert found["goods bought"] == {"bag": [0.0, 900.0]}
    opened = compare([plan(), changed("posts", [row("posts", "quay", 1, 60_000.0)])])["changes"][0]
    assert (opened["posts opened"], opened["depots opened"]) == ({"quay": [0.0, 1.0]}, {})
    text = render_comparison([plan(), changed("patrols", [])])
    assert "quay" in text and "−2" in text


def test_other_cities_and_changed_instances_are_told() -> None:
    other = {"name": "elsewhere", "folder": "x", "hashes": {}}
    assert "plans of different cities" in render_comparison([plan(), plan(instance=other)])
    later = {"name": "luzhi", "folder": "instances/luzhi", "hashes": {"sites.csv": "0"}}
    assert "The instance was changed" in render_comparison([plan(), plan(instance=later)])
