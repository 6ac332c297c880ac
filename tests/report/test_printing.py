"""What the screen hides stands on paper; drawings stand there as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_everything_is_printed(browser: Any, page_of_plan: Path, tmp_path: Path) -> None:
    from report.pages import opened

    with opened(browser, page_of_plan) as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.locator(".printed:visible").count() == page.locator(".plot").count() == 1
        assert page.locator(".plot:visible").count() == 0
        size = page.evaluate("(image => [image.naturalWidth, image.naturalHeight])(document.querySelector('.printed'))")
        assert min(size) > 300
        assert page.locator("nav:visible, .buttons:visible").count() == 0
        assert page.pdf(path=tmp_path / "page.pdf", format="A4")[:4] == b"%PDF"


def test_all_points_of_a_study_are_printed(browser: Any, tmp_path: Path) -> None:
    """A page with two points, of which the screen shows one."""
    from allocopt.report.laying_out import html
    from allocopt.report.view import AtPoint, Page, Section, Slider
    from allocopt.report.words import Words
    from report.pages import opened

    parts = [Slider("Sum", ["1", "2"], 0), AtPoint(0, "1", ["one"]), AtPoint(1, "2", ["two"])]
    page_of = Page("Two", [], [Section("plans", "Plans", parts)], {}, {"map": None, "points": [None, None], "here": {}})
    (tmp_path / "two.html").write_text(html(page_of, Words("en")), encoding="utf-8")
    with opened(browser, tmp_path / "two.html") as page:
        assert page.locator(".at-point:visible").count() == 1
        page.emulate_media(media="print")
        assert page.locator(".at-point:visible").count() == 2
        assert page.locator(".slider:visible").count() == 0
