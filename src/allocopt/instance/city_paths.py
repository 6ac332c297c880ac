"""Finding the value that a dotted path names in `city.yaml`."""

from __future__ import annotations

import unicodedata
from typing import Any, get_args

from pydantic import BaseModel

from allocopt.faults import did_you_mean
from allocopt.reading.plain_text import shown
from allocopt.schema import Settings
from allocopt.schema.settings import Beats, Objective, Period, Shift, Travel, WorstArea

Keys = tuple[str | int, ...]


def complete(city: dict[str, Any]) -> None:
    """Write the defaults of what the file leaves out into the value, so that a path can name them."""
    _complete(Settings, city)
    for part in (Travel, "travel"), (WorstArea, "worst_area"), (Beats, "beats"):
        _complete(part[0], city[part[1]])
    for item in (Period, "periods"), (Shift, "shifts"):
        for value in city[item[1]] if isinstance(city.get(item[1]), list) else ():
            _complete(item[0], value)
    if isinstance(city["objective"], dict):
        for name in get_args(Objective):
            city["objective"].setdefault(name, 0.0)


def _complete(model: type[BaseModel], value: Any) -> None:
    for name, field in model.model_fields.items() if isinstance(value, dict) else ():
        if value.get(name) is None and not field.is_required():
            value[name] = _plain(field.get_default(call_default_factory=True))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def find(city: object, path: str) -> Keys:
    """The keys and positions that lead to the value which the path names.

    Raises LookupError with what was found and what was expected when there is no such value.
    """
    keys: Keys = ()
    inner: Any = city
    rest = path
    while rest:
        choices = _choices(inner)
        fitting = [word for word in choices if rest == word or rest.startswith(f"{word}.")]
        if not fitting:
            expected = f"one of {', '.join(choices)}" if choices else "a path that ends before it"
            close = did_you_mean(rest.partition(".")[0], choices)
            raise LookupError(f"{shown(rest, 80)}, which is not there", expected + close)
        word = max(fitting, key=len)
        keys, rest = (*keys, choices[word]), rest[len(word) + 1 :]
        inner = inner[choices[word]]
    return keys


def _choices(inner: Any) -> dict[str, str | int]:
    """What a path can go on to from here: keys, or the ids of a list's items."""
    if isinstance(inner, dict):
        return {unicodedata.normalize("NFC", key): key for key in inner}
    items = inner if isinstance(inner, list) else ()
    ids = [item.get("id") if isinstance(item, dict) else None for item in items]
    return {unicodedata.normalize("NFC", name): i for i, name in enumerate(ids) if isinstance(name, str)}
