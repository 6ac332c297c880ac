"""The drawing of the map: empty sources by layer, which the page's script fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from allocopt import colours
from allocopt.report.bokeh_page import hover, tools
from allocopt.report.words import Words


@dataclass(frozen=True)
class Style:
    """How a layer looks: marks of a shape, lines, or cells of a grid."""

    shape: str
    colour: str
    glyph: str = "marks"
    filled: bool = False
    dash: str = "solid"
    width: float = 1.5
    alpha: float = 1.0

    @property
    def is_line(self) -> bool:
        return self.glyph == "lines"


# In the order in which they are drawn, the last on top.
STYLES: Mapping[str, Style] = {
    "boundaries": Style("line", colours.GREY, glyph="lines", dash="dotdash", width=1.2),
    "streets": Style("line", colours.LIGHT, glyph="lines", width=1.0),
    "density": Style("square", colours.BLUE, glyph="cells", filled=True),
    "coverage": Style("line", colours.SKY, glyph="lines", dash="dotted", alpha=0.7),
    "routes": Style("line", colours.RED, glyph="lines", dash="dashed", width=2.0),
    "sites": Style("circle", colours.BLUE, filled=True, alpha=0.9),
    "visits": Style("circle", colours.BLACK, width=1.6),
    "presence": Style("square", colours.PURPLE, width=1.8),
    "measures": Style("triangle", colours.RED, width=1.8),
    "stock": Style("diamond", colours.ORANGE, filled=True),
    "units": Style("inverted_triangle", colours.GREEN, filled=True),
}
# Layers that tell nothing of themselves: what lies under the others, and lines that are too many.
_SILENT = ("streets", "boundaries", "coverage")
_HEIGHT = 560
_THINNEST = 0.5


def in_order(styles: Mapping[str, Style]) -> dict[str, Style]:
    """All layers, in the order in which they are drawn, with these beside the usual ones: signs are above lines."""
    return dict(sorted({**STYLES, **styles}.items(), key=lambda layer: layer[1].glyph == "marks"))


def map_figure(styles: Mapping[str, Style], words: Words, crowd: float = 1.0) -> Any:
    """The figure with all layers; names of models are `layer-…` and, for sources, `source-…`. Outlines are
    the thinner the more signs there are: by `crowd`, from 1 down."""
    from bokeh.models import ColumnDataSource, Range1d, ScaleBar
    from bokeh.plotting import figure

    plot = figure(
        name="map",
        height=_HEIGHT,
        sizing_mode="stretch_width",
        x_range=Range1d(0, 1),
        y_range=Range1d(0, 1),
        tools=tools(words),
        toolbar_location="above",
        background_fill_color="#fcfcfc",
        outline_line_color=colours.GREY,
    )
    plot.toolbar.logo = None
    plot.axis.visible = False
    plot.grid.visible = False
    hovered = []
    for layer, style in styles.items():
        columns = ("xs", "ys", "size", "tip") if style.is_line else ("x", "y", "size", "colour", "tip")
        source = ColumnDataSource({column: [] for column in columns}, name=f"source-{layer}")
        drawn = _DRAW[style.glyph](plot, source, replace(style, width=style.width * max(crowd, _THINNEST)))
        drawn.name = f"layer-{layer}"
        if layer not in _SILENT:
            hovered.append(drawn)
    plot.add_tools(hover(words, hovered, attachment="horizontal"))
    plot.add_layout(ScaleBar(range=plot.x_range, unit="m", bar_length=0.15, background_fill_alpha=0.8))
    return plot


def _lines(plot: Any, source: Any, style: Style) -> Any:
    return plot.multi_line(
        "xs",
        "ys",
        source=source,
        line_color=style.colour,
        line_dash=style.dash,
        line_width="size",
        line_alpha=style.alpha,
    )


def _marks(plot: Any, source: Any, style: Style) -> Any:
    return plot.scatter(
        "x",
        "y",
        source=source,
        marker=style.shape,
        size="size",
        fill_color="colour" if style.filled else None,
        fill_alpha=style.alpha,
        line_color=colours.BLACK if style.filled else style.colour,
        line_width=0.6 if style.filled else style.width,
    )


def _cells(plot: Any, source: Any, style: Style) -> Any:
    return plot.rect("x", "y", "size", "size", source=source, fill_color="colour", line_color=None)


_DRAW: Mapping[str, Callable[[Any, Any, Style], Any]] = {"marks": _marks, "lines": _lines, "cells": _cells}
