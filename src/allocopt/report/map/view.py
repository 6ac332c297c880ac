"""The map of a plan or of the plans of a study: what the page's script draws, and what can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from allocopt.city import City
from allocopt.report.bokeh_page import item
from allocopt.report.found import Found
from allocopt.report.map.boundaries import boundaries_of
from allocopt.report.map.crowd import density
from allocopt.report.map.deeds import Index, deeds_of
from allocopt.report.map.figure import STYLES, map_figure
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
# Layers that are many lines over each other: shown when asked for.
_HIDDEN = ("coverage",)


def map_of(found: Found, words: Words) -> tuple[MapView, dict[str, Any]] | None:
    """The map and its data; None for a city without coordinates."""
    city, names = found.city, Names(found.manifest)
    places = places_of(city)
    if not len(places.metres) and city.points is None:
        return None
    index = Index(places, _bodies(city), [period.id for period in city.settings.periods])
    data = _ground(city, places, names) | {"plans": _plans(found, index)}
    layers = {layer for plan in data["plans"] for layer, rows in plan.items() if rows}
    layers |= {layer for layer in ("streets", "density", "boundaries", "sites") if data["ground"].get(layer)}
    layers |= {"sites"} if places.ids("sites") else set()
    data |= {
        "bodies": [names.of("bodies", body) for body in index.bodies],
        "periods": [names.of("periods", period) for period in index.periods],
        "words": {key: words(f"tip.{key}") for key in ("before", "after", "averted", *_TIPS)},
    }
    chart = Chart(
        "map", words("map.title"), words("map.says", number=f"{len(places.ids('sites')):,}"), item(map_figure())
    )
    return MapView(chart, _groups(layers, words), _choices(index, names, words), _notes(found, words)), data


_TIPS = ("visits", "presence", "measures", "stock", "units", "routes", "density")


def _bodies(city: City) -> list[str]:
    return sorted(str(row.id) for row in city.rows["bodies"])  # type: ignore[attr-defined]


def _plans(found: Found, index: Index) -> list[dict[str, Any]]:
    reach = Reach(found)
    return [deeds_of(told, index) | {"coverage": reach.rows(told, index)} for told in found.plans.values()]


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


def _groups(layers: set[str], words: Words) -> list[Group]:
    made = []
    for programme, members in _GROUPS.items():
        shown = [
            Layer(layer, words(f"layer.{layer}"), STYLES[layer].shape, STYLES[layer].colour, layer not in _HIDDEN)
            for layer in members
            if layer in layers
        ]
        if shown:
            title = words("map.ground") if programme == "ground" else words.or_as_is("programme", programme)
            made.append(Group(title, shown))
    return made


def _choices(index: Index, names: Names, words: Words) -> list[Choice]:
    periods = [(str(number), names.of("periods", period)) for number, period in enumerate(index.periods)]
    bodies = [(str(number), names.of("bodies", body)) for number, body in enumerate(index.bodies)]
    return [
        Choice("period", words("map.period"), [("-1", words("map.all_periods")), *periods]),
        Choice("body", words("map.body"), [("-1", words("map.all_bodies")), *bodies]),
    ]


def _notes(found: Found, words: Words) -> list[str]:
    notes = [words("map.colour_note"), words("map.expected_note")]
    if found.city.points is not None:
        notes.append(words("map.points_note", number=f"{found.city.points.count:,}"))
    return notes
