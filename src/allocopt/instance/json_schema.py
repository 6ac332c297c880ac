"""The published schema of an instance, and the same as plain data for the guides; both from the row models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from allocopt.schema import TABLES, Settings, Table
from allocopt.schema.columns import Column, columns
from allocopt.schema.settings import Beats, Override, Period, PointRisk, Shift, Travel, WorstArea

_PARTS: dict[str, type[BaseModel]] = {
    "periods": Period,
    "shifts": Shift,
    "travel": Travel,
    "worst_area": WorstArea,
    "beats": Beats,
    "points": PointRisk,
    "scenarios": Override,
}

MODE: Literal["validation"] = "validation"
# How pydantic writes limits on numbers that are converted from text first, and what JSON Schema calls them.
_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def json_schema(known: Mapping[str, Table] = TABLES) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) of a whole instance: `city` for city.yaml, `tables` for the rows of the CSVs.

    Cells of a CSV are text; the schema tells what they are once read (numbers, yes/no as booleans, ids parted
    by ';' as lists), a blank cell being a key left out.
    """
    models: list[type[BaseModel]] = [Settings, *(table.row for table in known.values())]
    references, whole = models_json_schema([(model, MODE) for model in models])
    tables = {
        name: {
            "type": "array",
            "description": f"{name}.csv: {(table.row.__doc__ or '').strip()} One row for each {', '.join(table.key)}.",
            "items": references[table.row, MODE],
        }
        for name, table in known.items()
    }
    required = [name for name, table in TABLES.items() if table.required]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An instance of allocopt",
        "type": "object",
        "properties": {
            "city": references[Settings, MODE],
            "tables": {
                "type": "object",
                "properties": tables,
                "required": required,
                "additionalProperties": False,
            },
        },
        "required": ["city", "tables"],
        "additionalProperties": False,
        "$defs": _limits(whole["$defs"]),
    }


def _limits(value: Any) -> Any:
    """The same schema with limits under their names in JSON Schema."""
    if isinstance(value, dict):
        words = _LIMITS | ({"minLength": "minItems"} if value.get("type") == "array" else {})
        return {words.get(key, key): _limits(inner) for key, inner in value.items()}
    return [_limits(inner) for inner in value] if isinstance(value, list) else value


def describe() -> dict[str, list[dict[str, str]]]:
    """For each table, and for `city.yaml` and its parts, one entry a column: all as text, ready to be printed.

    Entries have the keys name, type, required, default, references and description.
    """
    parts = {f"city.yaml {key}": model for key, model in _PARTS.items()}
    models = {"city.yaml": Settings, **parts, **{f"{name}.csv": table.row for name, table in TABLES.items()}}
    return {name: [_entry(column) for column in columns(model).values()] for name, model in models.items()}


def _entry(column: Column) -> dict[str, str]:
    meaning = f"one of {', '.join(column.choices)}" if column.choices else column.meaning
    return {
        "name": column.name,
        "type": meaning,
        "required": "yes" if column.required else "no",
        "default": _default(column.default),
        "references": ", ".join(column.references),
        "description": column.description,
    }


def _default(value: Any) -> str:
    if value is None or value == () or isinstance(value, BaseModel | dict | tuple):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
