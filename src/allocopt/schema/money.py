"""Money and how bodies act for each other: budget lines and links."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from allocopt.schema.risk import Body, Mechanism
from allocopt.schema.types import AreaPath, Id, Ids, NonNegative, References, Share, Sourced, Text

# What costs are booked on, and all but the last what a link may allow; programmes from outside come on top.
PROGRAMMES = ("inspection", "patrol", "supply", "prevention", "mechanisms")
LENT = PROGRAMMES[:-1]
Programme = Annotated[Id, References(("programmes",))]
LentProgramme = Annotated[Id, References(("programmes of links",))]
Line = Annotated[Id, References(("budgets",))]


class BudgetRow(Sourced):
    """A ceiling on the costs that match its filter. A blank filter matches all; lines may overlap and nest."""

    id: Id = Field(description="the line's id")
    name: Text = Field("", description="its full name; blank: its id")
    amount_cny: NonNegative = Field(description="the ceiling")
    body: Body | None = Field(None, description="costs of this body")
    area: AreaPath = Field("", description="costs in this area and the areas below it")
    programme: Programme | None = Field(
        None, description="costs of this programme: inspection, patrol, supply, prevention or mechanisms"
    )
    category: Id | None = Field(None, description="costs of this category")
    periods: Annotated[Ids, References(("periods",))] = Field((), description="costs in these periods, parted by ';'")
    scenario: Literal["each", "expected"] = Field(
        "each", description="recourse costs must fit in each scenario, or on average"
    )


class LinkRow(Sourced):
    """A body's right to act for another body in one programme."""

    id: Id = Field(description="the link's id")
    name: Text = Field("", description="its full name; blank: its id")
    helper: Body = Field(description="the body that acts")
    helped: Body = Field(description="the body that answers for the hazard, for which it acts")
    programme: LentProgramme = Field(description="the programme: inspection, patrol, supply or prevention")
    area: AreaPath = Field("", description="area path of the sites where it holds; blank: everywhere")
    share: Share = Field(1.0, description="share of the helper's capacity (hours, crews, goods) that may be lent")
    price_cny: NonNegative = Field(
        0.0,
        description="price of an hour (inspection, patrol), of a unit of goods (supply), of a measure (prevention)",
    )
    payer_line: Line | None = Field(None, description="budget line the price is charged to; needed when there is one")
    helper_line: Line | None = Field(None, description="budget line the price is credited to; needed when there is one")
    mechanism: Mechanism | None = Field(None, description="holds only while this mechanism works")
