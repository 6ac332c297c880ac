"""Bokeh, told to keep to the page: its models as JSON, its script to be written into the page."""

from __future__ import annotations

from typing import Any

from allocopt.faults import Fault, InputError

# What is shown of the thing under the pointer. Bokeh escapes what stands for a column.
TIP = '<div style="white-space: pre-line; max-width: 20rem">@tip</div>'


def require_libraries() -> None:
    """Raises InputError where what draws and lays out the page is not installed."""
    from importlib.util import find_spec

    missing = [name for name in ("bokeh", "jinja2") if find_spec(name) is None]
    if missing:
        expected = "what draws the page: pip install 'allocopt[report]'"
        raise InputError([Fault("report", 0, "", f"no {' and no '.join(missing)}", expected)])


def script() -> str:
    """The text of the library, the part for plots alone."""
    from bokeh.resources import Resources

    return "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)


def item(model: Any) -> dict[str, Any]:
    """A figure as JSON for `Bokeh.embed.embed_item`."""
    from bokeh.embed import json_item

    found: dict[str, Any] = json_item(model)
    return found
