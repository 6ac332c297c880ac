"""A failed conversion, told in the words of those who fill in tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from allocopt.faults import did_you_mean
from allocopt.instance.texts import quoted
from allocopt.schema.columns import Column

_TYPES = {
    "string_type": "a text (a number or yes/no used as a text needs quotation marks)",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "yes or no",
    "bool_parsing": "yes or no",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}


def expected(error: ErrorDetails, column: Column | None) -> str:
    """What should have stood there."""
    meant = f" ({column.description})" if column and column.description else ""
    if error["type"] == "missing":
        return f"a value{meant}"
    if error["type"] == "literal_error" and column:
        choices = ", ".join(column.choices)
        return f"one of {choices}" + did_you_mean(str(error["input"]), column.choices)
    if say := _LIMITS.get(error["type"]):
        return say(error.get("ctx", {}))
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return _TYPES.get(error["type"], f"another value{meant}")


def found(error: ErrorDetails) -> str:
    """What stands there instead."""
    if error["type"] == "missing":
        return "nothing"
    value = error["input"]
    if isinstance(value, dict | list):
        if not value:
            return "an empty list" if isinstance(value, list) else "no keys"
        return "a list" if isinstance(value, list) else "keys with values"
    return quoted(value)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float | int) else str(value)


_LIMITS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "greater_than_equal": lambda limit: f"a number of at least {_number(limit['ge'])}",
    "greater_than": lambda limit: f"a number above {_number(limit['gt'])}",
    "less_than_equal": lambda limit: f"a number of at most {_number(limit['le'])}",
    "less_than": lambda limit: f"a number below {_number(limit['lt'])}",
    "too_short": lambda limit: "at least one",
    "string_too_short": lambda limit: "a text that is not blank",
    "finite_number": lambda limit: "a finite number",
}
