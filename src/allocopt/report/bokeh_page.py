"""Bokeh, told to keep to the page: its models as JSON, its script to be written into the page."""

from __future__ import annotations

from typing import Any

from allocopt.faults import Fault, InputError
from allocopt.report.words import Words

# What is shown of the thing under the pointer. Bokeh escapes what stands for a column.
TIP = '<div style="white-space: pre-line; max-width: 20rem">@tip</div>'


def require_libraries() -> None:
    """Raises InputError where what draws and lays out the page is not installed."""
    from importlib.util import find_spec

    missing = [name for name in ("bokeh", "jinja2") if find_spec(name) is None]
    if missing:
        expected = "what draws the page: pip install 'allocopt[report]'"
        raise InputError([Fault("report", 0, "", f"no {' and no '.join(missing)}", expected)])


def tools(words: Words, *, reset: bool = False) -> list[Any]:
    """To move and to zoom, called so in the page's language."""
    from bokeh.models import PanTool, ResetTool, WheelZoomTool

    found = [PanTool(description=words("tool.pan")), WheelZoomTool(description=words("tool.zoom"))]
    return [*found, ResetTool(description=words("tool.reset"))] if reset else found


def hover(words: Words, drawn: list[Any], **more: Any) -> Any:
    """What tells of the thing under the pointer."""
    from bokeh.models import HoverTool

    return HoverTool(renderers=drawn, tooltips=TIP, description=words("tool.hover"), **more)


def script() -> str:
    """The text of the library, the part for plots alone."""
    from bokeh.resources import Resources

    return "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)


def item(model: Any) -> dict[str, Any]:
    """A figure as JSON for `Bokeh.embed.embed_item`."""
    from bokeh.embed import json_item

    found: dict[str, Any] = json_item(model)
    return found
