"""Standards: floors and ceilings that the plan must keep."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from allocopt.schema.money import Programme
from allocopt.schema.patrol import Class
from allocopt.schema.places import Site
from allocopt.schema.risk import Body, Hazard
from allocopt.schema.supply import Commodity
from allocopt.schema.types import AreaPath, Id, Ids, NonNegative, Number, References, Several, Sourced, Text

Rule = Literal[
    "visits",
    "cover",
    "response_share",
    "presence",
    "fill_rate",
    "loss",
    "loss_per_head",
    "spending",
    "measures",
    "posts",
    "depots",
    "loss_gap",
    "loss_ratio",
]


class StandardRow(Sourced):
    """One standard. Which filters a rule reads is told in the guide to the tables."""

    id: Id = Field(description="the standard's id")
    name: Text = Field("", description="its full name; blank: its id")
    rule: Rule = Field(description="what is counted")
    at_least: Number | None = Field(None, description="floor")
    at_most: Number | None = Field(None, description="ceiling")
    per: Literal["site", "area", "city"] = Field("city", description="kept by each site, each area, or the whole")
    level: Several | None = Field(None, description="with `per` area: depth of the area path (1 is the top)")
    site: Site | None = Field(None, description="only this site")
    site_type: Id | None = Field(None, description="only sites of this type")
    area: AreaPath = Field("", description="only sites in this area and the areas below it")
    body: Body | None = Field(None, description="only costs of this body")
    hazard: Hazard | None = Field(None, description="only this hazard")
    kinds: Annotated[Ids, References(("kinds",))] = Field((), description="only these kinds of visit; blank: all")
    response: Class | None = Field(None, description="the class of response")
    commodity: Commodity | None = Field(None, description="only this commodity")
    measure: Annotated[Id, References(("measures",))] | None = Field(None, description="only this measure")
    programme: Programme | None = Field(None, description="only costs of this programme")
    category: Id | None = Field(None, description="only costs of this category")
    period: Id | None = Field(None, description="a period; `each`: every period for itself; blank: the whole horizon")
    scenario: Literal["each", "expected"] = Field("each", description="fill rates: in each scenario, or on average")
    price_cny: NonNegative | None = Field(None, description="price of one unit short of it; blank: it must be kept")
