"""How QGIS draws the layers of a plan: its own style files (QML), in the colours and signs of the report's map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, tostring

from allocopt import colours
from allocopt.export.layer import Layer, cells_by_column

# Sites by what would be lost there, in millimetres, and by the share of it that is averted.
_SMALLEST, _LARGEST = 1.6, 6.0
_LOST, _AVERTED = "loss_before_cny", "averted_share"
# A triangle on its tip, which QGIS has by turning one.
_TURNED = "inverted_triangle"
# So much may a share lie beyond 0 or 1, by the last digits of its figures.
_HAIR = 1e-3
# A property that an expression gives.
_EXPRESSION = "3"


@dataclass(frozen=True)
class Style:
    """One sign for all features of a layer, or two, for those that are open and those that are not. Signs have QGIS's
    own names; one that is not `filled` is an outline."""

    colour: str
    sign: str = ""
    size: float = 0.3
    filled: bool = True
    dash: str = "solid"
    opacity: float = 1.0
    closed: Style | None = field(default=None)


def _either(style: Style) -> Style:
    """One that is not open is grey and smaller."""
    return replace(style, closed=Style(colours.GREY, style.sign, round(style.size * 2 / 3, 2)))


STYLES: Mapping[str, Style] = {
    "streets": Style(colours.LIGHT, size=0.26),
    "coverage": Style(colours.SKY, size=0.2, dash="dot", opacity=0.7),
    "shipments": Style(colours.RED, size=0.7, dash="dash"),
    "beats": Style(colours.BLUE, size=0.3),
    "sites": Style(colours.BLUE, "circle"),
    "measures": Style(colours.RED, "triangle", 3.6, filled=False),
    "pools": Style(colours.BLACK, "cross2", 2.4),
    "posts": _either(Style(colours.GREEN, _TURNED, 4.0)),
    "depots": _either(Style(colours.ORANGE, "diamond", 4.4)),
}
# Those of programmes from outside.
_OWN = {"Point": Style(colours.PURPLE, "hexagon", 3.6), "LineString": Style(colours.PURPLE, size=0.5, dash="dash dot")}


def qml(layer: Layer) -> str:
    """The style of a layer."""
    style = STYLES.get(layer.name) or _OWN[layer.shape]
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
    """The more would be lost, the larger the sign; the more of it is averted, the lighter."""
    renderer = _renderer(root, "graduatedSymbol", attr=f'coalesce("{_AVERTED}", 0)', graduatedMethod="GraduatedColor")
    ranges = SubElement(renderer, "ranges")
    steps = list(pairwise(step / len(colours.RAMP) for step in range(len(colours.RAMP) + 1)))
    for symbol, (low, high) in enumerate(steps):
        ends = {"lower": repr(low - (_HAIR if low == 0 else 0)), "upper": repr(high + (_HAIR if high == 1 else 0))}
        label = f"{low:.0%} – {high:.0%} averted"
        SubElement(ranges, "range", ends, label=label, symbol=str(symbol), render="true")
    _symbols(renderer, layer, [Style(colour, style.sign, _LARGEST) for colour in colours.RAMP], _size_of(layer))


def _size_of(layer: Layer) -> str:
    """The size of a sign as an expression: its area grows with the loss."""
    most = max((lost for name, _, cells in cells_by_column(layer) if name == _LOST for lost in cells), default=0.0)
    return f'coalesce(scale_exp("{_LOST}", 0, {most or 1.0!r}, {_SMALLEST}, {_LARGEST}, 0.5), {_SMALLEST})'


def _symbols(renderer: Element, layer: Layer, styles: Sequence[Style], size: str = "") -> None:
    """A symbol a style; `size` is an expression that gives its size feature by feature."""
    symbols = SubElement(renderer, "symbols")
    for number, style in enumerate(styles):
        point = layer.shape == "Point"
        kind = "marker" if point else "line"
        symbol = SubElement(
            symbols, "symbol", type=kind, name=str(number), alpha=str(style.opacity), clip_to_extent="1"
        )
        part = SubElement(
            symbol, "layer", {"class": "SimpleMarker" if point else "SimpleLine"}, enabled="1", locked="0"
        )
        options = SubElement(part, "Option", type="Map")
        for name, value in (_marker(style) if point else _line(style)).items():
            SubElement(options, "Option", type="QString", name=name, value=value)
        if size:
            _computed(part, "size", size)


def _computed(part: Element, name: str, expression: str) -> None:
    """A property of a symbol's layer that an expression gives."""
    whole = SubElement(SubElement(part, "data_defined_properties"), "Option", type="Map")
    SubElement(whole, "Option", type="QString", name="name", value="")
    own = SubElement(SubElement(whole, "Option", type="Map", name="properties"), "Option", type="Map", name=name)
    SubElement(own, "Option", type="bool", name="active", value="true")
    SubElement(own, "Option", type="QString", name="expression", value=expression)
    SubElement(own, "Option", type="int", name="type", value=_EXPRESSION)
    SubElement(whole, "Option", type="QString", name="type", value="collection")


def _marker(style: Style) -> Mapping[str, str]:
    rim = colours.BLACK if style.filled else style.colour
    return {
        "name": "triangle" if style.sign == _TURNED else style.sign,
        "angle": "180" if style.sign == _TURNED else "0",
        "color": _rgba(style.colour, 255 if style.filled else 0),
        "size": str(style.size),
        "size_unit": "MM",
        "outline_color": _rgba(rim),
        "outline_style": "solid",
        "outline_width": "0.2" if style.filled else "0.5",
        "outline_width_unit": "MM",
    }


def _line(style: Style) -> Mapping[str, str]:
    return {
        "line_color": _rgba(style.colour),
        "line_style": style.dash,
        "line_width": str(style.size),
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }


def _rgba(colour: str, opacity: int = 255) -> str:
    """A colour as QGIS writes it: red, green, blue and how opaque, each up to 255."""
    return ",".join(map(str, (*bytes.fromhex(colour[1:]), opacity)))
