"""Pages open with no network, say nothing on the console, and show the figures of their plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allocopt.plan import Plan
from allocopt.report import write_report
from instance_folder import CITIES, ROOT
from report.pages import as_shown, figures, opened, shown

MAIN = ("objective", "bound", "gap", "gap_avoided", "loss", "loss_if_nobody_acts", "spending")
MAIL_BYTES = 2_000_000


@pytest.mark.parametrize("name", CITIES)
def test_the_page_of_a_city(browser: Any, name: str, tmp_path: Path) -> None:
    folder, file = ROOT / "results" / "reference" / name / "plan", tmp_path / "page.html"
    size = write_report(folder, file, "zh")
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    with opened(browser, file) as page:
        carried = figures(page)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        for key in MAIN:
            assert carried[key] == plan[key], key
            assert shown(page, key) == as_shown(key, plan[key]), key
        assert plan["title"] in page.title()
    if name == "luzhi":
        assert size < MAIL_BYTES


def test_all_figures_of_the_manifest_are_carried_exactly(browser: Any, page_of_plan: Path, plan: Plan) -> None:
    with opened(browser, page_of_plan) as page:
        carried = figures(page)
    assert carried == {key: plan.manifest[key] for key in carried}
    assert {"objective", "bound", "next_money", "sensitivity", "by_hand", "options"} <= set(carried)


def test_it_has_a_language_headings_landmarks_and_captions(browser: Any, page_of_plan: Path) -> None:
    with opened(browser, page_of_plan) as page:
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.locator("h1").count() == 1
        assert page.locator("header, nav, main, footer").count() == 4
        assert page.locator("table").count() == page.locator("table caption").count() > 5
        assert page.locator("tbody tr").count() == page.locator("tbody tr th[scope=row]").count()
        assert page.locator("thead th:not([scope=col])").count() == 0
        assert page.locator("[data-layer]").count() == page.locator("label > [data-layer]").count()


def test_it_fits_a_narrow_screen(browser: Any, page_of_plan: Path) -> None:
    with opened(browser, page_of_plan, width=390) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_same_plan_gives_the_same_bytes(plan: Plan, tmp_path: Path) -> None:
    from cli.command import allocopt

    assert plan.folder is not None
    for file in ("a.html", "b.html"):
        run = allocopt("report", plan.folder, "--out", tmp_path / file)
        assert run.returncode == 0, run.stderr
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_the_policy_lets_nothing_in(browser: Any, page_of_plan: Path) -> None:
    """Even a script that got into the page could neither run nor fetch."""
    with browser.new_context(offline=False).new_page() as page:
        page.goto(page_of_plan.as_uri())
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        page.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.ran = true">');
        }""")
        page.wait_for_timeout(100)
        assert page.evaluate("window.ran") is None
        assert page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'let', () => 'refused')") == "refused"
