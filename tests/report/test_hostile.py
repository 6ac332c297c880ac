"""Names from an instance are shown as they are, whatever they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocopt.report import write_report
from allocopt.report.laying_out import as_json
from cities import city, planned
from report.pages import drawn, opened
from report.village import HOSTILE, SETTINGS, village

# Pictures and bold text anywhere, in what Bokeh draws too.
MADE_OF_NAMES = """() => {
    const found = (root) => [...root.querySelectorAll('*')].flatMap((e) =>
        [...(['IMG', 'B'].includes(e.tagName) ? [e] : []), ...(e.shadowRoot ? found(e.shadowRoot) : [])]);
    return found(document).length;
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    settings = {**SETTINGS, "title": f"甪直{HOSTILE}"}
    plan = planned(city(folder / "city", village(HOSTILE), **settings), folder / "plan")
    assert plan.folder is not None
    write_report(plan.folder, folder / "plan.html", "en")
    return folder / "plan.html"


def test_nothing_of_a_name_becomes_part_of_the_page(browser: Any, hostile: Path) -> None:
    """Neither in the tables and the map, nor in what is shown under the pointer."""
    with opened(browser, hostile) as page:
        assert page.title() == page.inner_text("h1") == f"甪直{HOSTILE}"
        assert page.locator("img, b").count() == 0
        assert page.get_by_role("rowheader", name=f"Inn{HOSTILE}", exact=True).count() >= 1
        assert page.locator("#choose-body option").nth(1).inner_text() == f"消防 Fire{HOSTILE}"
        sites = drawn(page, "sites")
        assert sites is not None and any(tip.startswith(f"Inn{HOSTILE}\n") for tip in sites["tip"])
        page.locator("#chart-map").scroll_into_view_if_needed()
        frame = page.locator("#chart-map").bounding_box()
        for x in range(20, int(frame["width"]), 70):
            for y in range(40, int(frame["height"]), 70):
                page.mouse.move(frame["x"] + x, frame["y"] + y)
        assert page.evaluate(MADE_OF_NAMES) == 0


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "\u2028", "a\u2029b", "'\"&"])
def test_json_in_a_page_opens_and_ends_nothing(text: str) -> None:
    import json

    written = as_json({"name": text})
    assert "<" not in written and "\u2028" not in written and "\u2029" not in written
    assert json.loads(written) == {"name": text}
