"""How a column's numbers are shown in a spreadsheet: by its unit, which is the last part of its name."""

from __future__ import annotations

from collections.abc import Mapping

from allocopt.plan.columns import Cell
from allocopt.schema import Table
from allocopt.schema.columns import columns

PLAIN = "General"
WHOLE = "#,##0"
MONEY = "#,##0.00"
SHARE = "0.0%"
_BY_PART: Mapping[str, str] = {
    "cny": MONEY,
    "share": SHARE,
    "probability": SHARE,
    "hours": "#,##0.0",
    "minutes": "#,##0.0",
    "min": "#,##0.0",
    "km": "#,##0.0",
    "m": "#,##0.0",
    "m3": "#,##0.0",
    "lon": "0.000000",
    "lat": "0.000000",
    "x": "0.00",
    "y": "0.00",
}


def number_format(column: str) -> str:
    """The format of numbers in a column of this name: money, hours, minutes, shares, metres, degrees, or plain.

    The first part of the name that is a unit counts: money an hour is money.
    """
    return next((_BY_PART[part] for part in column.split("_") if part in _BY_PART), PLAIN)


def plan_format(column: str, cell: Cell) -> str | None:
    """The same for a column of a plan's table; None where it holds text."""
    return {"text": None, "whole": WHOLE, "number": number_format(column)}[cell]


def instance_format(table: Table, column: str) -> str | None:
    """The same for a column of an instance's table; what may be from 0 to 1 is a share, whatever its name."""
    row = table.row
    if not columns(row)[column].numeric:
        return None
    shown = number_format(column)
    bounds = {
        (name, getattr(limit, name, None)) for limit in row.model_fields[column].metadata for name in ("ge", "le")
    }
    return SHARE if shown == PLAIN and {("ge", 0), ("le", 1)} <= bounds else shown
