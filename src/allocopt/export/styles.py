"""How QGIS draws the layers of a plan: its own style files (QML), in the colours of Okabe and Ito (2008), which people
with any kind of colour vision tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, tostring

from allocopt.export.layers import Layer, cells_by_column

ORANGE, SKY, GREEN = "230,159,0,255", "86,180,233,255", "0,158,115,255"
BLUE, VERMILLION, PURPLE = "0,114,178,255", "213,94,0,255", "204,121,167,255"
BLACK, GREY, FAINT = "0,0,0,255", "153,153,153,255", "86,180,233,110"
# Places by what is lost there: so many sizes, the smallest and the largest in millimetres.
_SIZES, _SMALLEST, _LARGEST = 5, 1.6, 5.2
_MEASURED = "loss_cny"


@dataclass(frozen=True)
class Style:
    """One sign for all features of a layer, or two, for those that are open and those that are not."""

    colour: str
    sign: str = ""
    size: float = 0.3
    closed: Style | None = field(default=None)


STYLES: Mapping[str, Style] = {
    "streets": Style(GREY, size=0.26),
    "coverage": Style(FAINT, size=0.2),
    "shipments": Style(VERMILLION, size=0.7),
    "beats": Style(BLUE, size=0.3),
    "sites": Style(ORANGE, "circle"),
    "measures": Style(PURPLE, "star", 3.6),
    "pools": Style(BLACK, "cross2", 2.4),
    "posts": Style(BLUE, "triangle", 4.0, closed=Style(GREY, "triangle", 2.6)),
    "depots": Style(GREEN, "square", 4.0, closed=Style(GREY, "square", 2.6)),
}


def qml(layer: Layer) -> str:
    """The style of a layer."""
    style = STYLES[layer.name]
    root = Element("qgis", version="3.28.0", styleCategories="Symbology")
    if layer.name == "sites":
        _graduated(root, layer, style)
    elif style.closed is not None:
        _open_or_not(root, layer, style, style.closed)
    else:
        _symbols(_renderer(root, "singleSymbol"), layer, [style])
    SubElement(root, "layerGeometryType").text = "0" if layer.shape == "Point" else "1"
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(root, encoding="unicode")


def _renderer(root: Element, kind: str, **more: str) -> Element:
    return SubElement(root, "renderer-v2", {"type": kind, "symbollevels": "0", "enableorderby": "0", **more})


def _open_or_not(root: Element, layer: Layer, style: Style, closed: Style) -> None:
    renderer = _renderer(root, "categorizedSymbol", attr="open")
    categories = SubElement(renderer, "categories")
    for symbol, word in enumerate(("yes", "no")):
        label = "open" if word == "yes" else "not open"
        SubElement(categories, "category", value=word, label=label, symbol=str(symbol), render="true", type="string")
    _symbols(renderer, layer, [style, closed])


def _graduated(root: Element, layer: Layer, style: Style) -> None:
    """The more is lost, the larger the sign."""
    renderer = _renderer(root, "graduatedSymbol", attr=_MEASURED, graduatedMethod="GraduatedColor")
    ranges = SubElement(renderer, "ranges")
    values = next(cells for name, _, cells in cells_by_column(layer) if name == _MEASURED)
    steps = _steps(values)
    for symbol, (low, high) in enumerate(steps):
        label = f"{low:,.0f} – {high:,.0f} yuan lost"
        SubElement(ranges, "range", lower=repr(low), upper=repr(high), label=label, symbol=str(symbol), render="true")
    growth = (_LARGEST - _SMALLEST) / max(len(steps) - 1, 1)
    sizes = [_SMALLEST + growth * step for step in range(len(steps))]
    _symbols(renderer, layer, [Style(style.colour, style.sign, round(size, 2)) for size in sizes])


def _steps(values: Sequence[float]) -> list[tuple[float, float]]:
    """Ranges that hold about as many places each; fewer where many places lose the same."""
    ordered = sorted(values)
    edges = [ordered[round(step * (len(ordered) - 1) / _SIZES)] for step in range(_SIZES + 1)]
    distinct = sorted(set(edges))
    return list(pairwise(distinct)) or [(distinct[0], distinct[0])]


def _symbols(renderer: Element, layer: Layer, styles: Sequence[Style]) -> None:
    symbols = SubElement(renderer, "symbols")
    for number, style in enumerate(styles):
        point = layer.shape == "Point"
        kind = "marker" if point else "line"
        symbol = SubElement(symbols, "symbol", type=kind, name=str(number), alpha="1", clip_to_extent="1")
        part = SubElement(
            symbol, "layer", {"class": "SimpleMarker" if point else "SimpleLine"}, enabled="1", locked="0"
        )
        options = SubElement(part, "Option", type="Map")
        for name, value in (_marker(style) if point else _line(style)).items():
            SubElement(options, "Option", type="QString", name=name, value=value)


def _marker(style: Style) -> Mapping[str, str]:
    return {
        "name": style.sign,
        "color": style.colour,
        "size": str(style.size),
        "size_unit": "MM",
        "outline_color": BLACK,
        "outline_style": "solid",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
    }


def _line(style: Style) -> Mapping[str, str]:
    return {
        "line_color": style.colour,
        "line_style": "solid",
        "line_width": str(style.size),
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }
