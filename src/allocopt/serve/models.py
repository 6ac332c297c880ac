"""What is sent and what is answered, as it stands in the OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, create_model

from allocopt.serve import store
from allocopt.serve.kinds import Kind, Strict

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
# It becomes the name of a file.
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]
State = Literal["queued", "running", "done", "failed", "cancelled", "stopped"]


class Fault(BaseModel):
    file: str
    line: int
    field: str
    found: str
    expected: str


class Faults(BaseModel):
    """Every fault at once, as `allocopt validate --json` tells them."""

    faults: list[Fault]


class Health(BaseModel):
    ok: bool


class Instance(BaseModel):
    """An uploaded instance."""

    id: str
    name: str
    files: int
    bytes: int
    made: datetime


class Progress(BaseModel):
    text: str = Field(description="the last line that the worker said")
    done: int | None = Field(description="parts that are done, where the worker tells")
    total: int | None
    kept: int = Field(description="parts that a study has kept; they are not done again")


class Job(BaseModel):
    """A solve or a study."""

    id: str
    kind: str
    name: str
    instance: str
    plan: str | None = Field(description="the job whose plan it is about")
    options: dict[str, Any]
    state: State
    cancel: bool = Field(description="it was asked to stop")
    losses: int = Field(description="how often its worker was lost; it was started again each time")
    made: datetime
    started: datetime | None
    ended: datetime | None
    exit_code: int | None = Field(description="of the command line; below zero: the signal that ended it")
    ended_by: str | None = Field(description="cancel, time, disk, lost or server, where it did not end by itself")
    progress: Progress
    artefacts: list[str] = Field(description="what can be fetched of it")
    faults: list[Fault] = Field(description="why it failed, the first hundred; `result` has all")


def instance_of(row: store.Instance) -> Instance:
    return Instance(id=row.id, name=row.name, files=row.files, bytes=row.bytes, made=_moment(row.made))


def moments(row: store.Job) -> dict[str, datetime | None]:
    times = {"made": row.made, "started": row.started, "ended": row.ended}
    return {name: None if time is None else _moment(time) for name, time in times.items()}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def asked(kinds: Mapping[str, Kind], most_seconds: float) -> Any:
    """The body of a request for a job: one model a kind, told apart by `kind`."""
    models = tuple(_asked(kind, most_seconds) for kind in kinds.values())
    union: Any = models[0]
    for model in models[1:]:
        union = union | model
    return Annotated[union, Field(discriminator="kind")]


def _asked(kind: Kind, most_seconds: float) -> type[Strict]:
    told = {"instance": "the instance that it is about", "plan": "the job whose plan it is about"}
    seconds = Annotated[float, Field(gt=0, le=most_seconds)] | None
    words = "stop after so many seconds, with what was found; else the server's limit"
    fields: dict[str, Any] = {
        "kind": (Literal[kind.name], ...),
        kind.about: (Id, Field(description=told[kind.about])),
        "name": (Name | None, Field(default=None, description="what its downloads are called")),
        "seconds": (seconds, Field(default=None, description=words)),
        "options": (kind.options, Field(default_factory=kind.options)),
    }
    return create_model(f"{kind.name.title()}Job", __base__=Strict, __doc__=kind.command.help, **fields)
