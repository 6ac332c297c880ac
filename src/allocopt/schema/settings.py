"""What `city.yaml` holds: the city as a whole, its calendar, how one travels, and what is minimised."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from allocopt.schema.places import Metric
from allocopt.schema.types import AreaPath, Id, NonNegative, Positive, Several, Share, Text, YesNo

Objective = Literal["loss", "loss_and_spending", "spending", "worst_area", "cvar", "response_time"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Period(Part):
    """A slice of the horizon, in the order of the list."""

    id: Id = Field(description="the period's id")
    name: Text = Field("", description="its full name; blank: its id")
    hours: Positive = Field(description="its length in hours")


class Shift(Part):
    """A part of every period, for patrols."""

    id: Id = Field(description="the shift's id")
    name: Text = Field("", description="its full name; blank: its id")
    hours_share: Share = Field(description="share of the period's hours; all shifts sum to 1")
    loss_share: Share = Field(description="share of the period's loss; all shifts sum to 1")
    loss_share_of: dict[Id, Share] = Field(
        default_factory=dict, description="share of the loss of single hazards, where it differs"
    )


class Travel(Part):
    """How distances are measured and how fast one travels."""

    metric: Metric = Field(
        "sphere", description="plane, sphere, ellipsoid (WGS84), network (streets.csv) or table (travel.csv)"
    )
    radius_m: Positive = Field(6371008.8, description="radius of the sphere in metres")
    detour: Annotated[Positive, Field(ge=1)] = Field(
        1.0, description="way travelled over straight distance (plane, sphere, ellipsoid)"
    )
    speeds_kmh: dict[Id, Positive] = Field(
        default_factory=lambda: {"car": 30.0}, description="speed of each mode in kilometres an hour"
    )
    walk_kmh: Positive = Field(4.5, description="network: speed of the walk between a place and its node")
    most_walk_m: NonNegative = Field(
        1000.0, description="network: longest such walk; beyond it the place is out of reach"
    )


class WorstArea(Part):
    """What `worst_area` compares, and how far it may go."""

    level: Several = Field(1, description="depth of the area path; 1 is the top")
    per: Literal["total", "head", "share"] = Field(
        "head", description="loss in money, per head, or as a share of loss if nobody acts"
    )
    at_most: NonNegative | None = Field(
        None, description="ceiling that every area keeps, whatever is minimised; blank: none"
    )


class Beats(Part):
    """Every site gets one answering post (p-median with balance)."""

    response: Id | None = Field(None, description="class whose units answer; blank: travel by `mode`")
    mode: Id | None = Field(None, description="mode of travel, when no class is named")
    posts: Several | None = Field(None, description="number of posts that answer; blank: free")
    balance: NonNegative | None = Field(
        None, description="a post's workload is at most (1 + balance) times the mean; blank: any"
    )
    contiguous: YesNo = Field(False, description="yes: a post's sites hang together (neighbours.csv)")


class PointRisk(Part):
    """What a row of points.parquet or points.csv stands for: a place at risk, one of too many for a row each in
    sites.csv. Its columns are x and y in metres (plane) or lon and lat in degrees (sphere), and weight."""

    hazard: Id = Field(description="the hazard at every point; only classes of response can avert it")
    area: AreaPath = Field(description="area path of all points")
    loss_cny: NonNegative = Field(description="expected loss over the horizon for one unit of weight if nobody acts")
    source: Annotated[Text, Field(min_length=1)] = Field(
        description="where the figures come from; starts with 'assumed' when nobody measured them"
    )


class Override(Part):
    """A named set of changes, chosen by `--scenario`."""

    name: Text = Field("", description="what it stands for")
    set: tuple[str, ...] = Field(min_length=1, description="changes, each PATH=VALUE as for `--set`")


class Settings(Part):
    """The city as a whole."""

    name: Text = Field(min_length=1, description="the city's name")
    title: Text = Field("", description="its name as people write it; blank: `name`")
    description: Text = Field("", description="a sentence or two")
    source: Text = Field(
        "",
        description="where the figures of this file come from; starts with 'assumed' when nobody measured them",
    )
    periods: tuple[Period, ...] = Field(min_length=1, description="the horizon, slice by slice")
    shifts: tuple[Shift, ...] = Field(
        (Shift.model_validate({"id": "all", "hours_share": 1.0, "loss_share": 1.0}),),
        min_length=1,
        description="parts of every period",
    )
    travel: Travel = Field(Travel.model_validate({}), description="distances and speeds")
    casualty_value_cny: NonNegative = Field(0.0, description="money value of one casualty avoided")
    objective: Objective | dict[Objective, NonNegative] = Field(
        "loss", description="what is minimised: one name, or weights by name"
    )
    cvar_level: Annotated[Share, Field(lt=1)] = Field(0.9, description="level of the conditional value at risk")
    worst_area: WorstArea = Field(
        WorstArea.model_validate({}), description="what the objective worst_area compares, and a ceiling on it"
    )
    beats: Beats | None = Field(None, description="give every site one answering post")
    points: PointRisk | None = Field(None, description="places too many for a row each in sites.csv")
    scenarios: dict[Id, Override] = Field(default_factory=dict, description="named changes, chosen by `--scenario`")
