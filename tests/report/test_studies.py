"""Every kind of study has a page; sliders move the map and the tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

import allocopt.study
from allocopt.report.study_pages.page import KINDS
from allocopt.study.reading import read_study
from allocopt.summary.words import money
from report.pages import drawn, figures, opened
from report.studies import EACH, MAKE, Folders, page_of


def test_every_kind_of_study_is_tried() -> None:
    assert set(MAKE) == set(KINDS) == set(allocopt.study.__all__) - {"score"}


@pytest.mark.parametrize("kind", EACH)
def test_the_page_of_a_study(browser: Any, folders: Folders, kind: str) -> None:
    folder = folders(kind)
    study = read_study(folder)
    with opened(browser, page_of(folder)) as page:
        carried = figures(page)
        assert carried["study"]["study"] == kind
        for name, place in study.plans.items():
            told = json.loads((place / "plan.json").read_text(encoding="utf-8"))
            assert carried["plans"][name] == {key: told[key] for key in carried["plans"][name]}
        assert page.locator("main section").count() >= 2
        assert page.locator("table").count() >= 2


def test_the_slider_moves_tables_and_map(browser: Any, folders: Folders) -> None:
    folder = folders("budget")
    rows = read_study(folder).tables["frontier"].to_dict("records")
    with opened(browser, page_of(folder)) as page:
        measures = []
        for point, row in enumerate(rows):
            page.locator("#point").fill(str(point))
            assert money(row["budget_cny"]) in page.inner_text("#point-now")
            visible = [part.get_attribute("data-point") for part in page.locator(".at-point:visible").all()]
            assert visible == [str(point)]
            loss = page.inner_text(f".at-point[data-point='{point}'] [data-figure=loss] dd >> nth=0")
            assert loss == money(row["loss"])
            measures.append(len((drawn(page, "measures") or {"tip": []})["tip"]))
            here = page.evaluate(
                "Bokeh.documents.map((d) => d.get_model_by_name('here-frontier')).find(Boolean).location"
            )
            assert here == pytest.approx(row["budget_cny"] / 1e6)
        assert measures[0] == 0 < measures[-1]


def test_the_map_of_a_stress_study_has_a_sign_where_a_failure_costs(browser: Any, folders: Folders) -> None:
    rows = read_study(folders("stress")).tables["stresses"]
    lost = rows[(rows["kind"] == "posts") & (rows["more"] >= 1)]
    with opened(browser, page_of(folders("stress"))) as page:
        signs = drawn(page, "lost-posts")
        assert signs is not None and len(signs["tip"]) == len(lost) > 0
        told = sorted(float(tip.split("\n")[1].split(": ")[1].replace(",", "")) for tip in signs["tip"])
        assert told == pytest.approx(sorted(lost["more"]), abs=0.51)
        assert page.locator("#choose-period").count() == 0
        sites = drawn(page, "sites")
        assert sites is not None and "Mill" in sites["tip"]


def test_the_slider_is_moved_by_keys_and_says_so_in_chinese(browser: Any, folders: Folders) -> None:
    with opened(browser, page_of(folders("budget"), "zh")) as page:
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        page.focus("#point")
        page.keyboard.press("End")
        last = page.inner_text("#point-now")
        page.keyboard.press("ArrowLeft")
        assert page.inner_text("#point-now") != last
        assert "%" in page.get_attribute("#point", "aria-valuetext")
