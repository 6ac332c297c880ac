"""What can go wrong, who answers for it, and what actions do about it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from allocopt.schema.places import Site
from allocopt.schema.types import AtLeastOne, Id, NonNegative, Positive, References, Share, Sourced, Text, YesNo

Body = Annotated[Id, References(("bodies",))]
Hazard = Annotated[Id, References(("hazards",))]
Period = Annotated[Id, References(("periods",))]
Mechanism = Annotated[Id, References(("mechanisms",))]


class BodyRow(Sourced):
    """An organisation with its own money, people and powers."""

    id: Id = Field(description="the body's id")
    name: Text = Field("", description="its full name; blank: its id")
    stake: Positive = Field(1.0, description="weight of the loss it leads in its own interest")


class HazardRow(Sourced):
    """Something that can go wrong."""

    id: Id = Field(description="the hazard's id")
    name: Text = Field("", description="its full name; blank: its id")
    lead: Body = Field(description="body that answers for it where `risks` names no other")
    keep: Share = Field(0.0, description="share of the inspection effort of a period that is left one period later")


class RiskRow(Sourced):
    """The loss expected at a site from a hazard if nobody acts."""

    site: Site = Field(description="the site")
    hazard: Hazard = Field(description="the hazard")
    period: Period | None = Field(None, description="blank: the whole horizon, spread by the periods' hours")
    lead: Body | None = Field(None, description="body that answers for it here; blank: the hazard's lead")
    loss_cny: NonNegative = Field(0.0, description="expected loss in money over that time")
    casualties: NonNegative = Field(0.0, description="expected casualties over that time")
    low: Share | None = Field(None, description="the true figures may be as little as so many times the row's")
    high: AtLeastOne | None = Field(None, description="the true figures may be as much as so many times the row's")
    observed: YesNo = Field(False, description="yes: the loss under today's plan, whose tables stand in `current/`")
    supply_share: Share | None = Field(
        None, description="share of the loss that is booked as the penalty of unmet need instead"
    )


class EffectRow(Sourced):
    """What an action averts: the share of the loss (or of the need) that one dose of it takes away."""

    by: Literal["kind", "class", "unit", "measure"] = Field(
        description="kind: one visit; class: an arriving unit; unit: an hour of visible patrol; measure: its adoption"
    )
    id: Id = Field(description="id of that kind, class, unit or measure")
    hazard: Hazard | None = Field(None, description="the hazard whose loss it averts")
    commodity: Annotated[Id, References(("commodities",))] | None = Field(
        None, description="the commodity whose need a measure lowers (instead of a hazard)"
    )
    scenario: Annotated[Id, References(("scenarios",))] | None = Field(
        None, description="for a need: only in this scenario; blank: in all"
    )
    share: Share = Field(description="share averted by one dose, 0 to 1")
    mechanism: Mechanism | None = Field(
        None,
        description="for a kind: this share holds while the mechanism works, instead of the row without one",
    )
