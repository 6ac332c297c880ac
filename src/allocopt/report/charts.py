"""Curves with what is proved of them, drawn with Bokeh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allocopt import colours
from allocopt.report.bokeh_page import hover, item, tools
from allocopt.report.view import Chart
from allocopt.report.words import Words

_HEIGHT = 380


@dataclass(frozen=True)
class Curve:
    """Values over x, told in words as `tips`; `proved` draws it dashed, without a filled marker."""

    label: str
    y: Sequence[float]
    tips: Sequence[str]
    proved: bool = False


def curves(
    key: str,
    caption: str,
    says: str,
    axes: tuple[str, str],
    x: Sequence[float],
    drawn: Sequence[Curve],
    words: Words,
    *,
    at: int | None = None,
) -> Chart:
    """Curves over the same x; `at` is the point at which the slider begins, marked by a line named `here-<key>`."""
    from bokeh.models import NumeralTickFormatter, Span
    from bokeh.plotting import figure

    plot = figure(
        name=key,
        height=_HEIGHT,
        sizing_mode="stretch_width",
        tools=tools(words, reset=True),
        x_axis_label=axes[0],
        y_axis_label=axes[1],
        toolbar_location="above",
    )
    plot.toolbar.logo = None
    plot.xaxis.formatter = NumeralTickFormatter(format="0,0.[00]")
    plot.yaxis.formatter = NumeralTickFormatter(format="0,0.[00]")
    seen = []
    for number, curve in enumerate(drawn):
        seen += _curve(plot, list(x), curve, number)
    plot.add_tools(hover(words, seen))
    if at is not None and x and x[at] == x[at]:
        plot.add_layout(Span(name=f"here-{key}", location=x[at], dimension="height", line_dash="dotted", line_width=2))
    if plot.legend:
        plot.legend.location = "top_right"
        plot.legend.background_fill_alpha = 0.8
    return Chart(key, caption, says, item(plot))


_PALETTE = (colours.BLUE, colours.RED, colours.GREEN, colours.PURPLE)
_MARKERS = ("circle", "triangle", "square", "diamond")


def _curve(plot: Any, x: list[float], curve: Curve, number: int) -> list[Any]:
    from bokeh.models import ColumnDataSource

    known = [(at, y, tip) for at, y, tip in zip(x, curve.y, curve.tips, strict=True) if y == y and at == at]
    source = ColumnDataSource(
        {"x": [at for at, _, _ in known], "y": [y for _, y, _ in known], "tip": [tip for _, _, tip in known]}
    )
    colour = _PALETTE[number % len(_PALETTE)]
    dash = "dashed" if curve.proved else "solid"
    plot.line("x", "y", source=source, line_color=colour, line_dash=dash, line_width=2, legend_label=curve.label)
    marks = plot.scatter(
        "x",
        "y",
        source=source,
        marker=_MARKERS[number % len(_MARKERS)],
        size=9,
        line_color=colour,
        fill_color="white" if curve.proved else colour,
        legend_label=curve.label,
    )
    return [marks]


def in_unit(values: Sequence[float], words: Words) -> list[float]:
    """Yuan in the unit that axes are told in."""
    unit = float(words("axis_unit_cny"))
    return [value / unit for value in values]


def money_axis(label: str, words: Words) -> str:
    return f"{label} ({words('axis_unit')})"
