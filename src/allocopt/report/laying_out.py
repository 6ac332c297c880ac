"""A page as HTML: one file with all that it needs, which asks nothing of any network."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from allocopt.report import bokeh_page
from allocopt.report.view import AtPoint, Chart, Figures, MapView, Page, Part, Section, Slider, Table
from allocopt.report.words import Words

_KINDS: dict[type, str] = {
    str: "text",
    Table: "table",
    Chart: "chart",
    MapView: "map",
    Figures: "figures",
    Slider: "slider",
    AtPoint: "at_point",
}


def html(page: Page, words: Words) -> str:
    """The page, in which everything from the instance is escaped; only its own scripts may run, by their hashes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("allocopt.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "words": words,
        "kind": lambda part: _KINDS[type(part)],
        "json": lambda v: Markup(as_json(v)),
    }
    scripts = [bokeh_page.script(), _text("page.js")] if _is_drawn(page) else [_text("page.js")]
    return environment.get_template("page.html").render(
        page=page,
        lang={"zh": "zh-CN"}.get(words.lang, words.lang),
        style=Markup(_text("page.css")),
        scripts=[Markup(script) for script in scripts],
        policy=policy(scripts),
        charts=[(chart.key, chart.item) for chart in _charts(page.sections)],
    )


def policy(scripts: list[str]) -> str:
    """Nothing may be fetched, and nothing may run but these scripts."""
    hashes = " ".join(f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def as_json(value: Any) -> str:
    """JSON that can stand in a script element: nothing in it ends or opens one."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _text(name: str) -> str:
    return files("allocopt.report").joinpath("templates", name).read_text(encoding="utf-8").strip()


def _is_drawn(page: Page) -> bool:
    return next(_charts(page.sections), None) is not None


def _charts(sections: Any) -> Iterator[Chart]:
    for section in sections:
        yield from _drawn(section.parts if isinstance(section, Section | AtPoint) else section)


def _drawn(parts: Any) -> Iterator[Chart]:
    for part in parts:
        if isinstance(part, Chart):
            yield part
        elif isinstance(part, MapView):
            yield part.chart
        elif isinstance(part, AtPoint):
            yield from _drawn(part.parts)


__all__ = ["Part", "as_json", "html", "policy"]
