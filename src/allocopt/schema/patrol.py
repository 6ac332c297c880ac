"""Patrol: classes of response, units, and the posts where they stand by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from allocopt.schema.places import Mode
from allocopt.schema.risk import Body, Mechanism
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

Class = Annotated[Id, References(("classes",))]
Unit = Annotated[Id, References(("units",))]


class ClassRow(Sourced):
    """A class of response. Units of one class stand in for each other; classes multiply."""

    id: Id = Field(description="the class's id")
    name: Text = Field("", description="its full name; blank: its id")
    standard_min: NonNegative | None = Field(
        None, description="a site is covered from a post at most so many minutes away"
    )
    standard_m: NonNegative | None = Field(None, description="or at most so many metres away (one of the two)")
    busy: Annotated[Share, Field(lt=1)] = Field(0.0, description="fraction of time a unit is busy elsewhere")


class UnitRow(Sourced):
    """A type of patrol unit of one body."""

    id: Id = Field(description="the unit's id")
    name: Text = Field("", description="its full name; blank: its id")
    body: Body = Field(description="the body it belongs to")
    response: Class = Field(description="its class of response")
    mode: Mode = Field(description="how it travels")
    count: Count = Field(description="crews on the payroll")
    relief: Annotated[Positive, Field(ge=1)] = Field(
        1.0, description="crews on the payroll for one crew on duty in one shift (days off, leave)"
    )
    vehicles: Count | None = Field(None, description="vehicles; blank: no limit")
    cost_cny_hour: NonNegative = Field(description="cost of an hour on duty, pools' people apart")
    patrol_share: Share = Field(0.0, description="share of duty time free for visible patrol at sites")
    crew: Several | None = Field(None, description="people drawn from pools for one unit; blank: none are")
    mechanism: Mechanism | None = Field(None, description="works only while this mechanism does")
    category: Id = Field("labour", description="category of its cost")


class PostRow(Placed):
    """A place where units stand by."""

    id: Id = Field(description="the post's id")
    name: Text = Field("", description="its full name; blank: its id")
    area: AreaPath = Field("", description="area path its cost is booked on")
    body: Body | None = Field(None, description="who pays for opening it; needed when that costs anything")
    units: Several | None = Field(None, description="most units at once; blank: no limit")
    open: YesNo = Field(False, description="yes: it is open already, at no cost")
    open_cost_cny: NonNegative = Field(0.0, description="cost of opening it")
