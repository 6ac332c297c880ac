"""The map of a plan, of the plans of a study, or of what may fail: what the page's script draws, and what can be
chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allocopt import colours
from allocopt.city import City
from allocopt.report.bokeh_page import item
from allocopt.report.found import Found
from allocopt.report.map.boundaries import boundaries_of
from allocopt.report.map.crowd import density
from allocopt.report.map.deeds import Index, Row, deeds_of
from allocopt.report.map.extra import Extra
from allocopt.report.map.figure import STYLES, Style, in_order, map_figure
from allocopt.report.map.joined import joined_layers, joined_rows
from allocopt.report.map.places import Places, places_of
from allocopt.report.map.reach import Reach
from allocopt.report.view import Chart, Choice, Group, Layer, MapView
from allocopt.report.words import Words
from allocopt.schema.patrol import PostRow
from allocopt.summary.naming import Names

# The programmes of the map, with their layers; "ground" is what is there without any plan.
_GROUPS: Mapping[str, Sequence[str]] = {
    "ground": ("sites", "density", "streets", "boundaries"),
    "inspection": ("visits",),
    "patrol": ("units", "presence", "coverage"),
    "supply": ("stock", "routes"),
    "prevention": ("measures",),
}
# Dashes of lines as SVG has them.
_DASHES = {"solid": "none", "dashed": "6 3", "dotted": "2 3", "dotdash": "7 3 2 3", "dashdot": "7 3 2 3"}
# Layers that are many lines over each other: shown when asked for.
_HIDDEN = ("coverage",)
# Where sites are many, signs around nearly each of them would hide how much is averted there.
_MANY_SITES, _AROUND_SITES = 200, ("visits", "presence", "measures")
# So many sites have room on a map; signs at sites shrink where there are more.
_ROOM, _SMALLEST = 80, 0.35


def map_of(found: Found, words: Words) -> tuple[MapView, dict[str, Any]] | None:
    """The map of what plans do, and its data; None for a city without coordinates."""
    notes = [words("map.colour_note"), words("map.expected_note"), words("map.keys_note")]
    says = words("map.says", number=f"{len(found.city.rows['sites']):,}")
    about = About(words("map.title"), says, notes, joined_layers(found.city, words))
    return drawn_map(found, about, lambda index: _plans(found, index), words)


@dataclass(frozen=True)
class About:
    """What a map is called, what it says to who cannot see it, its notes, and its layers beside the usual ones. One
    that is not `of_plans` has no periods, and sites of which nothing is told but their names."""

    title: str
    says: str
    notes: Sequence[str]
    extras: Sequence[Extra]
    of_plans: bool = True


def drawn_map(
    found: Found, about: About, plans: Callable[[Index], list[dict[str, list[Row]]]], words: Words
) -> tuple[MapView, dict[str, Any]] | None:
    """A map and its data: `plans` has the rows of each layer, by what can be chosen with a slider."""
    city, names = found.city, Names(found.manifest)
    places = places_of(city)
    if not len(places.metres) and city.points is None:
        return None
    index = Index(places, _bodies(city), [period.id for period in city.settings.periods])
    data = _ground(city, places, names) | {"plans": plans(index)}
    layers = {layer for plan in data["plans"] for layer, rows in plan.items() if rows}
    layers |= {layer for layer in ("streets", "density", "boundaries", "sites") if data["ground"].get(layer)}
    layers |= {"sites"} if places.ids("sites") else set()
    data |= {
        "bodies": [names.of("bodies", body) for body in index.bodies],
        "periods": [names.of("periods", period) for period in index.periods],
        "words": {key: words(f"tip.{key}") for key in ("before", "after", "averted", *_TIPS)},
        "ramp": colours.RAMP,
        "crowd": min(1.0, max(_SMALLEST, math.sqrt(_ROOM / max(1, len(data["sites"]))))),
        "own": {extra.key: "lines" if extra.style.is_line else "marks" for extra in about.extras},
    }
    data["words"] |= {extra.key: extra.amount for extra in about.extras}
    styles = in_order({extra.key: extra.style for extra in about.extras})
    chart = Chart("map", about.title, about.says, item(map_figure(styles, words, data["crowd"])))
    groups = _groups(layers, about.extras, words, many=len(data["sites"]) > _MANY_SITES)
    notes = [*about.notes, *_of_points(city, words)]
    choices = _choices(index, names, words)[0 if about.of_plans else 1 :]
    return MapView(chart, groups, choices, notes, colours.RAMP if about.of_plans else ()), data


_TIPS = ("visits", "presence", "measures", "stock", "units", "routes", "density")


def _bodies(city: City) -> list[str]:
    return sorted(str(row.id) for row in city.rows["bodies"])  # type: ignore[attr-defined]


def _plans(found: Found, index: Index) -> list[dict[str, list[Row]]]:
    reach = Reach(found)
    return [
        {**deeds_of(told, index), **joined_rows(told, found.city, index), "coverage": reach.rows(told, index)}
        for told in found.plans.values()
    ]


def _ground(city: City, places: Places, names: Names) -> dict[str, Any]:
    """Places with their names, in whole metres; what lies under them."""
    at = np.rint(places.metres).astype("int64")
    title = [names.of(table, name) if table != "nodes" else "" for table, name in places.at]
    streets = [[int(start), int(end)] for start, end in places.lines(city)]
    ground = {"streets": streets, "density": density(city, places.projection)}
    return {
        "x": at[:, 0].tolist(),
        "y": at[:, 1].tolist(),
        "names": title,
        "sites": [places.at["sites", name] for name in places.ids("sites")],
        "posts": [places.at["posts", row.id] for row in city.of(PostRow) if ("posts", row.id) in places.at],
        "ground": ground | {"boundaries": boundaries_of(city, places.projection)},
    }


def _groups(layers: set[str], extras: Sequence[Extra], words: Words, *, many: bool) -> list[Group]:
    """The layers that are there, a group a programme; `many`: whether sites are."""
    hidden = {*_HIDDEN, *(_AROUND_SITES if many else ())}
    groups: dict[str, list[Layer]] = {}
    for programme, members in _GROUPS.items():
        title = words("map.ground") if programme == "ground" else words.or_as_is("programme", programme)
        groups[title] = [
            _layer(key, words(f"layer.{key}"), STYLES[key], shown=key not in hidden) for key in members if key in layers
        ]
    for extra in extras:
        if extra.key in layers:
            groups.setdefault(extra.group, []).append(_layer(extra.key, extra.label, extra.style))
    return [Group(title, shown) for title, shown in groups.items() if shown]


def _layer(key: str, label: str, style: Style, *, shown: bool = True) -> Layer:
    return Layer(key, label, style.shape, style.colour, shown, style.filled, _DASHES[style.dash])


def _choices(index: Index, names: Names, words: Words) -> list[Choice]:
    periods = [(str(number), names.of("periods", period)) for number, period in enumerate(index.periods)]
    bodies = [(str(number), names.of("bodies", body)) for number, body in enumerate(index.bodies)]
    return [
        Choice("period", words("map.period"), [("-1", words("map.all_periods")), *periods]),
        Choice("body", words("map.body"), [("-1", words("map.all_bodies")), *bodies]),
    ]


def _of_points(city: City, words: Words) -> list[str]:
    return [] if city.points is None else [words("map.points_note", number=f"{city.points.count:,}")]
