"""The map's layers and choices do what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocopt.plan import Plan
from report.pages import drawn, extent, opened, view

# Whose deeds each layer shows.
LAYERS_OF = {"police": {"units", "measures"}, "fire": {"visits", "stock", "routes"}}
LAYERS = ("sites", "visits", "units", "coverage", "stock", "routes", "measures")


def total(plan: Plan, table: str, column: str, **where: str) -> float:
    rows = plan.table(table)
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return float(rows[column].sum())


def names(layer: dict[str, Any] | None) -> set[str]:
    assert layer is not None
    return {tip.split("\n")[0] for tip in layer["tip"]}


def amounts(layer: dict[str, Any] | None) -> float:
    """The sum of what the tips of a layer tell of its places."""
    assert layer is not None
    return sum(float(tip.split("\n")[1].split(": ")[1].replace(",", "")) for tip in layer["tip"])


def test_layers_are_shown_and_hidden(browser: Any, page_of_plan: Path) -> None:
    with opened(browser, page_of_plan) as page:
        for layer in LAYERS:
            box = page.locator(f"[data-layer={layer}]")
            box.check()
            shown = drawn(page, layer)
            assert shown is not None and shown["tip"], layer
            box.uncheck()
            assert drawn(page, layer) is None
            assert box.locator("xpath=..").inner_text().strip() not in page.inner_text("#map-now")


def test_the_periods_are_told_apart(browser: Any, page_of_plan: Path, plan: Plan) -> None:
    with opened(browser, page_of_plan) as page:
        assert amounts(drawn(page, "visits")) == total(plan, "visits", "visits")
        for number, period in enumerate(("t1", "t2")):
            page.select_option("#choose-period", str(number))
            assert amounts(drawn(page, "visits")) == total(plan, "visits", "visits", period=period)
            told = amounts(drawn(page, "sites"))
            assert told == pytest.approx(total(plan, "sites", "loss_before_cny", period=period), rel=1e-3)


def test_the_bodies_are_told_apart(browser: Any, page_of_plan: Path) -> None:
    with opened(browser, page_of_plan) as page:
        page.select_option("#choose-body", label="公安 Police")
        for layer in LAYERS_OF["police"] | LAYERS_OF["fire"]:
            assert (amounts(drawn(page, layer)) > 0) is (layer in LAYERS_OF["police"]), layer
        page.select_option("#choose-body", label="消防 Fire")
        for layer in LAYERS_OF["police"] | LAYERS_OF["fire"]:
            assert (amounts(drawn(page, layer)) > 0) is (layer in LAYERS_OF["fire"]), layer


def test_coverage_is_what_units_reach_within_the_standard(browser: Any, page_of_plan: Path, plan: Plan) -> None:
    """A minute is a kilometre: from the gate all but the inn, from the bridge the inn alone."""
    reached = {"gate": {"Mill", "School", "Shop"}, "bridge": {"Inn"}}
    manned = set(plan.table("patrols")["post"])
    with opened(browser, page_of_plan) as page:
        page.check("[data-layer=coverage]")
        pairs = {tuple(name.split(" → ")) for name in names(drawn(page, "coverage"))}
    assert pairs == {(post.title(), site) for post in manned for site in reached[post]}


def test_it_is_moved_by_buttons_and_keys(browser: Any, page_of_plan: Path) -> None:
    with opened(browser, page_of_plan) as page:
        whole = view(page)
        assert whole[0] < 0 and whole[1] > 5000 and whole[2] < 0 and whole[3] > 1500
        page.locator("[data-move=in]").focus()
        page.keyboard.press("Enter")
        near = view(page)
        assert near[1] - near[0] == pytest.approx((whole[1] - whole[0]) / 1.5)
        page.focus("#chart-map")
        page.keyboard.press("ArrowRight")
        assert view(page)[0] > near[0]
        page.keyboard.press("0")
        assert view(page) == pytest.approx(whole)


def test_what_is_under_the_pointer_is_told(browser: Any, page_of_plan: Path) -> None:
    with opened(browser, page_of_plan) as page:
        for box in page.locator("[data-layer]").all():
            box.set_checked(box.get_attribute("data-layer") == "sites")
        left, right, bottom, top = view(page)
        outer, wide, high = extent(page)
        page.locator("#chart-map").scroll_into_view_if_needed()
        frame = page.locator("#chart-map").bounding_box()
        x = frame["x"] + (outer - wide) / 2 + (5000 - left) / (right - left) * wide
        y = frame["y"] + frame["height"] - 5 - (900 - bottom) / (top - bottom) * high
        page.mouse.move(x, y)
        page.get_by_text("Loss if nobody acts, CNY: 20,000").wait_for(timeout=2000)


def test_a_metre_east_is_as_long_as_a_metre_north(browser: Any, page_of_plan: Path) -> None:
    with opened(browser, page_of_plan, width=700) as page:
        for width in (700, 1100):
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(300)
            left, right, bottom, top = view(page)
            _, wide, high = extent(page)
            assert (right - left) / wide == pytest.approx((top - bottom) / high)
