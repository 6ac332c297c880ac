"""Every kind of study has a page; sliders move the map and the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import allocopt.study
from allocopt.city import City
from allocopt.instance.load import load
from allocopt.plan import Plan
from allocopt.report import write_report
from allocopt.report.study_pages.page import KINDS
from allocopt.study.reading import read_study
from allocopt.study.study import Study
from allocopt.summary.words import money
from cities import build
from report.pages import drawn, figures, opened
from report.village import SETTINGS, village

GAP: dict[str, Any] = {"gap": 1e-4, "workers": 1}
Made = dict[str, Path]


MAKE: dict[str, Callable[[City, Path, Plan], Study]] = {
    "budget": lambda city, out, _: allocopt.study.budget(city, out, start="0%", end="200%", points=3, **GAP),
    "collaboration": lambda city, out, _: allocopt.study.collaboration(city, out, **GAP),
    "fairness": lambda city, out, _: allocopt.study.fairness(city, out, points=2, **GAP),
    "information": lambda city, out, _: allocopt.study.information(city, out, surveys="none", **GAP),
    "ladder": lambda city, out, _: allocopt.study.ladder(city, out, budgets=("50%", "100%"), **GAP),
    "replan": lambda city, out, plan: allocopt.study.replan(city, plan, out, changes=1, workers=1),
    "stress": lambda city, out, plan: allocopt.study.stress(plan, out, kinds=("posts", "units"), pairs=0, **GAP),
}


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Callable[[str], Path]:
    """The folder of a study of each kind, made once."""
    root, made = tmp_path_factory.mktemp("studies"), {}

    def folder(kind: str) -> Path:
        if kind not in made:
            city = load(build(root / "city", village(), **SETTINGS)) if not made else load(root / "city")
            made[kind] = root / kind
            MAKE[kind](city, made[kind], plan)
        return made[kind]

    return folder


def page_of(folder: Path, lang: str = "en") -> Path:
    """The page of a study, made once."""
    file = folder.with_name(f"{folder.name}-{lang}.html")
    if not file.exists():
        write_report(folder, file, lang)
    return file


def test_every_kind_of_study_is_tried() -> None:
    assert set(MAKE) == set(KINDS) == set(allocopt.study.__all__) - {"score"}


# Their solves take seconds.
SLOW = ("collaboration", "fairness", "replan")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind in SLOW else kind for kind in sorted(KINDS)]
)
def test_the_page_of_a_study(browser: Any, folders: Callable[[str], Path], kind: str) -> None:
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


def test_the_slider_moves_tables_and_map(browser: Any, folders: Callable[[str], Path]) -> None:
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


def test_the_slider_is_moved_by_keys_and_says_so_in_chinese(browser: Any, folders: Callable[[str], Path]) -> None:
    with opened(browser, page_of(folders("budget"), "zh")) as page:
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        page.focus("#point")
        page.keyboard.press("End")
        last = page.inner_text("#point-now")
        page.keyboard.press("ArrowLeft")
        assert page.inner_text("#point-now") != last
        assert "%" in page.get_attribute("#point", "aria-valuetext")
