"""The tables of an instance: drones on their launch pads, and what a flight averts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from allocopt.schema.risk import Body, Hazard, Mechanism
from allocopt.schema.types import Id, NonNegative, Number, Placed, Positive, References, Several, Sourced, Text


class DroneRow(Placed):
    """Drones of one body on one launch pad. They fly straight, whatever the metric of travel is."""

    id: Id = Field(description="the drones' id")
    name: Text = Field("", description="their full name; blank: their id")
    body: Body = Field(description="the body that flies and pays them")
    pool: Annotated[Id, References(("pools",))] = Field(description="the pilots: a pool of the same body")
    range_m: Positive = Field(description="metres from the pad to the farthest site, in a straight line")
    hours: Positive = Field(description="hours of a pilot that a flight takes")
    cost_cny: NonNegative = Field(description="cost of a flight, without the pilot")
    most_period: Several = Field(description="most flights in one period")
    most_site: Several = Field(description="most flights to one site in one period")
    mechanism: Mechanism | None = Field(None, description="possible only while this mechanism works")
    category: Id = Field("flights", description="category of their cost")


class DroneEffectRow(Sourced):
    """What one flight averts of a hazard, of the period's loss at the site that it flies to."""

    drone: Annotated[Id, References(("drones",))] = Field(description="the drones")
    hazard: Hazard = Field(description="the hazard")
    share: Annotated[Number, Field(gt=0, le=0.9999)] = Field(description="share of the loss averted by one flight")
