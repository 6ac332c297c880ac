"""Opening pages in a real Chromium that has no network and is told of every wish for one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allocopt.summary.words import amount, money, percent

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def opened(browser: Any, file: Path, *, width: int = 1280) -> Iterator[Any]:
    """The page, ready. Fails at the end where anything was asked of a network, or anything was told on the console."""
    wrong: list[str] = []
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append("a dialog"), dialog.dismiss()))
    page.route("**/*", lambda route: _only(route, file, wrong))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    yield page
    context.close()
    assert not wrong, wrong


def _only(route: Any, file: Path, wrong: list[str]) -> None:
    """Lets the file itself through and nothing else."""
    if route.request.url in (file.as_uri(), "data:,"):
        route.continue_()
    else:
        wrong.append(f"a request: {route.request.url}")
        route.abort()


def figures(page: Any) -> dict[str, Any]:
    """The figures that the page carries as JSON."""
    found: dict[str, Any] = json.loads(page.text_content("#figures"))
    return found


def shown(page: Any, key: str) -> str:
    """A main figure as it is shown."""
    return str(page.inner_text(f"[data-figure={key}] dd >> nth=0"))


WRITE = {"gap": percent, "gap_avoided": percent, "casualties": amount, "casualties_if_nobody_acts": amount}


def as_shown(key: str, value: float) -> str:
    return WRITE.get(key, money)(value)


def drawn(page: Any, layer: str) -> dict[str, Any] | None:
    """What the map draws of a layer; nothing where it is hidden."""
    return page.evaluate(  # type: ignore[no-any-return]
        """layer => {
            const doc = Bokeh.documents.find(doc => doc.get_model_by_name("map") !== null);
            if (!doc.get_model_by_name(`layer-${layer}`).visible) return null;
            const { data } = doc.get_model_by_name(`source-${layer}`);
            return Object.fromEntries(Object.entries(data).map(([key, column]) => [key, [...column]]));
        }""",
        layer,
    )


def view(page: Any) -> list[float]:
    """What the map shows: left, right, bottom, top in metres."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
            const map = Bokeh.documents.map(doc => doc.get_model_by_name("map")).find(map => map !== null);
            return [map.x_range.start, map.x_range.end, map.y_range.start, map.y_range.end];
        }"""
    )


def extent(page: Any) -> list[float]:
    """Of the map in pixels: its width with the rim, and width and height without."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
            const map = Bokeh.documents.map(doc => doc.get_model_by_name("map")).find(map => map !== null);
            return [map.outer_width, map.inner_width, map.inner_height];
        }"""
    )
