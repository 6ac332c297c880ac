"""The city as it would be if less were left to chance: each world of its own, all of them told apart at once, or one
world on average.

A world has the tables of its scenario alone, known from the start and with a chance of one, so that its recourse counts
in full and budget lines and standards that speak of expectations speak of this world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from allocopt.city import City
from allocopt.schema import TABLES
from allocopt.schema.supply import ScenarioRow

NOTHING_HAPPENS = ""
# Rounding of a sum of chances.
TOLERANCE = 1e-9
# Tables whose rows speak of one scenario, or (blank) of all.
_OF_SCENARIOS = tuple(name for name, table in TABLES.items() if "scenario" in table.key)


def chances(city: City) -> dict[str, float]:
    """The chance of every scenario that can happen; with the blank id that nothing does, where that is possible."""
    found = {row.id: row.probability for row in city.of(ScenarioRow) if row.probability > 0}
    nothing = 1.0 - sum(found.values())
    return {**({NOTHING_HAPPENS: nothing} if nothing > TOLERANCE else {}), **found}


def is_blind(city: City) -> bool:
    """Whether some scenario is told apart from the others only after the first period."""
    first = city.settings.periods[0].id
    return any(row.known_from not in (None, first) for row in city.of(ScenarioRow))


def told_apart_at_once(city: City) -> City:
    """The city whose later periods know from the first one on which scenario it is."""
    rows = tuple(row.model_copy(update={"known_from": None}) for row in city.of(ScenarioRow))
    return with_rows(city, {"scenarios": rows})


def known_to_come(city: City, scenario: str) -> City:
    """The city in which this scenario is sure to happen (blank: nothing is), and this is known from the start."""
    rows = tuple(
        row.model_copy(update={"probability": 1.0, "known_from": None})
        for row in city.of(ScenarioRow)
        if row.id == scenario
    )
    return with_rows(city, {"scenarios": rows} | {name: _of(city, name, scenario) for name in _OF_SCENARIOS})


def with_rows(city: City, rows: Mapping[str, tuple[Any, ...]]) -> City:
    """The city with some tables put in place of its own."""
    return replace(city, rows={**city.rows, **rows})


def _of(city: City, table: str, scenario: str) -> tuple[Any, ...]:
    rows: tuple[Any, ...] = city.rows[table]
    return tuple(row for row in rows if row.scenario in (None, scenario))
