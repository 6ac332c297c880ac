"""Where things are and how long it takes to get there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from allocopt.schema.types import (
    AreaPath,
    Id,
    Ids,
    Latitude,
    Longitude,
    NonNegative,
    Number,
    Placed,
    Positive,
    References,
    Row,
    Sourced,
    Text,
    YesNo,
)

Site = Annotated[Id, References(("sites",))]
Node = Annotated[Id, References(("nodes",))]
Mode = Annotated[Id, References(("modes",))]
Origin = Annotated[Id, References(("posts", "pools", "depots", "sites"))]
Goal = Annotated[Id, References(("sites", "depots"))]


class SiteRow(Placed):
    """A place at risk."""

    id: Id = Field(description="the site's id")
    name: Text = Field("", description="what people call it; blank: its id")
    type: Id | None = Field(None, description="a word for sites alike: village, street, enterprise")
    area: AreaPath = Field(description="path of areas from the city down, parted by '/'")
    people: NonNegative = Field(0.0, description="people who live or work there; the weight of response times")


class NodeRow(Sourced):
    """A corner of the street network."""

    id: Id = Field(description="the node's id")
    lon: Longitude | None = Field(None, description="degrees east, WGS84")
    lat: Latitude | None = Field(None, description="degrees north, WGS84")
    x: Number | None = Field(None, description="metres, when the places are in a plane")
    y: Number | None = Field(None, description="metres, when the places are in a plane")


class StreetRow(Sourced):
    """A street, path or canal between two nodes."""

    id: Id = Field(description="the street's id")
    from_node: Node = Field(description="one end")
    to_node: Node = Field(description="other end")
    length_m: Positive = Field(description="length in metres")
    modes: Annotated[Ids, References(("modes",)), Field(min_length=1)] = Field(
        description="modes that can use it, parted by ';'"
    )
    oneway: YesNo = Field(False, description="yes: only from `from_node` to `to_node`")


class TravelRow(Sourced):
    """A measured trip, used when the metric is `table`. What is not listed cannot be reached."""

    mode: Mode = Field(description="how one travels")
    from_place: Origin = Field(description="id of a post, pool, depot or site")
    to_place: Goal = Field(description="id of a site or depot")
    minutes: NonNegative = Field(description="minutes one way")
    km: NonNegative = Field(0.0, description="kilometres one way, for the price of shipping")


class NeighbourRow(Row):
    """Two sites side by side; beats that must hang together follow these pairs (both ways)."""

    site: Site = Field(description="a site")
    neighbour: Site = Field(description="a site next to it")


Metric = Literal["plane", "sphere", "ellipsoid", "network", "table"]
