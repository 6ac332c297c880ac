"""Cities made of a few rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from allocopt.arrange.acting import Acting, Regime
from allocopt.arrange.calendar import Calendar
from allocopt.arrange.effects import Effects
from allocopt.arrange.supply import arrange_supply
from allocopt.city import City
from allocopt.schema import TABLES, Settings
from allocopt.schema.types import Row
from allocopt_models.supply import Supply


def row(table: str, **cells: Any) -> Row:
    """A row of a table, its source filled in."""
    model = TABLES[table].row
    return model.model_validate({**({"source": "test"} if "source" in model.model_fields else {}), **cells})


def city(tables: Mapping[str, Sequence[Mapping[str, Any]]], **settings: Any) -> City:
    """A city of these rows; a plane on which a car drives a kilometre a minute, one period `t1` unless said."""
    usual = {
        "name": "town",
        "periods": [{"id": "t1", "hours": 24.0}],
        "travel": {"metric": "plane", "speeds_kmh": {"car": 60.0}},
    }
    rows = {
        name: tuple(sorted((row(name, **cells) for cells in tables.get(name, ())), key=lambda r: _key(name, r)))
        for name in TABLES
    }
    return City(Path("town"), Settings.model_validate({**usual, **settings}), rows, {}, {})


def _key(table: str, r: Row) -> list[str]:
    return [str(getattr(r, column) or "") for column in TABLES[table].key]


def days(number: int) -> list[dict[str, Any]]:
    """Periods t1, t2, … of a day each."""
    return [{"id": f"t{i}", "hours": 24.0} for i in range(1, number + 1)]


def supply(town: City, regime: str = "silo") -> Supply:
    """The arranged data of supply under a regime."""
    return arrange_supply(town, Acting(town, Regime.named(regime, town)), Calendar(town), Effects(town))
