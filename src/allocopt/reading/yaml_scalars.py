"""What an unquoted word of a YAML file means: the YAML 1.2 core schema, less what an analyst would not mean.

Dates, times, `yes`, `no`, `on`, `off`, `0x1F`, `1_000` and digits with a leading zero are text.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MOST_DIGITS = 18


def plain_scalar(text: str) -> Scalar:
    """The value of an unquoted word.

    Raises ValueError with the words for what was expected when it is `.nan`, `.inf` or a number too large.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        return _finite(text)
    return text


def _whole(text: str) -> int:
    if len(text.lstrip("+-")) > _MOST_DIGITS:
        raise ValueError(f"a whole number of at most {_MOST_DIGITS} digits (a code needs quotation marks)")
    return int(text)


def _finite(text: str) -> float:
    value = math.inf if _NOT_FINITE.fullmatch(text) else float(text)
    if math.isinf(value):
        raise ValueError("a finite number (a code needs quotation marks)")
    return value
