"""Inspection: pools of people, the visits they make, the crews these need, the powers of bodies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from allocopt.schema.places import Mode
from allocopt.schema.risk import Body, Mechanism
from allocopt.schema.types import (
    AreaPath,
    Count,
    Id,
    Ids,
    NonNegative,
    Placed,
    Positive,
    References,
    Several,
    Sourced,
    Text,
)

Kind = Annotated[Id, References(("kinds",))]
Role = Id


class PoolRow(Placed):
    """People of one body at one base."""

    id: Id = Field(description="the pool's id")
    name: Text = Field("", description="its full name; blank: its id")
    body: Body = Field(description="the body it belongs to")
    skills: Ids = Field((), description="what its people can do, parted by ';'")
    headcount: Count = Field(description="people")
    hours: Positive = Field(description="working hours of one of them in a period")
    worth: Positive = Field(1.0, description="what an hour of theirs is worth on a visit against an officer's hour")
    cost_cny_hour: NonNegative = Field(description="cost of an hour")
    mode: Mode = Field(description="how they travel from their base")
    mechanism: Mechanism | None = Field(None, description="works only while this mechanism does")
    category: Id = Field("labour", description="category of its cost")


class KindRow(Sourced):
    """A kind of visit."""

    id: Id = Field(description="the kind's id")
    name: Text = Field("", description="its full name; blank: its id")
    site_types: Ids = Field((), description="types of site it goes to; blank: any site with a hazard it averts")
    per_day: Several = Field(1, description="visits of one day's round, which share the trip from base and back")
    most: Several = Field(description="most visits of this kind to one site in one period")
    refers_to: Kind | None = Field(None, description="kind of the enforcing visit that must follow a suspicion")
    suspects: NonNegative = Field(0.0, description="enforcing visits that follow one visit, on average")
    lag: Count = Field(0, description="periods between the visit and the enforcing visits")
    mechanism: Mechanism | None = Field(None, description="possible only while this mechanism works")


class CrewRow(Sourced):
    """A role in the crew of a visit, or of a patrol unit that draws its crew from pools."""

    of: Annotated[Id, References(("kinds", "units"))] = Field(description="the kind of visit or the unit")
    role: Role = Field(description="the role")
    skill: Id | None = Field(None, description="skill its people must have; blank: any")
    power: Id | None = Field(None, description="power their body must have at the site (a unit: at the post)")
    people: Count = Field(1, description="people in the role; 0 for a unit's role that only `ratio` limits")
    hours: NonNegative = Field(0.0, description="hours on site of each of them (kinds of visit only)")
    cost_cny: NonNegative = Field(0.0, description="materials for the role, a visit (kinds of visit only)")
    ratio_to: Role | None = Field(None, description="units only: the role whose people limit this one's")
    ratio: Positive | None = Field(None, description="units only: at most so many people for one of `ratio_to`")


class PowerRow(Sourced):
    """What a body may lawfully do, and where."""

    body: Body = Field(description="the body")
    power: Id = Field(description="the power, a word that crews ask for")
    area: AreaPath = Field("", description="area path in which it holds; blank: everywhere")
    mechanism: Mechanism | None = Field(None, description="holds only while this mechanism works")
