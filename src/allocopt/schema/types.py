"""The kinds of cell a table may hold, and the base of every row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from allocopt.reading import cells


@dataclass(frozen=True)
class References:
    """The cell (or each id of its list) must be an id of one of these tables, or a setting of that name."""

    tables: tuple[str, ...]


def _text(convert: Callable[[str], Any]) -> BeforeValidator:
    """Convert text; let a value that is no text (a number of `city.yaml`) through to pydantic."""
    return BeforeValidator(lambda value: convert(value) if isinstance(value, str) else value)


# Ids stand in many rows; each is looked at once.
_MOST_KEPT = 2**17
Id = Annotated[str, _text(lru_cache(_MOST_KEPT)(cells.identifier))]
Ids = Annotated[tuple[str, ...], _text(cells.id_list)]
AreaPath = Annotated[str, _text(lru_cache(_MOST_KEPT)(cells.area_path))]
Text = Annotated[str, _text(cells.free_text)]
YesNo = Annotated[bool, _text(cells.yes_no)]
Number = Annotated[float, _text(cells.number), Field(strict=True)]
NonNegative = Annotated[float, _text(cells.number), Field(strict=True, ge=0)]
Positive = Annotated[float, _text(cells.number), Field(strict=True, gt=0)]
AtLeastOne = Annotated[float, _text(cells.number), Field(strict=True, ge=1)]
Share = Annotated[float, _text(cells.number), Field(strict=True, ge=0, le=1)]
Count = Annotated[int, _text(cells.whole), Field(strict=True, ge=0)]
Several = Annotated[int, _text(cells.whole), Field(strict=True, ge=1)]
Longitude = Annotated[float, _text(cells.number), Field(strict=True, ge=-180, le=180)]
Latitude = Annotated[float, _text(cells.number), Field(strict=True, ge=-90, le=90)]


class Row(BaseModel):
    """One row of a table. Blank cells take the default; a field without one must be filled."""

    # `defer_build`: what looks at rows is made for the tables that a city has.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Sourced(Row):
    """A row whose figures say where they come from."""

    source: Annotated[Text, Field(min_length=1)] = Field(
        description="where the figures of this row come from; starts with 'assumed' when nobody measured them"
    )


class Placed(Sourced):
    """A row with a place: `lon, lat` (WGS84), or `x, y` in metres when the metric is a plane, or a street node."""

    lon: Longitude | None = Field(None, description="degrees east, WGS84")
    lat: Latitude | None = Field(None, description="degrees north, WGS84")
    x: Number | None = Field(None, description="metres, when the metric is plane")
    y: Number | None = Field(None, description="metres, when the metric is plane")
    node: Annotated[Id, References(("nodes",))] | None = Field(
        None, description="street node it stands at; blank: the nearest node its traffic can use"
    )
