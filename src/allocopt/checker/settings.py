"""Reading `city.yaml`: every scalar stays text, so that no word turns into a number, a date or a truth value."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from allocopt.checker.files import instance_text
from allocopt.checker.verdict import Book

FILE = "city.yaml"
MOST_CHARACTERS = 2_000_000
MOST_DEPTH = 30

_DEFAULTS: dict[str, Any] = {
    "casualty_value_cny": "0",
    "objective": "loss",
    "cvar_level": "0.9",
    "shifts": [{"id": "all", "hours_share": "1", "loss_share": "1"}],
    "travel": {
        "metric": "sphere",
        "radius_m": "6371008.8",
        "detour": "1",
        "speeds_kmh": {"car": "30"},
        "walk_kmh": "4.5",
        "most_walk_m": "1000",
    },
    "worst_area": {"level": "1", "per": "head", "at_most": ""},
    "scenarios": {},
}
_BLANK = ("", "~", "null", "Null", "NULL")


def read_settings(data: bytes, label: str, book: Book) -> dict[str, Any] | None:
    """The settings with their defaults; None, with a violation, when the file cannot be understood."""
    text = instance_text(data)
    try:
        if text is None or len(text) > MOST_CHARACTERS:
            raise ValueError("not a text in UTF-8 of a sensible size")
        _refuse_bombs(text)
        tree = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        book.add("instance", label, 0, "", " ".join(str(error).split()), "a readable city.yaml")
        return None
    if not isinstance(tree, dict) or not isinstance(tree.get("periods"), list):
        book.add("instance", label, 0, "", "no list of periods", "settings with a list of periods")
        return None
    return _with_defaults(tree, _DEFAULTS)


def _refuse_bombs(text: str) -> None:
    """Nothing may grow when it is read: no aliases, no deep nests."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("an alias")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise ValueError("lists too deeply nested")


def _with_defaults(tree: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The tree, where what is blank or absent takes its default; some parts are themselves trees."""
    full = {key: value for key, value in tree.items() if not _blank(value)}
    for key, default in defaults.items():
        if key not in full:
            full[key] = copy.deepcopy(default)
        elif isinstance(default, dict) and isinstance(full[key], dict) and key != "speeds_kmh":
            full[key] = _with_defaults(full[key], default)
    return full


def _blank(value: object) -> bool:
    return isinstance(value, str) and value in _BLANK
