"""Supply: where goods wait, what they are, what may happen, and what is needed then."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from allocopt.schema.places import Mode, Site
from allocopt.schema.risk import Body, Hazard, Period
from allocopt.schema.types import (
    AreaPath,
    Count,
    Id,
    NonNegative,
    Placed,
    Positive,
    References,
    Several,
    Share,
    Sourced,
    Text,
    YesNo,
)

Depot = Annotated[Id, References(("depots",))]
Commodity = Annotated[Id, References(("commodities",))]
Scenario = Annotated[Id, References(("scenarios",))]


class DepotRow(Placed):
    """A store for supplies."""

    id: Id = Field(description="the depot's id")
    name: Text = Field("", description="its full name; blank: its id")
    body: Body = Field(description="the body it belongs to")
    area: AreaPath = Field("", description="area path its cost is booked on")
    open: YesNo = Field(False, description="yes: it is open already, at no cost")
    open_cost_cny: NonNegative = Field(0.0, description="cost of opening it")
    capacity_m3: NonNegative = Field(description="room in cubic metres")


class CommodityRow(Sourced):
    """Something that sites may need."""

    id: Id = Field(description="the commodity's id")
    name: Text = Field("", description="its full name; blank: its id")
    hazard: Hazard = Field(description="the hazard that makes it needed; its lead answers for the need")
    cost_cny: NonNegative = Field(description="cost of one, bought ahead")
    volume_m3: Positive = Field(description="room one takes")
    penalty_cny: NonNegative = Field(description="loss for each one needed and not there")
    shelf_life: Several | None = Field(
        None, description="periods it can be used, that of arrival included; blank: for ever"
    )
    mode: Mode = Field(description="how it is carried")
    ship_cost_cny_km: NonNegative = Field(0.0, description="cost of carrying one over one kilometre")
    within_min: Positive | None = Field(None, description="longest trip in minutes; blank: any")


class StockRow(Sourced):
    """What a depot holds already, and the most it may hold of a commodity."""

    depot: Depot = Field(description="the depot")
    commodity: Commodity = Field(description="the commodity")
    initial: NonNegative = Field(0.0, description="units there already, at no cost")
    most: NonNegative | None = Field(None, description="most units it may hold; blank: as the room allows")


class SupplierRow(Sourced):
    """Production or purchase while a scenario unfolds."""

    id: Id = Field(description="the supplier's id")
    name: Text = Field("", description="its full name; blank: its id")
    body: Body = Field(description="the body that pays and whose depot receives")
    depot: Depot = Field(description="where it delivers")
    commodity: Commodity = Field(description="what it delivers")
    period: Period | None = Field(None, description="period of the order this row holds for; blank: each")
    capacity: NonNegative = Field(description="most units ordered in a period")
    cost_cny: NonNegative = Field(description="cost of one")
    lead: Count = Field(0, description="periods between order and delivery")


class ScenarioRow(Sourced):
    """Something that may happen. What is left to 1 is the chance that nothing does."""

    id: Id = Field(description="the scenario's id")
    name: Text = Field("", description="its full name; blank: its id")
    probability: Share = Field(description="its chance over the horizon")
    known_from: Period | None = Field(
        None, description="first period in which it is told apart from the others; blank: the first"
    )


class NeedRow(Sourced):
    """What a site needs in a scenario."""

    scenario: Scenario = Field(description="the scenario")
    site: Site = Field(description="the site")
    commodity: Commodity = Field(description="the commodity")
    period: Period = Field(description="when it is needed")
    amount: NonNegative = Field(description="units needed")
    penalty_cny: NonNegative | None = Field(None, description="loss for each one missing; blank: the commodity's")


class SurvivalRow(Sourced):
    """The share of a depot's stock that survives a scenario."""

    scenario: Scenario = Field(description="the scenario")
    depot: Depot = Field(description="the depot")
    commodity: Commodity | None = Field(None, description="blank: all it holds")
    share: Share = Field(description="share that can still be used")


class ClosureRow(Sourced):
    """What no longer passes in a scenario: a street, or the way from a depot, to a site, or between the two."""

    scenario: Scenario = Field(description="the scenario")
    street: Annotated[Id, References(("streets",))] | None = Field(None, description="street that is closed")
    depot: Depot | None = Field(None, description="depot that nothing leaves or reaches (with a site: only that way)")
    site: Site | None = Field(None, description="site that nothing reaches (with a depot: only that way)")
