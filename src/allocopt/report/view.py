"""What a page shows: plain values, in the page's language already, that templates only lay out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Bar:
    """A figure with a bar behind it, from `start` to `end`, shares of the column's width; `mark` is where a figure
    stands within an interval."""

    text: str
    end: float
    start: float = 0.0
    mark: float | None = None


Cell = str | Bar


@dataclass(frozen=True)
class Table:
    """The first `words` columns are words, the others figures."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    words: int = 1
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A main figure: its name in the manifest, how it is called, how it is told."""

    key: str
    label: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing: `item` is Bokeh's own JSON; `says` tells what is drawn to who cannot see it."""

    key: str
    caption: str
    says: str
    item: Mapping[str, Any]


@dataclass(frozen=True)
class MapView:
    """The map: its drawing, the layers that can be shown and hidden, and the choices that filter them; `ramp` has the
    colours of a share from 0 to 1."""

    chart: Chart
    groups: Sequence[Group]
    choices: Sequence[Choice]
    notes: Sequence[str]
    ramp: Sequence[str]


@dataclass(frozen=True)
class Group:
    """Layers of one programme."""

    title: str
    layers: Sequence[Layer]


@dataclass(frozen=True)
class Layer:
    """One layer, and how its sign looks: an SVG shape of the template, its colour, filled or not, its dashes."""

    key: str
    label: str
    shape: str
    colour: str
    shown: bool = True
    filled: bool = False
    dashes: str = "none"


@dataclass(frozen=True)
class Choice:
    """One of several: the name of the filter, and its options by value."""

    key: str
    label: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Slider:
    """Moves the page from point to point: what each is called."""

    label: str
    points: Sequence[str]
    start: int


@dataclass(frozen=True)
class AtPoint:
    """Parts that stand for one point of a study."""

    point: int
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Figures:
    """Main figures side by side."""

    figures: Sequence[Figure]


Part = str | Table | Chart | MapView | Figures | Slider | AtPoint


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    parts: Sequence[Part] = field(default_factory=tuple)


@dataclass(frozen=True)
class Page:
    """`figures` are the manifest's own numbers; `data` is for the script: what the layers of the `map` draw, which of
    its plans stands at each of the `points`, and where each point is on the charts (`here`)."""

    title: str
    about: Sequence[str]
    sections: Sequence[Section]
    figures: Mapping[str, Any]
    data: Mapping[str, Any]
