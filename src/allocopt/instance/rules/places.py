"""Where things are: coordinates as the metric needs them, and the files it reads."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault
from allocopt.instance.draft import Draft
from allocopt.instance.rules.rule import CITY, Wrong, across, each
from allocopt.instance.texts import quoted
from allocopt.schema.patrol import PostRow
from allocopt.schema.people import PoolRow
from allocopt.schema.places import NeighbourRow, NodeRow, SiteRow, StreetRow, TravelRow
from allocopt.schema.supply import DepotRow
from allocopt.schema.types import Placed

_PAIRS = (("lon", "lat"), ("x", "y"))
_SAID = {"lon": "lon and lat", "x": "x and y"}
_PLACED: tuple[type[Placed], ...] = (SiteRow, PoolRow, PostRow, DepotRow)


def _has(row: Placed | NodeRow, form: str) -> bool:
    return (row.lon is not None or row.lat is not None) if form == "lon" else (row.x is not None or row.y is not None)


def _whole_coordinates(row: Placed | NodeRow, draft: Draft) -> Iterator[Wrong]:
    """Coordinates come in pairs, and a place has one pair."""
    for pair in _PAIRS:
        given = [column for column in pair if getattr(row, column) is not None]
        if len(given) == 1:
            (lacking,) = {*pair} - {*given}
            yield lacking, f"{lacking} too, since {given[0]} is given"
    if _has(row, "lon") and _has(row, "x"):
        yield "x", "a blank: either lon and lat, or x and y"


def _placed_for_the_metric(row: Placed, draft: Draft) -> Iterator[Wrong]:
    """What travels, or is travelled to, knows where it is, in the coordinates that the metric reads."""
    metric = draft.city.travel.metric
    if metric == "table" or not draft.has_bases:
        return
    if metric == "network":
        yield from _placed_on_the_network(row, draft)
        return
    form = "x" if metric == "plane" else "lon"
    if not _has(row, form):
        yield form, f"{_SAID[form]}, since travel.metric in city.yaml is {metric}"


def _placed_on_the_network(row: Placed, draft: Draft) -> Iterator[Wrong]:
    form, other = ("x", "lon") if draft.nodes_in_a_plane else ("lon", "x")
    if _has(row, other) and not _has(row, form):
        yield other, f"{_SAID[form]}, as in nodes.csv"
    elif row.node is None and not _has(row, form):
        yield "node", f"a node, or {_SAID[form]}, from which to walk to the nearest one"
    elif row.node in draft.nodes and _has(row, form) and not _has(draft.nodes[row.node], form):
        yield "node", f"a node with {_SAID[form]} in nodes.csv, to which this place walks"


@each(NodeRow)
def nodes_alike(row: NodeRow, draft: Draft) -> Iterator[Wrong]:
    """All nodes have coordinates of one form."""
    if _has(row, "lon") and not _has(row, "x") and draft.nodes_in_a_plane:
        yield "lon", "x and y, as other nodes have"


@across(CITY, NodeRow, StreetRow, TravelRow)
def metric_has_its_tables(draft: Draft) -> Iterator[Fault]:
    """A network has streets, a table of trips has rows."""
    metric = draft.city.travel.metric
    needed = {"network": ("nodes", "streets"), "table": ("travel",)}.get(metric, ())
    for table in needed:
        if not draft.entries[table]:
            expected = f"rows in {table}.csv, or another metric"
            yield draft.city_fault(("travel", "metric"), expected, f"{quoted(metric)} without {table}.csv")


@each(NeighbourRow)
def neighbours_differ(row: NeighbourRow, draft: Draft) -> Iterator[Wrong]:
    """No site is its own neighbour."""
    if row.site == row.neighbour:
        yield "neighbour", "another site than the row's own"


@each(NodeRow)
def whole_coordinates_of_nodes(row: NodeRow, draft: Draft) -> Iterator[Wrong]:
    """The same holds for corners of the network."""
    yield from _whole_coordinates(row, draft)


RULES = (
    *(each(model)(_whole_coordinates) for model in _PLACED),
    *(each(model, CITY, NodeRow)(_placed_for_the_metric) for model in _PLACED),
    whole_coordinates_of_nodes,
    nodes_alike,
    metric_has_its_tables,
    neighbours_differ,
)
