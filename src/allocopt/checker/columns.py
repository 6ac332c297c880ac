"""The instance's tables as the checker knows them: columns, defaults, and the columns that tell rows apart.

A table is one line: `name` a text, `name=word` a text with a default, `name#` a number that must be there,
`name#0` a number with a default, `name#?` a number that may be blank. The first columns, up to the bar,
tell the rows apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

_PATHS = {"area"}
_PLACE = "lon#? lat#? x#? y#? node source"

_LINES = {
    "sites": f"id | name type area people#0 {_PLACE}",
    "nodes": "id | lon#? lat#? x#? y#? source",
    "streets": "id | from_node to_node length_m# modes oneway=no source",
    "travel": "mode from_place to_place | minutes# km#0 source",
    "neighbours": "site neighbour |",
    "bodies": "id | name stake#1 source",
    "hazards": "id | name lead keep#0 source",
    "risks": "site hazard period | lead loss_cny#0 casualties#0 low#? high#? observed=no supply_share#0 source",
    "effects": "by id hazard commodity scenario mechanism | share# source",
    "powers": "body power area mechanism | source",
    "pools": "id | name body skills headcount# hours# worth#1 cost_cny_hour# mode mechanism category=labour " + _PLACE,
    "kinds": "id | name site_types per_day#1 most# refers_to suspects#0 lag#0 mechanism source",
    "crews": "of role | skill power people#1 hours#0 cost_cny#0 ratio_to ratio#? source",
    "classes": "id | name standard_min#? standard_m#? busy#0 source",
    "units": "id | name body response mode count# relief#1 vehicles#? cost_cny_hour# patrol_share#0 crew#? "
    "mechanism category=labour source",
    "posts": f"id | name area body units#? open=no open_cost_cny#0 {_PLACE}",
    "depots": f"id | name body area open=no open_cost_cny#0 capacity_m3# {_PLACE}",
    "commodities": "id | name hazard cost_cny# volume_m3# penalty_cny# shelf_life#? mode ship_cost_cny_km#0 "
    "within_min#? source",
    "stocks": "depot commodity | initial#0 most#? source",
    "suppliers": "id period | name body depot commodity capacity# cost_cny# lead#0 source",
    "scenarios": "id | name probability# known_from source",
    "needs": "scenario site commodity period | amount# penalty_cny#? source",
    "survival": "scenario depot commodity | share# source",
    "closures": "scenario street depot site | source",
    "measures": "id | name body site_types cost_cny# cost_cny_person#0 life_years# lead#0 mechanism "
    "category=capital source",
    "mechanisms": "id | name lead#0 life_years# source",
    "mechanism_costs": "mechanism body category=capital | cost_cny# source",
    "links": "id | name helper helped programme area share#1 price_cny#0 payer_line helper_line mechanism source",
    "budgets": "id | name amount_cny# body area programme category periods scenario=each source",
    "standards": "id | name rule at_least#? at_most#? per=city level#? site site_type area body hazard kinds "
    "response commodity measure programme category period scenario=each price_cny#? source",
}


@dataclass(frozen=True)
class Column:
    """A column: whether it holds numbers, whether these must be there, and what a blank cell means."""

    name: str
    number: bool
    required: bool
    default: str


@dataclass(frozen=True)
class Shape:
    """A table's columns, and those of them that tell its rows apart."""

    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def defaults(self) -> dict[str, str]:
        """What a blank cell means, where it means anything."""
        return {column.name: column.default for column in self.columns if column.default}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The columns that hold names parted by '/'."""
        return tuple(column.name for column in self.columns if column.name in _PATHS)

    @cached_property
    def numbers(self) -> tuple[Column, ...]:
        """The columns that hold numbers."""
        return tuple(column for column in self.columns if column.number)


def _column(word: str) -> Column:
    name, sign, default = word.partition("#")
    if sign:
        return Column(name, True, default == "", "" if default == "?" else default)
    name, _, default = word.partition("=")
    return Column(name, False, False, default)


def shape(line: str) -> Shape:
    """The columns that a line tells."""
    key, _, rest = line.partition("|")
    keys = tuple(_column(word) for word in key.split())
    return Shape(tuple(c.name for c in keys), keys + tuple(_column(word) for word in rest.split()))


SHAPES: dict[str, Shape] = {table: shape(line) for table, line in _LINES.items()}

POINTS = shape("hazard | area loss_cny# source")
"""What `city.yaml` says of points: read as if it were the one row of a table."""
