"""Prevention: one-off measures at sites, and the mechanisms that unlock what is not possible without them."""

from __future__ import annotations

from pydantic import Field

from allocopt.schema.risk import Body, Mechanism
from allocopt.schema.types import Count, Id, Ids, NonNegative, Positive, Sourced, Text


class MeasureRow(Sourced):
    """A one-off investment at a site."""

    id: Id = Field(description="the measure's id")
    name: Text = Field("", description="its full name; blank: its id")
    body: Body = Field(description="the body that installs and pays it")
    site_types: Ids = Field((), description="types of site it suits; blank: any site with something it averts")
    cost_cny: NonNegative = Field(description="cost at one site")
    cost_cny_person: NonNegative = Field(0.0, description="further cost for each person of the site")
    life_years: Positive = Field(description="years it goes on working")
    lead: Count = Field(0, description="periods between paying and working")
    mechanism: Mechanism | None = Field(None, description="possible only while this mechanism works")
    category: Id = Field("capital", description="category of its cost")


class MechanismRow(Sourced):
    """A city-wide investment that unlocks kinds, powers, links, pools, units, measures or better effects."""

    id: Id = Field(description="the mechanism's id")
    name: Text = Field("", description="its full name; blank: its id")
    lead: Count = Field(0, description="periods between paying and working")
    life_years: Positive = Field(description="years it goes on working")


class MechanismCostRow(Sourced):
    """Who pays how much for a mechanism."""

    mechanism: Mechanism = Field(description="the mechanism")
    body: Body = Field(description="a payer")
    cost_cny: NonNegative = Field(description="what it pays")
    category: Id = Field("capital", description="category of its cost")
